import Wire

/// Lines of text as messages of a framing, and back: both ends of `parley echo --frame`.
struct EchoMessages {
  /// So many bytes wait at most before they are sent.
  private static let batch = 65_536

  let format: FrameFormat
  private var lines: FrameDecoder
  private var frames: FrameDecoder
  /// How many lines have been given out.
  private(set) var lineCount = 0

  init(_ format: FrameFormat) {
    self.format = format
    lines = FrameDecoder(.line, limit: EchoWindow.capacity - 1)
    frames = FrameDecoder(format, limit: EchoWindow.capacity - 1)
  }

  /// Takes a piece of text; without bytes it has ended, and a line without an end is one, too.
  mutating func receive(text: [UInt8]) {
    guard text.isEmpty else { return lines.receive(text.span) }
    if lines.isInsideFrame { lines.receive([UInt8(ascii: "\n")].span) }
  }

  /// The next lines, as messages and as what shall come back, no more of the latter than there is room for.
  ///
  /// - Returns: nil when there is no line; nothing when the next one needs more room.
  /// - Throws: When the next line is none, or cannot be a message; those before it come first.
  mutating func next(room: Int) throws(WireError) -> (messages: [UInt8], echo: [UInt8])? {
    var (messages, echo): ([UInt8], [UInt8]) = ([], [])
    while echo.count < Self.batch {
      var ahead = lines
      do throws(WireError) {
        guard let line = try ahead.next() else { break }
        guard echo.count + line.count + 1 <= room else { return (messages, echo) }
        try format.encode(ahead.buffer[line], into: &messages)
        echo += ahead.buffer[line] + [UInt8(ascii: "\n")]
      } catch {
        if echo.isEmpty { throw error }
        break
      }
      lines = ahead
      lineCount += 1
    }
    return echo.isEmpty ? nil : (messages, echo)
  }

  /// Takes what came back, and gives it out as lines.
  mutating func receive(echo: [UInt8]) throws(WireError) -> [UInt8] {
    var text: [UInt8] = []
    frames.receive(echo.span)
    while let message = try frames.next() {
      // Two lines in one message would look like two messages.
      guard !frames.buffer[message].contains(UInt8(ascii: "\n")) else { throw .lineEndInLine }
      text += frames.buffer[message]
      text.append(UInt8(ascii: "\n"))
    }
    return text
  }
}
