/// What may be the body of a message.
package enum Body {
  /// The longest body, in bytes; a server may allow less.
  package static let limit = 16_384

  /// Lets a body pass that is not empty, not too long and, if it is text, valid UTF-8.
  package static func check(
    _ body: [UInt8], isText: Bool = true, limit: Int = Body.limit
  ) throws(RoomRefusal) {
    try check(body.span, isText: isText, isPlain: false, limit: limit)
  }

  /// The same for bytes that are lent; what is known to be printable ASCII need not be read again.
  @inline(__always)
  static func check(
    _ body: Span<UInt8>, isText: Bool, isPlain: Bool, limit: Int = Body.limit
  ) throws(RoomRefusal) {
    guard !body.isEmpty else { throw .emptyText }
    guard body.count <= limit else { throw .textTooLong(bytes: body.count, limit: limit) }
    guard !isText || isPlain || (try? UTF8Span(validating: body)) != nil else {
      throw .invalidText
    }
  }
}
