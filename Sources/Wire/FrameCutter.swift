/// Finds whole frames in bytes that somebody else keeps: the rules of all formats, without a buffer.
///
/// Ask with the same bytes again and again, or with more behind them. It forgives nothing and
/// remembers no error: asked again, it finds the same fault at the same place.
@usableFromInline package struct FrameCutter: Sendable {
  @usableFromInline package let format: FrameFormat
  /// The longest payload that is accepted.
  @usableFromInline package let limit: Int
  /// Where the first frame begins that was not given out.
  @usableFromInline package var start = 0
  /// No line end lies between `start` and here.
  @usableFromInline var searched = 0

  @inlinable
  package init(_ format: FrameFormat, limit: Int) {
    precondition(limit >= 0, "a limit is a number of bytes")
    self.format = format
    self.limit = limit
  }

  /// The place of the next payload, or nil when it is not there whole.
  @inlinable @inline(__always)
  package mutating func next(in bytes: Span<UInt8>) throws(WireError) -> Range<Int>? {
    switch format {
    case .line: return try nextLine(in: bytes)
    case .dec10: return try nextCounted(tenDigits(in: bytes), header: 10, in: bytes)
    case .u16:
      return try nextCounted(
        bytes.bigEndian(UInt16.self, at: start).map { Int($0) }, header: 2, in: bytes)
    case .u32:
      return try nextCounted(
        bytes.bigEndian(UInt32.self, at: start).map { Int($0) }, header: 4, in: bytes)
    }
  }

  /// Says that the first `count` bytes were taken away.
  package mutating func advance(past count: Int) {
    start -= count
    searched = max(start, searched - count)
  }

  // MARK: - The cuts

  @inlinable @inline(__always)
  mutating func nextCounted(
    _ length: Int?, header: Int, in bytes: Span<UInt8>
  ) throws(WireError) -> Range<Int>? {
    guard let length else { return nil }
    guard length <= limit else { throw .frameTooLong(length: length, limit: limit) }
    // Nothing overflows: the header was read, so its end lies inside the bytes.
    let first = start &+ header
    guard length <= bytes.count &- first else { return nil }
    start = first &+ length
    return first..<start
  }

  @usableFromInline
  mutating func nextLine(in bytes: Span<UInt8>) throws(WireError) -> Range<Int>? {
    guard let end = bytes.firstIndex(of: Byte.lf, from: searched) else {
      searched = bytes.count
      try checkLine(in: bytes, upTo: bytes.count)
      return nil
    }
    let line = try checkLine(in: bytes, upTo: end)
    start = end + 1
    searched = start
    return line
  }

  /// The line from `start` to `end`, less a CR at its end, which may be half of a CR LF.
  @discardableResult
  private func checkLine(
    in bytes: Span<UInt8>, upTo end: Int
  ) throws(WireError) -> Range<Int> {
    let hasReturn = end > start && bytes[end - 1] == Byte.cr
    let line = start..<(hasReturn ? end - 1 : end)
    guard line.count <= limit else { throw .lineTooLong(limit: limit) }
    return line
  }

  /// Blanks, then at least one digit, ten bytes in all; a wrong byte is refused when it is seen.
  @usableFromInline
  func tenDigits(in bytes: Span<UInt8>) throws(WireError) -> Int? {
    let available = min(10, bytes.count - start)
    var value = 0
    var digits = 0
    for index in start..<(start + available) {
      switch bytes[index] {
      case Byte.blank where digits == 0: continue
      case let byte where byte >= Byte.zero && byte <= Byte.nine:
        value = value * 10 + Int(byte - Byte.zero)
        digits += 1
      default: throw .malformedLength
      }
    }
    guard available == 10 else { return nil }
    guard digits > 0 else { throw .malformedLength }
    return value
  }
}
