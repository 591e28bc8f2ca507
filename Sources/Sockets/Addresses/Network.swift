/// All addresses that begin with the same bits, such as `10.0.0.0/8`, `fe80::/10` or one address.
///
/// An IPv4 address is the same whether it comes alone or as `::ffff:a.b.c.d`, the form in which a
/// dual-stack listener sees it: both are in the IPv4 network and in no IPv6 network, not even `::/0`.
public struct Network: Hashable, Sendable, CustomStringConvertible {
  private enum Prefix: Hashable {
    case ipv4(IPv4Address, Int)
    case ipv6(IPv6Address, Int)
  }

  private let prefix: Prefix

  /// Reads a network in CIDR notation, or one address.
  ///
  /// - Parameter text: `ADDRESS/LENGTH` or `ADDRESS`, with blanks around it if wanted. The length is 0
  ///   to 32 for IPv4 and 0 to 128 for IPv6; without one, the network is that address alone.
  ///   `::ffff:a.b.c.d/n` with n of 96 and more is the IPv4 network.
  /// - Throws: ``AddressError`` when the text is anything else, and also when bits after the prefix are
  ///   not zero: `10.1.2.3/8` may stand for one machine or for sixteen million, and a filter is no
  ///   place to guess.
  public init(_ text: String) throws(AddressError) {
    do throws(AddressError.Reason) {
      prefix = try Self.parse(trimmed(text))
    } catch {
      throw AddressError(text, error)
    }
  }

  /// Makes the network that holds one address.
  public init(_ address: IPv4Address) {
    prefix = .ipv4(address, 32)
  }

  /// Makes the network that holds one address, which is an IPv4 address if it stands for one.
  public init(_ address: IPv6Address) {
    prefix = address.mapped.map { .ipv4($0, 32) } ?? .ipv6(address, 128)
  }

  private init(_ prefix: Prefix) {
    self.prefix = prefix
  }

  /// Whether the address begins with the bits of the network.
  public func contains(_ address: IPv4Address) -> Bool {
    guard case .ipv4(let base, let length) = prefix else { return false }
    return address.masked(to: length) == base
  }

  /// Whether the address, or the IPv4 address that it stands for, begins with the bits of the network.
  public func contains(_ address: IPv6Address) -> Bool {
    if let mapped = address.mapped { return contains(mapped) }
    guard case .ipv6(let base, let length) = prefix else { return false }
    return address.masked(to: length) == base
  }

  /// The network in CIDR notation, always with a prefix length.
  public var description: String {
    switch prefix {
    case .ipv4(let base, let length): "\(base)/\(length)"
    case .ipv6(let base, let length): "\(base)/\(length)"
    }
  }

  private static func parse(
    _ text: Substring.UTF8View
  ) throws(AddressError.Reason) -> Prefix {
    let word = text.prefix { $0 != UInt8(ascii: "/") }
    let address = IPv6Address(ascii: word)
    if let base = IPv4Address(ascii: word) {
      let length = try length(of: text, after: word, maximum: 32)
      return try checked(.ipv4(base, length), .ipv4(base.masked(to: length), length))
    }
    guard let address else { throw .notANetwork }
    let length = try length(of: text, after: word, maximum: 128)
    if let mapped = address.mapped, length >= 96 {
      let masked = mapped.masked(to: length - 96)
      return try checked(.ipv4(mapped, length - 96), .ipv4(masked, length - 96))
    }
    return try checked(.ipv6(address, length), .ipv6(address.masked(to: length), length))
  }

  private static func length(
    of text: Substring.UTF8View, after word: Substring.UTF8View, maximum: Int
  ) throws(AddressError.Reason) -> Int {
    guard word.count < text.count else { return maximum }
    let digits = text.dropFirst(word.count + 1)
    guard let length = decimal(digits, maximum: maximum) else { throw .prefixLength }
    return length
  }

  private static func checked(
    _ given: Prefix, _ masked: Prefix
  ) throws(AddressError.Reason) -> Prefix {
    guard given == masked else { throw .hostBits(Network(masked)) }
    return given
  }
}

extension IPv4Address {
  fileprivate func masked(to length: Int) -> IPv4Address {
    IPv4Address(rawValue: rawValue & ~(UInt32.max >> length))  // A shift by 32 gives 0.
  }
}

extension IPv6Address {
  fileprivate func masked(to length: Int) -> IPv6Address {
    IPv6Address(
      high: high & ~(UInt64.max >> min(length, 64)),
      low: low & ~(UInt64.max >> max(length - 64, 0)))
  }
}
