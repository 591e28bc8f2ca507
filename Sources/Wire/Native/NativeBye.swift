/// The last frame of either side.
package struct NativeBye: Equatable, Sendable {
  /// 0 is a goodbye; the others are the server's.
  package var reason: UInt8
  package var text: String
  /// Come back no earlier; 0 says nothing about it.
  package var retryAfterMilliseconds: UInt32

  package init(reason: UInt8 = 0, text: String = "", retryAfterMilliseconds: UInt32 = 0) {
    self.reason = reason
    self.text = text
    self.retryAfterMilliseconds = retryAfterMilliseconds
  }

  init(from reader: inout ByteReader) throws(WireError) {
    reason = try reader.uint8()
    text = try reader.string()
    retryAfterMilliseconds = try reader.integer()
  }

  func write(to writer: inout ByteWriter) throws(WireError) {
    writer.integer(reason)
    try writer.string(text, "the text of a bye")
    writer.integer(retryAfterMilliseconds)
  }
}
