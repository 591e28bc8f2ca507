/// The answer to a command that was done; a refusal answers one that was not.
package enum NativeReply: Equatable, Sendable {
  /// One's nick is now this.
  case nick(String)
  case join(NativeSeat, members: NativeNames)
  case leave(room: String)
  case who(room: String, members: NativeNames)
  /// `total` counts the rooms that did not fit, too.
  case rooms(total: UInt32, [NativeListing])
  case whisper(to: String)
  /// The events themselves are the next frames.
  case history(NativeHistory)

  /// As many rooms as fit into a frame.
  package static func rooms(_ all: [NativeListing]) -> NativeReply {
    var room = 32_768
    let fitting = all.prefix { listing in
      room -= listing.name.utf8.count + 6
      return room >= 0
    }
    return .rooms(total: UInt32(clamping: all.count), Array(fitting))
  }

  init(from reader: inout ByteReader) throws(WireError) {
    switch NativeVerb(rawValue: try reader.uint8()) {
    case .nick: self = .nick(try reader.string())
    case .join:
      self = .join(try NativeSeat(from: &reader), members: try NativeNames(from: &reader))
    case .leave: self = .leave(room: try reader.string())
    case .who: self = .who(room: try reader.string(), members: try NativeNames(from: &reader))
    case .rooms:
      let total: UInt32 = try reader.integer()
      var rooms: [NativeListing] = []
      while !reader.isAtEnd {
        rooms.append(NativeListing(name: try reader.string(), members: try reader.integer()))
      }
      guard rooms.count <= total else { throw .invalidValue("the length of a list") }
      self = .rooms(total: total, rooms)
    case .whisper: self = .whisper(to: try reader.string())
    case .history: self = .history(try NativeHistory(from: &reader))
    // A server answers what was asked, so an unknown verb is its mistake.
    case nil: throw .invalidValue("the verb of a reply")
    }
  }

  func write(to writer: inout ByteWriter) throws(WireError) {
    switch self {
    case .nick(let name):
      writer.integer(NativeVerb.nick.rawValue)
      try writer.string(name, "a nick")
    case .join(let seat, let members):
      writer.integer(NativeVerb.join.rawValue)
      try seat.write(to: &writer)
      try members.write(to: &writer)
    case .leave(let room):
      writer.integer(NativeVerb.leave.rawValue)
      try writer.string(room, "a room's name")
    case .who(let room, let members):
      writer.integer(NativeVerb.who.rawValue)
      try writer.string(room, "a room's name")
      try members.write(to: &writer)
    case .rooms(let total, let rooms):
      writer.integer(NativeVerb.rooms.rawValue)
      writer.integer(total)
      for room in rooms {
        try writer.string(room.name, "a room's name")
        writer.integer(room.members)
      }
    case .whisper(let to):
      writer.integer(NativeVerb.whisper.rawValue)
      try writer.string(to, "a nick")
    case .history(let history):
      writer.integer(NativeVerb.history.rawValue)
      history.write(to: &writer)
    }
  }
}

/// One line of the list of rooms.
package struct NativeListing: Equatable, Sendable {
  package var name: String
  package var members: UInt32

  package init(name: String, members: UInt32) {
    self.name = name
    self.members = members
  }
}

/// Announces that the next `count` event frames are what was said before.
package struct NativeHistory: Equatable, Sendable {
  package var room: UInt32
  package var count: UInt32
  /// How many events before these are gone for good.
  package var missed: UInt64

  package init(room: UInt32, count: UInt32, missed: UInt64) {
    self.room = room
    self.count = count
    self.missed = missed
  }

  init(from reader: inout ByteReader) throws(WireError) {
    room = try reader.integer()
    count = try reader.integer()
    missed = try reader.integer()
  }

  func write(to writer: inout ByteWriter) {
    writer.integer(room)
    writer.integer(count)
    writer.integer(missed)
  }
}
