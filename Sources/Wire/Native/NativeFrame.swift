/// One frame of the native protocol: `u32` length of type and body, `u8` type, body.
///
/// There is one encoding of each frame. Bytes left over after a body are refused.
package enum NativeFrame: Equatable, Sendable {
  case hello(NativeHello)
  case welcome(NativeWelcome)
  case say(NativeSay)
  /// The `say` with this id was stored under this number.
  case accepted(id: UInt64, number: UInt64)
  /// The `say` or `command` with this id was not done.
  case refused(id: UInt64, code: UInt8, text: String)
  case event(NativeEvent)
  case presence(NativePresence)
  case command(id: UInt64, NativeCommand)
  case reply(id: UInt64, NativeReply)
  case whisper(NativeWhisper)
  /// Unasked history, such as the last lines for a late joiner.
  case history(NativeHistory)
  /// Words of the server or its operator.
  case notice(String)
  case ping
  case pong
  case bye(NativeBye)

  /// The longest frame, in bytes of type and body.
  package static let limit = 65_536

  /// Reads the body of a frame; nil for an unknown type that may be skipped.
  package init?(type: UInt8, body: consuming ByteReader) throws(WireError) {
    guard let type = NativeType(rawValue: type) else {
      guard type % 2 == 0 else { throw .unknownType(type, "a frame") }
      return nil
    }
    switch type {
    case .hello: self = .hello(try NativeHello(from: &body))
    case .welcome: self = .welcome(try NativeWelcome(from: &body))
    case .say: self = .say(try NativeSay(from: &body))
    case .accepted: self = .accepted(id: try body.integer(), number: try body.integer())
    case .refused:
      self = .refused(id: try body.integer(), code: try body.uint8(), text: try body.string())
    case .event: self = .event(try NativeEvent(from: &body))
    case .presence: self = .presence(try NativePresence(from: &body))
    case .command: self = .command(id: try body.integer(), try NativeCommand(from: &body))
    case .reply: self = .reply(id: try body.integer(), try NativeReply(from: &body))
    case .whisper: self = .whisper(try NativeWhisper(from: &body))
    case .history: self = .history(try NativeHistory(from: &body))
    case .notice: self = .notice(try body.string())
    case .ping: self = .ping
    case .pong: self = .pong
    case .bye: self = .bye(try NativeBye(from: &body))
    }
    try body.finish()
  }

  /// Appends the frame; when it throws, `output` is as it was.
  package func encode(into output: inout [UInt8]) throws(WireError) {
    switch self {
    case .event(let event):
      try NativeFrame.appendEvent(
        room: event.room, number: event.number, wall: event.wall, form: event.form,
        author: event.author.utf8.span, trust: event.trust, body: event.body.span, to: &output)
    case .presence(let presence):
      try NativeFrame.appendPresence(
        room: presence.room, wall: presence.wall, change: presence.change, nick: presence.nick,
        to: &output)
    case .hello(let hello): try NativeFrame.append(.hello, to: &output, hello.write)
    case .welcome(let welcome): try NativeFrame.append(.welcome, to: &output, welcome.write)
    case .say(let say): try NativeFrame.append(.say, to: &output, say.write)
    case .accepted(let id, let number):
      NativeFrame.appendAccepted(id: id, number: number, to: &output)
    case .refused(let id, let code, let text):
      try NativeFrame.append(.refused, to: &output) { writer throws(WireError) in
        writer.integer(id)
        writer.integer(code)
        try writer.string(text, "the text of a refusal")
      }
    case .command(let id, let command):
      try NativeFrame.append(.command, to: &output) { writer throws(WireError) in
        writer.integer(id)
        try command.write(to: &writer)
      }
    case .reply(let id, let reply):
      try NativeFrame.append(.reply, to: &output) { writer throws(WireError) in
        writer.integer(id)
        try reply.write(to: &writer)
      }
    case .whisper(let whisper): try NativeFrame.append(.whisper, to: &output, whisper.write)
    case .history(let history): try NativeFrame.append(.history, to: &output, history.write)
    case .notice(let text):
      try NativeFrame.append(.notice, to: &output) { writer throws(WireError) in
        try writer.string(text, "a notice")
      }
    case .ping: try NativeFrame.append(.ping, to: &output) { _ in }
    case .pong: try NativeFrame.append(.pong, to: &output) { _ in }
    case .bye(let bye): try NativeFrame.append(.bye, to: &output, bye.write)
    }
  }
}

/// The number of a frame's type: one that must be understood is odd, one that may be skipped even.
package enum NativeType: UInt8, CaseIterable, Sendable {
  case hello = 1
  case presence = 2
  case welcome = 3
  case notice = 4
  case say = 5
  case pong = 6
  case accepted = 7
  case refused = 9
  case event = 11
  case command = 13
  case reply = 15
  case whisper = 17
  case history = 19
  case ping = 21
  case bye = 23
}
