/// What was said, in the order it was shown; the oldest lines go when there are too many.
struct Transcript {
  private static let lineLimit = 5_000
  private static let byteLimit = 4 << 20
  /// What a line takes besides its text, about.
  private static let lineCost = 128

  /// Those before `start` are gone already, and taken out many at a time.
  private var lines: [TalkLine] = []
  private var start = 0
  private var dropped = 0
  private var size = 0

  /// The numbers of the lines that are still there: a line keeps its number.
  var numbers: Range<Int> { dropped..<(dropped + lines.count - start) }

  /// A line that is there; an empty one for any other number.
  subscript(number: Int) -> TalkLine {
    numbers.contains(number) ? lines[start + number - dropped] : TalkLine()
  }

  mutating func append(_ line: TalkLine) {
    lines.append(line)
    size += cost(of: line)
    // The newest one stays in any case.
    while lines.count - start > 1,
      lines.count - start > Transcript.lineLimit || size > Transcript.byteLimit
    {
      size -= cost(of: lines[start])
      lines[start] = TalkLine()
      start += 1
      dropped += 1
    }
    if start > Transcript.lineLimit / 4 {
      lines.removeFirst(start)
      start = 0
    }
  }

  private func cost(of line: TalkLine) -> Int { line.text.utf8.count + Transcript.lineCost }
}
