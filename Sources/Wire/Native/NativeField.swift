/// Fields that may be left out: `u8` type, `u16` length, value, in rising order of type.
///
/// An unknown field of an even type is skipped, one of an odd type ends the session: so a later
/// version can add both what may be ignored and what may not.
enum NativeField {
  /// Calls `body` with every field's type and a reader of its value.
  ///
  /// `body` says whether it knew the type; a value of a known field must be read to its end.
  static func readAll(
    of reader: inout ByteReader,
    _ body: (UInt8, inout ByteReader) throws(WireError) -> Bool
  ) throws(WireError) {
    var last = -1
    while !reader.isAtEnd {
      let type = try reader.uint8()
      guard Int(type) > last else { throw .invalidValue("the order of fields") }
      last = Int(type)
      var value = try reader.reader(Int(reader.integer(UInt16.self)), place: "a field")
      if try body(type, &value) {
        try value.finish()
      } else if type % 2 == 1 {
        throw .unknownType(type, "a field")
      }
    }
  }

  @inline(__always)
  static func write(
    _ type: UInt8, to writer: inout ByteWriter,
    _ value: (inout ByteWriter) throws(WireError) -> Void
  ) throws(WireError) {
    writer.integer(type)
    try writer.counted(as: UInt16.self, limit: 0xFFFF, value)
  }
}
