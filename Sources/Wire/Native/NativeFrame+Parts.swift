// What a server sends to everybody in a room, appended to a shared block straight from its parts:
// no frame value is made, and nothing is allocated but the growth of the block.
extension NativeFrame {
  package static func appendEvent(
    room: UInt32, number: UInt64, wall: Int64, form: NativeForm, author: String, trust: UInt8,
    body: [UInt8], to output: inout [UInt8]
  ) throws(WireError) {
    try append(.event, to: &output) { writer throws(WireError) in
      try write(
        to: &writer, room: room, number: number, wall: wall, form: form, author: author,
        trust: trust, body: body)
    }
  }

  package static func appendPresence(
    room: UInt32, wall: Int64, change: NativePresence.Change, nick: String,
    to output: inout [UInt8]
  ) throws(WireError) {
    try append(.presence, to: &output) { writer throws(WireError) in
      try write(to: &writer, room: room, wall: wall, change: change, nick: nick)
    }
  }

  @inline(__always)
  static func append(
    _ type: NativeType, to output: inout [UInt8],
    _ body: (inout ByteWriter) throws(WireError) -> Void
  ) throws(WireError) {
    try ByteWriter.append(to: &output) { writer throws(WireError) in
      try writer.counted(as: UInt32.self, limit: limit) { writer throws(WireError) in
        writer.integer(type.rawValue)
        try body(&writer)
      }
    }
  }

  // As many parameters as the frame has parts: a structure of them would be the frame value itself.
  static func write(
    to writer: inout ByteWriter, room: UInt32, number: UInt64, wall: Int64, form: NativeForm,
    author: String, trust: UInt8, body: [UInt8]
  ) throws(WireError) {
    writer.integer(room)
    writer.integer(number)
    writer.integer(wall)
    writer.integer(form.rawValue)
    try writer.string(author, "a nick")
    writer.integer(trust)
    writer.raw(body)
  }

  static func write(
    to writer: inout ByteWriter, room: UInt32, wall: Int64, change: NativePresence.Change,
    nick: String
  ) throws(WireError) {
    writer.integer(room)
    writer.integer(wall)
    switch change {
    case .join:
      writer.integer(NativePresence.Kind.join)
      try writer.string(nick, "a nick")
    case .leave(let reason, let words):
      writer.integer(NativePresence.Kind.leave)
      try writer.string(nick, "a nick")
      writer.integer(reason)
      try writer.string(words, "parting words")
    case .rename(let name):
      writer.integer(NativePresence.Kind.rename)
      try writer.string(nick, "a nick")
      try writer.string(name, "a nick")
    }
  }
}
