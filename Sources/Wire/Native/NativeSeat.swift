/// A room as somebody finds it on entering: its number, name and place in its history.
package struct NativeSeat: Equatable, Sendable {
  package var room: UInt32
  package var name: String
  /// 16 bytes; another one means that the numbers of before mean nothing any more.
  package var historyID: [UInt8]
  /// The number of the last event at this moment.
  package var head: UInt64

  package init(room: UInt32, name: String, historyID: [UInt8], head: UInt64) {
    self.room = room
    self.name = name
    self.historyID = historyID
    self.head = head
  }

  init(from reader: inout ByteReader) throws(WireError) {
    room = try reader.integer()
    name = try reader.string()
    historyID = try reader.bytes(16)
    head = try reader.integer()
  }

  func write(to writer: inout ByteWriter) throws(WireError) {
    writer.integer(room)
    try writer.string(name, "a room's name")
    try writer.fixed(historyID, 16, "a history id")
    writer.integer(head)
  }
}

/// The first names of a list, and how long the list is.
package struct NativeNames: Equatable, Sendable {
  package var total: UInt32
  package var names: [String]

  /// As many of `all` as fit into a frame beside other things.
  package init(_ all: [String]) {
    total = UInt32(clamping: all.count)
    var room = 32_768
    names = Array(
      all.prefix { name in
        room -= name.utf8.count + 2
        return room >= 0
      })
  }

  init(from reader: inout ByteReader) throws(WireError) {
    total = try reader.integer()
    names = []
    while !reader.isAtEnd { names.append(try reader.string()) }
    guard names.count <= total else { throw .invalidValue("the length of a list") }
  }

  func write(to writer: inout ByteWriter) throws(WireError) {
    writer.integer(total)
    for name in names { try writer.string(name, "a name") }
  }
}
