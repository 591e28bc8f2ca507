/// Cuts a stream of bytes into payloads, however the bytes were split on their way.
///
/// Give it what arrived with ``receive(_:)``, then call ``next()`` until it returns nil. Frames stay
/// in one buffer that is used again and again: a stream whose frames are taken as they come settles
/// at no allocation at all. A length over the limit is refused when its prefix is read, before
/// anything is kept for it. After an error the decoder throws the same error for ever and keeps no
/// more bytes, because what follows a broken frame cannot be trusted.
package struct FrameDecoder: Sendable {
  package let format: FrameFormat
  /// The longest payload that is accepted.
  package let limit: Int
  /// The bytes that the ranges of ``next()`` point into.
  package private(set) var buffer: [UInt8] = []
  private var start = 0
  /// No line end lies between `start` and here.
  private var searched = 0
  private var failure: WireError?

  package init(_ format: FrameFormat, limit: Int) {
    precondition(limit >= 0, "a limit is a number of bytes")
    self.format = format
    self.limit = limit
  }

  /// Appends what the peer said.
  ///
  /// Ends the life of every range that ``next()`` gave before.
  package mutating func receive(_ bytes: Span<UInt8>) {
    guard failure == nil else { return }
    compact(for: bytes.count)
    buffer.append(copying: bytes)
  }

  /// The place of the next payload inside ``buffer``, or nil when more bytes are needed.
  ///
  /// Allocates nothing. The range is valid until the next ``receive(_:)``.
  package mutating func next() throws(WireError) -> Range<Int>? {
    if let failure { throw failure }
    do {
      switch format {
      case .line: return try nextLine()
      case .dec10: return try nextCounted(try tenDigits(), header: 10)
      case .u16: return try nextCounted(bigEndian(2), header: 2)
      case .u32: return try nextCounted(bigEndian(4), header: 4)
      }
    } catch {
      failure = error
      throw error
    }
  }

  /// The place of the next whole frame, with its length or line end exactly as they were sent.
  ///
  /// As ``next()`` otherwise: the two can be mixed.
  package mutating func nextWhole() throws(WireError) -> Range<Int>? {
    let before = start
    guard try next() != nil else { return nil }
    return before..<start
  }

  /// The next payload, copied out.
  package mutating func nextFrame() throws(WireError) -> [UInt8]? {
    guard let range = try next() else { return nil }
    return Array(buffer[range])
  }

  /// Says that the stream has ended; call it when ``next()`` has returned nil.
  ///
  /// Throws inside a frame. Between frames an end is just an end.
  package func finish() throws(WireError) {
    if let failure { throw failure }
    guard !isInsideFrame else { throw .truncated(format == .line ? "a line" : "a frame") }
  }

  /// True while bytes are kept that ``next()`` has not given out.
  package var isInsideFrame: Bool { start < buffer.count }

  // MARK: - The cuts

  private mutating func nextLine() throws(WireError) -> Range<Int>? {
    guard let end = buffer.firstIndex(of: Byte.lf, from: searched) else {
      searched = buffer.count
      try checkLine(upTo: buffer.count)
      return nil
    }
    let line = try checkLine(upTo: end)
    start = end + 1
    searched = start
    return line
  }

  /// The line from `start` to `end`, less a CR at its end, which may be half of a CR LF.
  @discardableResult
  private func checkLine(upTo end: Int) throws(WireError) -> Range<Int> {
    let hasReturn = end > start && buffer[end - 1] == Byte.cr
    let line = start..<(hasReturn ? end - 1 : end)
    guard line.count <= limit else { throw .lineTooLong(limit: limit) }
    return line
  }

  private mutating func nextCounted(
    _ length: Int?, header: Int
  ) throws(WireError) -> Range<Int>? {
    guard let length else { return nil }
    guard length <= limit else { throw .frameTooLong(length: length, limit: limit) }
    guard length <= buffer.count - start - header else { return nil }
    let first = start + header
    start = first + length
    return first..<start
  }

  @inline(__always)
  private func bigEndian(_ width: Int) -> Int? {
    guard buffer.count - start >= width else { return nil }
    var value = 0
    for index in start..<(start + width) { value = value << 8 | Int(buffer[index]) }
    return value
  }

  /// Blanks, then at least one digit, ten bytes in all; a wrong byte is refused when it is seen.
  private func tenDigits() throws(WireError) -> Int? {
    let available = min(10, buffer.count - start)
    var value = 0
    var digits = 0
    for byte in buffer[start..<(start + available)] {
      switch byte {
      case Byte.blank where digits == 0: continue
      case Byte.zero...Byte.nine:
        value = value * 10 + Int(byte - Byte.zero)
        digits += 1
      default: throw .malformedLength
      }
    }
    guard available == 10 else { return nil }
    guard digits > 0 else { throw .malformedLength }
    return value
  }

  // MARK: - The buffer

  /// Moves what is unfinished to the front, when that is less work than has been done since the
  /// last move: so all moves together cost no more than the bytes received.
  private mutating func compact(for incoming: Int) {
    let unfinished = buffer.count - start
    guard start > 0, unfinished <= start else { return }
    if unfinished > 0 {
      buffer.removeSubrange(0..<start)
    } else if buffer.capacity > 16_384, incoming < buffer.capacity / 8 {
      // One large burst must not cost its memory for the rest of a quiet connection.
      buffer = []
    } else {
      buffer.removeAll(keepingCapacity: true)
    }
    searched = max(0, searched - start)
    start = 0
  }
}
