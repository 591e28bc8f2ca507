/// The first frame of a client: who it wants to be, where, and what it remembers.
package struct NativeHello: Equatable, Sendable {
  /// The highest version that the client speaks.
  package var version: UInt8
  /// Empty: the server picks one.
  package var nick: String
  /// Empty: the server's first room.
  package var room: String
  package var resume: NativeResume?

  package init(
    version: UInt8 = NativePreface.version, nick: String, room: String,
    resume: NativeResume? = nil
  ) {
    self.version = version
    self.nick = nick
    self.room = room
    self.resume = resume
  }
}

/// What a client that lost its connection remembers of the room that it was in.
package struct NativeResume: Equatable, Sendable {
  /// 16 bytes, from the welcome or the join.
  package var historyID: [UInt8]
  /// The last event that it has seen.
  package var lastNumber: UInt64
  /// 16 bytes, from the welcome.
  package var token: [UInt8]

  package init(historyID: [UInt8], lastNumber: UInt64, token: [UInt8]) {
    self.historyID = historyID
    self.lastNumber = lastNumber
    self.token = token
  }
}

extension NativeHello {
  init(from reader: inout ByteReader) throws(WireError) {
    version = try reader.uint8()
    nick = try reader.string()
    room = try reader.string()
    switch try reader.uint8() {
    case 0: resume = nil
    case 1:
      resume = NativeResume(
        historyID: try reader.bytes(16), lastNumber: try reader.integer(),
        token: try reader.bytes(16))
    default: throw .invalidValue("the resume flag of a hello")
    }
    // No field is known yet; the skipping of even ones is what later versions rely on.
    try NativeField.readAll(of: &reader) { _, _ in false }
  }

  func write(to writer: inout ByteWriter) throws(WireError) {
    writer.integer(version)
    try writer.string(nick, "a nick")
    try writer.string(room, "a room's name")
    writer.integer(UInt8(resume == nil ? 0 : 1))
    guard let resume else { return }
    try writer.fixed(resume.historyID, 16, "a history id")
    writer.integer(resume.lastNumber)
    try writer.fixed(resume.token, 16, "a resume token")
  }
}
