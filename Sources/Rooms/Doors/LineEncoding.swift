import Wire

/// What a line door shows, as lines or (`dec10`) as frames of one line each.
enum LineEncoding {
  /// A longer text is shown in several frames, because others take no longer ones.
  static let frameLimit = 65_536

  static func append(
    _ event: ChatEvent, as format: FrameFormat, into block: inout [UInt8]
  ) {
    append(as: format, into: &block) { line in
      switch event.kind {
      case .text:
        SafeText.append(event.nick, to: &line)
        line.append(contentsOf: ": ".utf8)
        SafeText.append(event.body, lineBreak: lineBreak(in: format), to: &line)
      case .action:
        begin(event, &line)
        SafeText.append(event.body, lineBreak: lineBreak(in: format), to: &line)
      case .signed:
        begin(event, &line)
        line.append(contentsOf: "sent a signed message, which this door cannot show".utf8)
      case .join:
        begin(event, &line)
        line.append(contentsOf: "joined".utf8)
      case .leave(let reason):
        begin(event, &line)
        line.append(contentsOf: "left (".utf8)
        line.append(contentsOf: reason.words.utf8)
        if !event.body.isEmpty { line.append(contentsOf: ": ".utf8) }
        SafeText.append(event.body, to: &line)
        line.append(UInt8(ascii: ")"))
      case .rename(let nick):
        begin(event, &line)
        line.append(contentsOf: "is now ".utf8)
        SafeText.append(nick, to: &line)
      }
    }
  }

  /// A line of the server's own.
  static func append(remark: [UInt8], as format: FrameFormat, into block: inout [UInt8]) {
    append(as: format, into: &block) { line in
      line.append(contentsOf: "* ".utf8)
      SafeText.append(remark, lineBreak: lineBreak(in: format), to: &line)
    }
  }

  static func append(_ notice: Notice, as format: FrameFormat, into block: inout [UInt8]) {
    for remark in notice.remarks { append(remark: remark, as: format, into: &block) }
    for event in notice.history { append(event, as: format, into: &block) }
  }

  private static func begin(_ event: ChatEvent, _ line: inout [UInt8]) {
    line.append(contentsOf: "* ".utf8)
    SafeText.append(event.nick, to: &line)
    line.append(UInt8(ascii: " "))
  }

  // The bar keeps a second line of a text out of the column where names stand.
  private static let lineBreakOfLines = Array("\r\n  | ".utf8)
  private static let lineBreakInFrames = Array("\n  | ".utf8)

  private static func lineBreak(in format: FrameFormat) -> [UInt8] {
    format == .line ? lineBreakOfLines : lineBreakInFrames
  }

  @inline(__always)
  private static func append(
    as format: FrameFormat, into block: inout [UInt8], _ write: (inout [UInt8]) -> Void
  ) {
    let start = block.count
    format.appendFrame(to: &block, write)
    if format == .dec10, block.count - start > frameLimit { cut(&block, from: start) }
  }

  /// Makes several frames of one that is too long.
  private static func cut(_ block: inout [UInt8], from start: Int) {
    let text = Array(block[(start + FrameFormat.dec10.headerWidth)...])
    block.removeSubrange(start...)
    for piece in text.pieces(of: frameLimit - 64) {
      FrameFormat.dec10.appendFrame(to: &block) { frame in
        if piece.startIndex > 0 { frame.append(contentsOf: "  | ".utf8) }
        frame.append(contentsOf: piece)
      }
    }
  }
}

extension [UInt8] {
  /// Cuts valid UTF-8 at the borders of its scalars.
  func pieces(of limit: Int) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var start = 0
    while start < count {
      let end = border(atMost: start + Swift.max(4, limit))
      pieces.append(self[start..<end])
      start = end
    }
    return pieces
  }

  /// The last beginning of a scalar at `end` or before it.
  func border(atMost end: Int) -> Int {
    guard end < count else { return count }
    var border = end
    while border > end - 3, self[border] & 0xC0 == 0x80 { border -= 1 }
    return border
  }
}
