/// Writes every line end as CR LF, whatever pieces the text comes in; one that is CR LF already stays.
struct LineEnds: Equatable, Sendable {
  private var endedInCR = false

  /// The next piece with its line ends translated.
  mutating func translate(_ bytes: [UInt8]) -> [UInt8] {
    guard let last = bytes.last else { return bytes }
    defer { endedInCR = last == 0x0d }
    guard bytes.contains(0x0a) else { return bytes }
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + bytes.count / 16 + 2)
    var previous: UInt8 = endedInCR ? 0x0d : 0
    for byte in bytes {
      if byte == 0x0a, previous != 0x0d { output.append(0x0d) }
      output.append(byte)
      previous = byte
    }
    return output
  }
}
