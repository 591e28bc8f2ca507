// What a server sends to everybody in a room, appended to a shared block straight from its parts:
// no frame value is made, and nothing is allocated but the growth of the block.
extension NativeFrame {
  package static func appendEvent(
    room: UInt32, number: UInt64, wall: Int64, form: NativeForm, author: Span<UInt8>,
    trust: UInt8, body: Span<UInt8>, to output: inout [UInt8]
  ) throws(WireError) {
    guard author.count <= UInt16.max else { throw .invalidValue("a nick") }
    let length = 25 + author.count + body.count
    guard length <= limit else { throw .frameTooLong(length: length, limit: limit) }
    let head = eventHead(
      room: room, number: number, wall: wall, form: form, author: author.count, body: body.count)
    output.append(copying: head.span)
    output.append(copying: author)
    output.append(trust)
    output.append(copying: body)
  }

  /// The fixed part of an event; the author, a byte of trust and the body follow.
  ///
  /// A room encodes each message once for all its members, and small rooms feel what that costs. So
  /// this one frame knows its length beforehand, and its fixed part is made as one piece. The lengths
  /// have been checked.
  package static func eventHead(
    room: UInt32, number: UInt64, wall: Int64, form: NativeForm, author: Int, body: Int
  ) -> InlineArray<28, UInt8> {
    var head = InlineArray<28, UInt8>(repeating: 0)
    func put(_ value: UInt64, bytes: Int, at place: Int) {
      for index in 0..<bytes {
        head[place + index] = UInt8(truncatingIfNeeded: value >> (8 * (bytes - 1 - index)))
      }
    }
    put(UInt64(25 + author + body), bytes: 4, at: 0)
    head[4] = NativeType.event.rawValue
    put(UInt64(room), bytes: 4, at: 5)
    put(number, bytes: 8, at: 9)
    put(UInt64(bitPattern: wall), bytes: 8, at: 17)
    head[25] = form.rawValue
    put(UInt64(author), bytes: 2, at: 26)
    return head
  }

  /// The answer to a `say` that is stored, which those who speak get for each text.
  package static func appendAccepted(id: UInt64, number: UInt64, to output: inout [UInt8]) {
    var frame = InlineArray<21, UInt8>(repeating: 0)
    frame[3] = 17
    frame[4] = NativeType.accepted.rawValue
    for index in 0..<8 {
      frame[5 + index] = UInt8(truncatingIfNeeded: id >> (56 - 8 * UInt64(index)))
      frame[13 + index] = UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64(index)))
    }
    output.append(copying: frame.span)
  }

  package static func appendPresence(
    room: UInt32, wall: Int64, change: NativePresence.Change, nick: String,
    to output: inout [UInt8]
  ) throws(WireError) {
    try append(.presence, to: &output) { writer throws(WireError) in
      writer.integer(room)
      writer.integer(wall)
      writer.integer(change.kind)
      try writer.string(nick, "a nick")
      switch change {
      case .join: break
      case .leave(let reason, let words):
        writer.integer(reason)
        try writer.string(words, "parting words")
      case .rename(let name): try writer.string(name, "a nick")
      }
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
}
