/// An IPv4 address: four bytes.
///
/// The text form is four decimal numbers with dots, `127.0.0.1`, and nothing else: no leading zeros,
/// no short forms such as `127.1`, no hexadecimal. Some resolvers read those, each in its own way, so a
/// filter and a resolver could see two different addresses in one text.
public struct IPv4Address: Hashable, Comparable, Sendable, LosslessStringConvertible {
  /// The address as a number, most significant byte first: 127.0.0.1 is `0x7f00_0001`.
  public let rawValue: UInt32

  /// Makes an address from its number.
  ///
  /// - Parameter rawValue: The four bytes, most significant first. Every value is an address.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// Makes an address from its four bytes, in the order in which they are written.
  public init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) {
    rawValue =
      UInt32(first) << 24 | UInt32(second) << 16 | UInt32(third) << 8 | UInt32(fourth)
  }

  /// Reads four decimal numbers with dots.
  ///
  /// - Parameter description: The text, such as `127.0.0.1`. Anything else gives `nil`.
  public init?(_ description: String) {
    self.init(ascii: description.utf8[...])
  }

  /// 0.0.0.0, which stands for every address of this machine when bound.
  public static let any = IPv4Address(rawValue: 0)

  /// 127.0.0.1, this machine.
  public static let loopback = IPv4Address(127, 0, 0, 1)

  /// 255.255.255.255, every machine on the local network.
  public static let broadcast = IPv4Address(rawValue: .max)

  /// Whether the address is in 127.0.0.0/8.
  public var isLoopback: Bool { rawValue >> 24 == 127 }

  /// Whether the address is in 224.0.0.0/4.
  public var isMulticast: Bool { rawValue >> 28 == 0xe }

  /// The four bytes, in the order in which they are written and sent.
  public var bytes: [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: rawValue >> $0) }
  }

  /// The four numbers with dots.
  public var description: String {
    String(unsafeUninitializedCapacity: 15) { write(to: $0) }
  }

  /// Writes the text into room for 15 bytes; how many it took.
  func write(to text: UnsafeMutableBufferPointer<UInt8>) -> Int {
    var end = 0
    for shift in stride(from: 24, through: 0, by: -8) {
      text.write(UInt16(truncatingIfNeeded: rawValue >> shift) & 0xff, at: &end)
      if shift > 0 { text.write(".", at: &end) }
    }
    return end
  }

  /// Whether the first address comes before the second in numeric order.
  public static func < (left: IPv4Address, right: IPv4Address) -> Bool {
    left.rawValue < right.rawValue
  }

  init?(ascii text: Substring.UTF8View) {
    var value: UInt32 = 0
    var number: UInt32 = 0
    var digits = 0
    var dots = 0
    for byte in text {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        guard digits == 0 || number != 0 else { return nil }  // A leading zero.
        number = number * 10 + UInt32(byte - UInt8(ascii: "0"))
        digits += 1
        guard number <= 255 else { return nil }
      case UInt8(ascii: "."):
        guard digits > 0, dots < 3 else { return nil }
        value = value << 8 | number
        (number, digits) = (0, 0)
        dots += 1
      default:
        return nil
      }
    }
    guard digits > 0, dots == 3 else { return nil }
    rawValue = value << 8 | number
  }
}

extension UnsafeMutableBufferPointer<UInt8> {
  /// Writes a number in decimal, and moves `end` behind it.
  func write(_ number: UInt16, at end: inout Int) {
    var digits = 1
    var rest = number / 10
    while rest > 0 {
      digits += 1
      rest /= 10
    }
    rest = number
    for place in (end..<end + digits).reversed() {
      self[place] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    }
    end += digits
  }

  /// Writes a character of ASCII, and moves `end` behind it.
  func write(_ character: Unicode.Scalar, at end: inout Int) {
    self[end] = UInt8(ascii: character)
    end += 1
  }
}
