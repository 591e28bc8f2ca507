/// What a body is.
package enum NativeForm: UInt8, CaseIterable, Sendable {
  case text = 0
  /// A signed message, in bytes of its own; not text.
  case signed = 1
  /// Said about the author in the third person (`/me`).
  case action = 2
}

/// A client says something; `id` is its own number, by which the server answers.
package struct NativeSay: Equatable, Sendable {
  package var id: UInt64
  package var room: UInt32
  package var form: NativeForm
  package var body: [UInt8]

  package init(id: UInt64, room: UInt32, form: NativeForm = .text, body: [UInt8]) {
    self.id = id
    self.room = room
    self.form = form
    self.body = body
  }

  init(from reader: inout ByteReader) throws(WireError) {
    id = try reader.integer()
    room = try reader.integer()
    form = try NativeForm(from: &reader)
    // Whether it is text is for the room to say: a slip of one message must not end the session.
    body = reader.rest()
  }

  func write(to writer: inout ByteWriter) {
    writer.integer(id)
    writer.integer(room)
    writer.integer(form.rawValue)
    writer.raw(body)
  }

  /// The parts of a frame, given where its type and body are; nil when it is no good `say`.
  ///
  /// For servers, which have more of these than of all others: nothing is copied.
  package static func places(
    in bytes: [UInt8], _ frame: Range<Int>
  ) -> (id: UInt64, room: UInt32, form: NativeForm, body: Range<Int>)? {
    let head = 14
    guard frame.count >= head, bytes[frame.lowerBound] == NativeType.say.rawValue,
      let form = NativeForm(rawValue: bytes[frame.lowerBound + 13])
    else { return nil }
    var id: UInt64 = 0
    for index in 1..<9 { id = id << 8 | UInt64(bytes[frame.lowerBound + index]) }
    var room: UInt32 = 0
    for index in 9..<13 { room = room << 8 | UInt32(bytes[frame.lowerBound + index]) }
    return (id, room, form, (frame.lowerBound + head)..<frame.upperBound)
  }
}

/// Something that was said in a room, as everybody in it gets it.
package struct NativeEvent: Equatable, Sendable {
  package var room: UInt32
  package var number: UInt64
  /// Milliseconds of Unix time.
  package var wall: Int64
  package var form: NativeForm
  package var author: String
  /// 0: anybody could have said it; 1: over a connection that proved its key; 2: signed.
  package var trust: UInt8
  package var body: [UInt8]

  package init(
    room: UInt32, number: UInt64, wall: Int64, form: NativeForm = .text, author: String,
    trust: UInt8 = 0, body: [UInt8]
  ) {
    self.room = room
    self.number = number
    self.wall = wall
    self.form = form
    self.author = author
    self.trust = trust
    self.body = body
  }

  init(from reader: inout ByteReader) throws(WireError) {
    room = try reader.integer()
    number = try reader.integer()
    wall = try reader.integer()
    form = try NativeForm(from: &reader)
    author = try reader.string()
    trust = try reader.uint8()
    body = try form.body(from: &reader)
  }
}

/// Words for one client alone.
package struct NativeWhisper: Equatable, Sendable {
  package var from: String
  package var wall: Int64
  package var trust: UInt8
  package var body: [UInt8]

  package init(from: String, wall: Int64, trust: UInt8 = 0, body: [UInt8]) {
    self.from = from
    self.wall = wall
    self.trust = trust
    self.body = body
  }

  init(from reader: inout ByteReader) throws(WireError) {
    from = try reader.string()
    wall = try reader.integer()
    trust = try reader.uint8()
    body = try reader.restOfText()
  }

  func write(to writer: inout ByteWriter) throws(WireError) {
    try writer.string(from, "a nick")
    writer.integer(wall)
    writer.integer(trust)
    writer.raw(body)
  }
}

extension NativeForm {
  fileprivate init(from reader: inout ByteReader) throws(WireError) {
    guard let form = NativeForm(rawValue: try reader.uint8()) else {
      throw .invalidValue("the form of a message")
    }
    self = form
  }

  fileprivate func body(from reader: inout ByteReader) throws(WireError) -> [UInt8] {
    switch self {
    case .text, .action: try reader.restOfText()
    case .signed: reader.rest()
    }
  }
}
