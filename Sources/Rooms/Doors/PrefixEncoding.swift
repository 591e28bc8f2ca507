import Wire

/// What the lessons' own programs are sent: chat texts in frames that one read of theirs can take.
enum PrefixEncoding {
  /// The longest frame with its header: what fits into one segment of an Ethernet.
  static let frameLimit = 1400

  static func append(
    _ event: ChatEvent, offset: Int, as format: FrameFormat, into block: inout [UInt8]
  ) {
    let time = Timestamp(wallMilliseconds: event.wall, offsetSeconds: offset)
    switch event.kind {
    case .text: append(event.body, from: event.nick, at: time, as: format, into: &block)
    case .action:
      let text = Array("* \(event.nick) ".utf8) + event.body
      append(text, from: event.nick, at: time, as: format, into: &block)
    case .signed:
      let text = Array("(a signed message, which this door cannot show)".utf8)
      append(text, from: event.nick, at: time, as: format, into: &block)
    case .join: append(presence: join, of: event.nick, at: time, as: format, into: &block)
    case .leave: append(presence: leave, of: event.nick, at: time, as: format, into: &block)
    case .rename(let nick):
      let remark = Array("\(event.nick) is now \(nick)".utf8)
      append(remark: remark, at: time, as: format, into: &block)
    }
  }

  /// A text of the server's own.
  static func append(
    remark: [UInt8], at time: Timestamp, as format: FrameFormat, into block: inout [UInt8]
  ) {
    append(remark, from: "server", at: time, as: format, into: &block)
  }

  static func append(
    _ notice: Notice, at wall: Int64, offset: Int, as format: FrameFormat,
    into block: inout [UInt8]
  ) {
    let time = Timestamp(wallMilliseconds: wall, offsetSeconds: offset)
    for remark in notice.quietRemarks {
      append(remark: remark, at: time, as: format, into: &block)
    }
    for event in notice.history { append(event, offset: offset, as: format, into: &block) }
  }

  private static let join = Array(ChatText.join.utf8)
  private static let leave = Array(ChatText.leave.utf8)
  private static let lineBreak = Array("\n\t| ".utf8)
  private static let longestTime = "0000-00-00T00:00:00.000000".utf8.count

  /// One or several complete chat texts of what somebody said.
  private static func append(
    _ text: [UInt8], from nick: String, at time: Timestamp, as format: FrameFormat,
    into block: inout [UInt8]
  ) {
    let text = SafeText.safe(text, lineBreak: lineBreak)
    let name = SafeText.safe(nick)
    // `[TIME] NAME:`, LF, TAB, and the blank that a piece may need.
    let around = format.headerWidth + longestTime + name.utf8.count + 7
    let room = max(64, frameLimit - around)
    var start = 0
    repeat {
      let end = text.border(atMost: start + room)
      let piece = text[start..<end]
      format.appendFrame(to: &block) { frame in
        ChatText.compose(time: time, name: name, text: piece, into: &frame)
        // Who reads only the end of a message would take this for somebody's leaving.
        if piece.ends(with: leave) || piece.elementsEqual(join) { frame.append(UInt8(ascii: " ")) }
      }
      start = end
    } while start < text.count
  }

  private static func append(
    presence text: [UInt8], of nick: String, at time: Timestamp, as format: FrameFormat,
    into block: inout [UInt8]
  ) {
    format.appendFrame(to: &block) { frame in
      ChatText.compose(time: time, name: SafeText.safe(nick), text: text, into: &frame)
    }
  }
}

extension ArraySlice<UInt8> {
  fileprivate func ends(with end: [UInt8]) -> Bool {
    count >= end.count && suffix(end.count).elementsEqual(end)
  }
}
