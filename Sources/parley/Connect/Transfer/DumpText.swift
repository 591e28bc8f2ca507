import Messaging

/// What `--hex-dump` and `--text-dump` write for the bytes of one connection.
///
/// Every line says when, with whom, in which direction (`>` sent, `<` received), and then what.
struct DumpText: Equatable, Sendable {
  enum Style { case hex, text }
  enum Direction: Equatable { case sent, received }

  let style: Style
  /// The other side.
  let peer: String
  private var sent = 0
  private var received = 0

  init(_ style: Style, peer: String) {
    self.style = style
    self.peer = peer
  }

  /// The lines for what has just gone or come.
  mutating func lines(
    for bytes: [UInt8], _ direction: Direction, at time: LocalTime
  ) -> [UInt8] {
    let mark = direction == .sent ? ">" : "<"
    let start = Array("\(Self.clock(time)) \(peer) \(mark) ".utf8)
    switch style {
    case .text: return Self.textLines(bytes, start)
    case .hex:
      let offset = direction == .sent ? sent : received
      if direction == .sent { sent += bytes.count } else { received += bytes.count }
      return Self.hexLines(bytes, start, from: offset)
    }
  }

  /// `2026-11-21T12:00:00.000000`: as wide at every moment.
  private static func clock(_ time: LocalTime) -> String {
    let text = time.description
    return text.utf8.count > 19 ? text : text + ".000000"
  }

  // MARK: - Hex

  /// `00000010  68 65 6c 6c 6f 0a … |hello.|`, with the offset in its own direction.
  private static func hexLines(_ bytes: [UInt8], _ start: [UInt8], from offset: Int) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity((bytes.count / 16 + 1) * (start.count + 80))
    for first in stride(from: 0, to: bytes.count, by: 16) {
      let row = bytes[first..<min(first + 16, bytes.count)]
      output += start
      for shift in stride(from: offset + first > 0xffff_ffff ? 56 : 24, through: 0, by: -8) {
        HexText.append(UInt8(truncatingIfNeeded: (offset + first) >> shift), to: &output)
      }
      output.append(UInt8(ascii: " "))
      for place in 0..<16 {
        if place % 8 == 0 { output.append(UInt8(ascii: " ")) }
        if place < row.count {
          HexText.append(row[first + place], to: &output)
        } else {
          output += "  ".utf8
        }
        output.append(UInt8(ascii: " "))
      }
      output += " |".utf8
      output += row.map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: ".") }
      output += "|\n".utf8
    }
    return output
  }

  // MARK: - Text

  /// A line for each line of the text, with its end written as `\n`.
  ///
  /// What a terminal could obey, and what is no UTF-8 in this piece, is written as `\xNN`.
  private static func textLines(_ bytes: [UInt8], _ start: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + start.count * 2)
    var rest = bytes[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: 0x0a).map { $0 + 1 } ?? rest.endIndex
      output += start
      appendEscaped(rest[..<end], to: &output)
      output.append(0x0a)
      rest = rest[end...]
    }
    return output
  }

  private static func appendEscaped(_ bytes: ArraySlice<UInt8>, to output: inout [UInt8]) {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var position = bytes.startIndex
    while true {
      switch decoder.decode(&iterator) {
      case .emptyInput: return
      case .scalarValue(let scalar):
        append(scalar, to: &output)
        position += UTF8.width(scalar)
      case .error:
        // One byte is shown as it is, and reading goes on behind it.
        appendByte(bytes[position], to: &output)
        position += 1
        decoder = UTF8()
        iterator = bytes[position...].makeIterator()
      }
    }
  }

  private static func append(_ scalar: Unicode.Scalar, to output: inout [UInt8]) {
    switch scalar {
    case "\n": output += "\\n".utf8
    case "\r": output += "\\r".utf8
    case "\t": output += "\\t".utf8
    case "\\": output += "\\\\".utf8
    case " "..."~": output.append(UInt8(truncatingIfNeeded: scalar.value))
    default:
      if isPlain(scalar) {
        output += String(scalar).utf8
      } else {
        for byte in String(scalar).utf8 { appendByte(byte, to: &output) }
      }
    }
  }

  private static func appendByte(_ byte: UInt8, to output: inout [UInt8]) {
    output += "\\x".utf8
    HexText.append(byte, to: &output)
  }

  /// Whether a scalar is a mark on paper: not a control, not one that changes the direction of writing.
  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    default: true
    }
  }
}
