/// The lines typed so far, and where among them the user is looking.
///
/// Kept in memory only: what people say to each other, and whispers above all, is not for a file that
/// outlives the talk.
struct LineHistory {
  private static let lineLimit = 200
  private static let byteLimit = 262_144

  /// The oldest first; none is there twice.
  private var lines: [String] = []
  private var bytes = 0
  /// The lines as they have been changed while looking back, and the new one at the end.
  private var shown: [String] = [""]
  private var position = 0

  /// Adds a line that is done; what was changed in others is forgotten.
  ///
  /// A new line that was left for an older one, and so not sent, is kept as if it had been.
  mutating func append(_ line: String) {
    if position < lines.count, let draft = shown.last { keep(draft) }
    keep(line)
    shown = lines + [""]
    position = lines.count
  }

  private mutating func keep(_ line: String) {
    guard !line.isEmpty else { return }
    if let place = lines.firstIndex(of: line) { bytes -= lines.remove(at: place).utf8.count }
    lines.append(line)
    bytes += line.utf8.count
    while lines.count > Self.lineLimit || bytes > Self.byteLimit {
      bytes -= lines.removeFirst().utf8.count
    }
  }

  /// Goes back by one line, and keeps what is shown now.
  mutating func older(leaving text: String) -> String? { go(to: position - 1, leaving: text) }
  mutating func newer(leaving text: String) -> String? { go(to: position + 1, leaving: text) }

  mutating func go(to place: Int, leaving text: String) -> String? {
    guard shown.indices.contains(place) else { return nil }
    shown[position] = text
    position = place
    return shown[place]
  }

  /// The newest line older than `place` with these words in it, in either case of ASCII letters.
  func find(_ words: String, before place: Int = .max) -> (place: Int, line: String)? {
    let words = words.utf8.map(Self.lowercased)
    for place in lines.indices[..<min(place, lines.count)].reversed()
    where Self.contains(lines[place], words) {
      return (place, lines[place])
    }
    return nil
  }

  private static func contains(_ line: String, _ words: [UInt8]) -> Bool {
    guard let first = words.first else { return true }
    let line = line.utf8.map(lowercased)
    return line.indices.contains { place in
      line[place] == first && line[place...].starts(with: words)
    }
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    0x41...0x5a ~= byte ? byte | 0x20 : byte
  }
}
