/// An IPv6 address: sixteen bytes, without a scope.
///
/// The text form that is read is the one of RFC 4291: eight hexadecimal groups, `::` once for a run of
/// zeros, and the last two groups as an IPv4 address if wanted. The text form that is written is the
/// canonical one of RFC 5952.
public struct IPv6Address: Hashable, Comparable, Sendable, LosslessStringConvertible {
  /// The first eight bytes as a number, most significant first.
  public let high: UInt64

  /// The last eight bytes as a number, most significant first.
  public let low: UInt64

  /// Makes an address from its two halves.
  ///
  /// - Parameters:
  ///   - high: The first eight bytes, most significant first.
  ///   - low: The last eight bytes, most significant first.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Makes an address from its sixteen bytes, in the order in which they are sent.
  ///
  /// - Parameter bytes: The bytes. Any other count than 16 gives `nil`.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Makes `::ffff:a.b.c.d`, the form in which a dual-stack socket shows an IPv4 peer.
  ///
  /// - Parameter address: The IPv4 address.
  public init(mapping address: IPv4Address) {
    self.init(high: 0, low: 0xffff << 32 | UInt64(address.rawValue))
  }

  /// Reads an address in one of the forms of RFC 4291, section 2.2.
  ///
  /// - Parameter description: The text, such as `fe80::1`. Brackets, a scope (`%eth0`) or a prefix
  ///   length are not part of an address and give `nil`.
  public init?(_ description: String) {
    self.init(ascii: description.utf8[...])
  }

  /// `::`, which stands for every address of this machine when bound.
  public static let any = IPv6Address(high: 0, low: 0)

  /// `::1`, this machine.
  public static let loopback = IPv6Address(high: 0, low: 1)

  /// Whether the address is `::1`, or stands for an IPv4 address in 127.0.0.0/8.
  public var isLoopback: Bool { self == .loopback || mapped?.isLoopback == true }

  /// Whether the address is in fe80::/10 and so means something only together with a scope.
  public var isLinkLocal: Bool { high >> 54 == 0xfe80 >> 6 }

  /// Whether the address is in ff00::/8.
  public var isMulticast: Bool { high >> 56 == 0xff }

  /// The IPv4 address that `::ffff:a.b.c.d` stands for, or `nil` for every other address.
  public var mapped: IPv4Address? {
    guard high == 0, low >> 32 == 0xffff else { return nil }
    return IPv4Address(rawValue: UInt32(truncatingIfNeeded: low))
  }

  /// The sixteen bytes, in the order in which they are sent.
  public var bytes: [UInt8] {
    [high, low].flatMap { half in
      stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: half >> $0) }
    }
  }

  /// The canonical text of RFC 5952.
  public var description: String {
    if let mapped { return "::ffff:\(mapped)" }
    let groups = self.groups.map { String($0, radix: 16) }
    guard let zeros = longestRunOfZeros else { return groups.joined(separator: ":") }
    let before = groups[..<zeros.lowerBound].joined(separator: ":")
    let after = groups[zeros.upperBound...].joined(separator: ":")
    return "\(before)::\(after)"
  }

  /// Whether the first address comes before the second in numeric order.
  public static func < (left: IPv6Address, right: IPv6Address) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }

  private var groups: [UInt16] {
    [high, low].flatMap { half in
      stride(from: 48, through: 0, by: -16).map { UInt16(truncatingIfNeeded: half >> $0) }
    }
  }

  /// The first of the longest runs of at least two zero groups: what `::` stands for.
  private var longestRunOfZeros: Range<Int>? {
    let groups = self.groups
    var longest = 0..<0
    var start = 0
    for index in groups.indices {
      guard groups[index] == 0 else {
        start = index + 1
        continue
      }
      if index + 1 - start > longest.count { longest = start..<index + 1 }
    }
    return longest.count >= 2 ? longest : nil
  }

  init?(ascii text: Substring.UTF8View) {
    guard text.count <= 45 else { return nil }  // The longest text of an address.
    var groups: [UInt16] = []
    var gap: Int?  // How many groups stand before "::".
    var rest = text
    if rest.starts(with: "::".utf8) {
      gap = 0
      rest = rest.dropFirst(2)
    }
    while !rest.isEmpty {
      guard groups.count < 8 else { return nil }
      let word = rest.prefix { $0 != UInt8(ascii: ":") }
      if word.count < rest.count || !word.contains(UInt8(ascii: ".")) {
        guard let group = Self.group(word) else { return nil }
        groups.append(group)
      } else {
        guard let tail = IPv4Address(ascii: word) else { return nil }
        groups.append(UInt16(truncatingIfNeeded: tail.rawValue >> 16))
        groups.append(UInt16(truncatingIfNeeded: tail.rawValue))
      }
      rest = rest.dropFirst(word.count)
      guard !rest.isEmpty else { break }
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: ":") {
        guard gap == nil else { return nil }
        gap = groups.count
        rest = rest.dropFirst()
      } else {
        guard !rest.isEmpty else { return nil }  // One colon at the end.
      }
    }
    if let gap {
      guard groups.count < 8 else { return nil }
      groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
    }
    guard groups.count == 8 else { return nil }
    high = groups[..<4].reduce(0) { $0 << 16 | UInt64($1) }
    low = groups[4...].reduce(0) { $0 << 16 | UInt64($1) }
  }

  private static func group(_ word: Substring.UTF8View) -> UInt16? {
    guard (1...4).contains(word.count) else { return nil }
    var value: UInt16 = 0
    for byte in word {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt16(digit)
    }
    return value
  }
}
