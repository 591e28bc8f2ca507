/// The lines typed so far, and where among them the user is looking.
struct LineHistory {
  private static let capacity = 200
  private var lines: [String] = []
  /// The index of the line that is shown; at the end it is the new line.
  private var position = 0
  /// What had been typed before the user went back.
  private var draft = ""

  mutating func append(_ line: String) {
    if !line.isEmpty, line != lines.last { lines.append(line) }
    if lines.count > Self.capacity { lines.removeFirst() }
    position = lines.count
    draft = ""
  }

  mutating func older(than shown: String) -> String? {
    guard position > 0 else { return nil }
    if position == lines.count { draft = shown }
    position -= 1
    return lines[position]
  }

  mutating func newer() -> String? {
    guard position < lines.count else { return nil }
    position += 1
    return position == lines.count ? draft : lines[position]
  }
}
