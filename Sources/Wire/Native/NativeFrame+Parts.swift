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
    output.append(addingCapacity: 4 + length) { output in
      appendEvent(
        room: room, number: number, wall: wall, form: form, author: author, trust: trust,
        body: body, into: &output)
    }
  }

  /// Appends an event whose lengths have been checked, 29 bytes and the author and the body, where
  /// there is room for it.
  ///
  /// A room encodes each message once for all its members, and small rooms feel what that costs.
  package static func appendEvent(
    room: UInt32, number: UInt64, wall: Int64, form: NativeForm, author: Span<UInt8>,
    trust: UInt8, body: Span<UInt8>, into output: inout OutputSpan<UInt8>
  ) {
    output.append(bigEndian: UInt32(truncatingIfNeeded: 25 + author.count + body.count))
    output.append(NativeType.event.rawValue)
    output.append(bigEndian: room)
    output.append(bigEndian: number)
    output.append(bigEndian: wall)
    output.append(form.rawValue)
    output.append(bigEndian: UInt16(truncatingIfNeeded: author.count))
    output.append(copying: author)
    output.append(trust)
    output.append(copying: body)
  }

  /// The answer to a `say` that is stored, which those who speak get for each text.
  package static func appendAccepted(id: UInt64, number: UInt64, to output: inout [UInt8]) {
    output.append(addingCapacity: 21) { output in
      output.append(bigEndian: 17 as UInt32)
      output.append(NativeType.accepted.rawValue)
      output.append(bigEndian: id)
      output.append(bigEndian: number)
    }
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
