/// Cuts a stream of bytes into payloads, however the bytes were split on their way.
///
/// Give it what arrived with ``receive(_:)``, then call ``next()`` until it returns nil. Frames stay
/// in one buffer that is used again and again: a stream whose frames are taken as they come settles
/// at no allocation at all. A length over the limit is refused when its prefix is read, before
/// anything is kept for it. After an error the decoder throws the same error for ever and keeps no
/// more bytes, because what follows a broken frame cannot be trusted.
@usableFromInline package struct FrameDecoder: Sendable {
  /// The bytes that the ranges of ``next()`` point into.
  @usableFromInline package private(set) var buffer: [UInt8] = []
  @usableFromInline var cutter: FrameCutter
  @usableFromInline var failure: WireError?

  package init(_ format: FrameFormat, limit: Int) {
    cutter = FrameCutter(format, limit: limit)
  }

  @inlinable package var format: FrameFormat { cutter.format }
  /// The longest payload that is accepted.
  @inlinable package var limit: Int { cutter.limit }

  /// Appends what the peer said.
  ///
  /// Ends the life of every range that ``next()`` gave before.
  @usableFromInline
  package mutating func receive(_ bytes: Span<UInt8>) {
    guard failure == nil else { return }
    compact(for: bytes.count)
    buffer.append(copying: bytes)
  }

  /// Gives out the whole frames of `bytes` where they lie, and appends only what remains.
  ///
  /// The same frames come as from ``receive(_:)`` and ``next()``. Nothing is given out while the
  /// buffer holds something, nor what is wrong: both are for ``next()``. `body` takes the payload
  /// and says whether it wants another.
  @inlinable @inline(__always)
  package mutating func receive<Failure: Error>(
    _ bytes: Span<UInt8>, lending body: (Span<UInt8>) throws(Failure) -> Bool
  ) throws(Failure) {
    guard !isInsideFrame, failure == nil else { return receive(bytes) }
    // What is wrong stays in the rest, where `next()` meets it again.
    var rest = 0
    defer { if rest < bytes.count { receive(bytes.extracting(rest...)) } }
    switch format {
    case .u16: try lend(UInt16.self, bytes, &rest, body)
    case .u32: try lend(UInt32.self, bytes, &rest, body)
    case .line, .dec10:
      var cutter = FrameCutter(format, limit: limit)
      while let payload = try? cutter.next(in: bytes) {
        rest = cutter.start
        guard try body(bytes.extracting(payload)) else { return }
      }
    }
  }

  /// Lends the payloads whose lengths are such numbers, and moves `rest` behind them.
  @inlinable @inline(__always)
  func lend<Number: FixedWidthInteger & BitwiseCopyable, Failure: Error>(
    _ type: Number.Type, _ bytes: Span<UInt8>, _ rest: inout Int,
    _ body: (Span<UInt8>) throws(Failure) -> Bool
  ) throws(Failure) {
    let limit = limit
    while let number = bytes.bigEndian(type, at: rest) {
      let first = rest &+ MemoryLayout<Number>.size
      let length = Int(truncatingIfNeeded: number)
      guard length <= limit, length <= bytes.count &- first else { return }
      rest = first &+ length
      guard try body(bytes.extracting(first..<rest)) else { return }
    }
  }

  /// The place of the next payload inside ``buffer``, or nil when more bytes are needed.
  ///
  /// Allocates nothing. The range is valid until the next ``receive(_:)``.
  package mutating func next() throws(WireError) -> Range<Int>? {
    if let failure { throw failure }
    // A copy, because a span of the buffer borrows all of the decoder.
    var cutter = self.cutter
    do {
      let payload = try cutter.next(in: buffer.span)
      self.cutter = cutter
      return payload
    } catch {
      failure = error
      throw error
    }
  }

  /// The place of the next whole frame, with its length or line end exactly as they were sent.
  ///
  /// As ``next()`` otherwise: the two can be mixed.
  package mutating func nextWhole() throws(WireError) -> Range<Int>? {
    let before = cutter.start
    guard try next() != nil else { return nil }
    return before..<cutter.start
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
  @inlinable
  package var isInsideFrame: Bool { cutter.start < buffer.count }

  /// How many of those bytes there are.
  package var unfinishedCount: Int { buffer.count - cutter.start }

  // MARK: - The buffer

  /// Lets go of a buffer that a burst has made large, but for what is unfinished in it.
  ///
  /// Ends the life of every range, as ``receive(_:)`` does. Without it a connection that falls silent
  /// after a burst keeps the memory until it speaks again.
  package mutating func shrink() {
    let start = cutter.start
    guard buffer.capacity > 16_384, buffer.count - start <= buffer.capacity / 8 else { return }
    buffer = Array(buffer[start...])
    cutter.advance(past: start)
  }

  /// Moves what is unfinished to the front, when that is less work than has been done since the
  /// last move: so all moves together cost no more than the bytes received.
  private mutating func compact(for incoming: Int) {
    let start = cutter.start
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
    cutter.advance(past: start)
  }
}
