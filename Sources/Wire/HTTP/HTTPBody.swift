/// How the end of a body is known (RFC 9112, 6.3).
package enum HTTPBody: Equatable, Sendable {
  /// So many bytes; 0 also where there is never a body.
  case counted(Int)
  case chunked
  /// The server closes the connection behind it.
  case toEnd

  /// Finds it in the head of an answer to a GET.
  init(of head: HTTPHead) throws(HTTPError.Offence) {
    guard head.status != 204, head.status != 304 else {
      self = .counted(0)
      return
    }
    let codings = head.values(of: "Transfer-Encoding")
    let lengths = head.values(of: "Content-Length")
    guard codings.isEmpty || lengths.isEmpty else { throw .bothLengths }
    if !codings.isEmpty {
      guard codings.count == 1, codings[0].map(\.lowered) == Array("chunked".utf8) else {
        throw .transferCoding
      }
      self = .chunked
    } else {
      self = try Self.length(lengths).map { .counted($0) } ?? .toEnd
    }
  }

  /// The length that all of the values name, each of which may be a list itself.
  private static func length(_ values: [[UInt8]]) throws(HTTPError.Offence) -> Int? {
    var length: Int?
    for value in values {
      let parts = value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      for part in parts {
        guard let number = HTTPNumber.decimal(part.trimmed) else { throw .contentLength }
        guard length == nil || length == number else { throw .conflictingLengths }
        length = number
      }
    }
    return length
  }
}

/// The value of a `Content-Range` in bytes (RFC 9110, 14.4).
package struct HTTPContentRange: Equatable, Sendable {
  /// The part that the body is; nil in an answer that has none of it to give.
  package var part: ClosedRange<Int>?
  /// The length of the whole, unless the server does not know it.
  package var whole: Int?

  /// Reads `bytes 5-9/10`, `bytes 5-9/*` or `bytes */10`; nil for anything else.
  package init?(_ value: [UInt8]) {
    let words = value[...].trimmed
    guard words.prefix(6).map(\.lowered) == Array("bytes ".utf8) else { return nil }
    let parts = words.dropFirst(6).split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let star = "*".utf8
    if !parts[1].elementsEqual(star) {
      guard let whole = HTTPNumber.decimal(parts[1]) else { return nil }
      self.whole = whole
    }
    if parts[0].elementsEqual(star) {
      guard whole != nil else { return nil }
      return
    }
    let ends = parts[0].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard ends.count == 2, let first = HTTPNumber.decimal(ends[0]),
      let last = HTTPNumber.decimal(ends[1]), first <= last, last < (whole ?? .max)
    else { return nil }
    part = first...last
  }
}
