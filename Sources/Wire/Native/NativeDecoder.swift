/// Cuts the bytes of a native peer into frames, after the preface where one is due.
///
/// A server awaits the client's preface; a client awaits frames at once, because a server sends
/// none. After an error the same error comes for ever.
package struct NativeDecoder: Sendable {
  private var frames: FrameDecoder
  private var preface: [UInt8] = []
  private let pattern: NativePattern
  private var awaitsPreface: Bool
  private var failure: WireError?

  /// - Parameters:
  ///   - pattern: The only pattern that a preface may have.
  ///   - awaitsPreface: Whether a preface comes before the first frame.
  ///   - limit: The longest frame.
  package init(
    pattern: NativePattern = .plain, awaitsPreface: Bool, limit: Int = NativeFrame.limit
  ) {
    frames = FrameDecoder(.u32, limit: min(limit, NativeFrame.limit))
    self.pattern = pattern
    self.awaitsPreface = awaitsPreface
  }

  /// True while a preface or a frame has begun and is not complete.
  package var isInsideFrame: Bool { !preface.isEmpty && awaitsPreface || frames.isInsideFrame }

  /// How many bytes of it have come.
  package var unfinishedCount: Int {
    awaitsPreface ? preface.count + frames.unfinishedCount : frames.unfinishedCount
  }

  package mutating func receive(_ bytes: Span<UInt8>) {
    guard failure == nil else { return }
    guard awaitsPreface else { return frames.receive(bytes) }
    let missing = min(NativePreface.length - preface.count, bytes.count)
    preface.append(copying: bytes.extracting(0..<missing))
    if missing < bytes.count { frames.receive(bytes.extracting(missing..<bytes.count)) }
  }

  /// The next frame that we know, or nil when more bytes are needed.
  package mutating func next() throws(WireError) -> NativeFrame? {
    while let place = try nextPlace() {
      if let frame = try frame(in: place) { return frame }
    }
    return nil
  }

  /// The place of the next frame's type and body in ``buffer``, valid until the next ``receive(_:)``;
  /// nil when more bytes are needed.
  package mutating func nextPlace() throws(WireError) -> Range<Int>? {
    if let failure { throw failure }
    do {
      if awaitsPreface {
        guard try NativePreface.check(preface, for: pattern) else { return nil }
        awaitsPreface = false
      }
      return try frames.next()
    } catch {
      failure = error
      throw error
    }
  }

  /// The frame in a place of ``nextPlace()``, or nil when it is of an unknown type that may be skipped.
  package mutating func frame(in place: Range<Int>) throws(WireError) -> NativeFrame? {
    do {
      var reader = ByteReader(frames.buffer, place, place: "a frame")
      return try NativeFrame(type: reader.uint8(), body: reader)
    } catch {
      failure = error
      throw error
    }
  }

  /// The bytes that the places of ``nextPlace()`` are in.
  package var buffer: [UInt8] { frames.buffer }

  /// Lets go of a buffer that a burst has made large: every place ends its life.
  package mutating func shrink() { frames.shrink() }

  /// Says that the stream has ended; throws inside a preface or frame.
  package func finish() throws(WireError) {
    if let failure { throw failure }
    guard !awaitsPreface || preface.isEmpty else { throw .truncated("the native preface") }
    try frames.finish()
  }
}
