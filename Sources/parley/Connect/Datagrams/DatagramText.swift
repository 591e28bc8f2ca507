/// The datagrams of an input: each line is one, with its line end, or what its hexadecimal digits say.
struct DatagramText: Sendable {
  private let isHex: Bool
  /// The most bytes of one datagram.
  private let limit: Int
  private var ends: LineEnds?
  private var buffer: [UInt8] = []
  private var start = 0

  init(isHex: Bool, crlf: Bool, limit: Int) {
    self.isHex = isHex
    self.limit = limit
    ends = crlf ? LineEnds() : nil
  }

  mutating func receive(_ bytes: [UInt8]) {
    buffer.removeSubrange(..<start)
    start = 0
    buffer += ends?.translate(bytes) ?? bytes
  }

  /// The next one; at the end of the input the rest is one, too.
  ///
  /// - Throws: ``Complaint`` for a line that no datagram can carry.
  mutating func next(atEnd: Bool = false) throws(Complaint) -> [UInt8]? {
    let rest = buffer[start...]
    guard let end = rest.firstIndex(of: 0x0a) ?? (atEnd ? rest.indices.last : nil) else {
      // Digits may have a blank each, and a line end of two bytes.
      if rest.count > limit * 3 + 2 { throw tooLong("more than \(limit)") }
      return nil
    }
    start = end + 1
    let line = rest[...end]
    let bytes = isHex ? try HexText.decode(line.filter { $0 != 0x0a && $0 != 0x0d }) : Array(line)
    guard bytes.count <= limit else { throw tooLong("\(bytes.count)") }
    return bytes
  }

  private func tooLong(_ size: String) -> Complaint {
    Complaint(
      "the input: a line of \(size) bytes is over the limit of \(limit) bytes of a datagram")
  }
}
