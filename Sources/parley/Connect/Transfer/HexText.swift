/// Bytes as pairs of hexadecimal digits.
enum HexText {
  /// Reads pairs of digits, upper or lower case, with blanks between pairs as wanted.
  static func decode(_ text: some Sequence<UInt8>) throws(Complaint) -> [UInt8] {
    var bytes: [UInt8] = []
    var high: UInt8?
    for (index, character) in text.enumerated() {
      if character == 0x20 || character == 0x09, high == nil { continue }
      guard let digit = value(of: character) else {
        throw Complaint(
          "column \(index + 1) of the input line is not one of two hexadecimal digits")
      }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    guard high == nil else { throw Complaint("the input line ends after half a byte") }
    return bytes
  }

  /// Writes two lower-case digits a byte, and nothing between them.
  static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes { append(byte, to: &text) }
    return text
  }

  static func append(_ byte: UInt8, to text: inout [UInt8]) {
    text.append(digit(byte >> 4))
    text.append(digit(byte & 15))
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + (value - 10)
  }

  private static func value(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
