/// What a client asks for besides saying something.
package enum NativeCommand: Equatable, Sendable {
  case nick(String)
  case join(room: String)
  /// An empty name is the room that one is in, here and below.
  case leave(room: String)
  case who(room: String)
  case rooms
  case whisper(to: String, body: [UInt8])
  case history(room: String, last: UInt32)
  /// A verb of a later version; the answer to it is a refusal, not the end of the session.
  case unknown(verb: UInt8, arguments: [UInt8])

  init(from reader: inout ByteReader) throws(WireError) {
    let number = try reader.uint8()
    switch NativeVerb(rawValue: number) {
    case .nick: self = .nick(try reader.string())
    case .join: self = .join(room: try reader.string())
    case .leave: self = .leave(room: try reader.string())
    case .who: self = .who(room: try reader.string())
    case .rooms: self = .rooms
    case .whisper: self = .whisper(to: try reader.string(), body: reader.rest())
    case .history: self = .history(room: try reader.string(), last: try reader.integer())
    case nil: self = .unknown(verb: number, arguments: reader.rest())
    }
  }

  func write(to writer: inout ByteWriter) throws(WireError) {
    writer.integer(verb)
    switch self {
    case .nick(let name): try writer.string(name, "a nick")
    case .join(let room), .leave(let room), .who(let room):
      try writer.string(room, "a room's name")
    case .rooms: break
    case .whisper(let to, let body):
      try writer.string(to, "a nick")
      writer.raw(body)
    case .history(let room, let last):
      try writer.string(room, "a room's name")
      writer.integer(last)
    case .unknown(_, let arguments): writer.raw(arguments)
    }
  }

  private var verb: UInt8 {
    switch self {
    case .nick: NativeVerb.nick.rawValue
    case .join: NativeVerb.join.rawValue
    case .leave: NativeVerb.leave.rawValue
    case .who: NativeVerb.who.rawValue
    case .rooms: NativeVerb.rooms.rawValue
    case .whisper: NativeVerb.whisper.rawValue
    case .history: NativeVerb.history.rawValue
    case .unknown(let verb, _): verb
    }
  }
}

/// The number of a command, and of the reply to it.
package enum NativeVerb: UInt8, CaseIterable, Sendable {
  case nick = 1
  case join = 2
  case leave = 3
  case who = 4
  case rooms = 5
  case whisper = 6
  case history = 7
}
