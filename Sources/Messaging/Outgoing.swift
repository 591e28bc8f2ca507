internal import Wire

/// Frames on their way out, in memory that is used again and again.
///
/// Not an array, because nobody shares it: a frame is appended without asking who else looks.
struct Outgoing: ~Copyable {
  private let format: FrameFormat
  private let limit: Int
  /// In how many bytes a length stands, and up to which: 0 where it is no number.
  private let numberWidth: Int
  private let numberLimit: UInt
  private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// How many bytes there are, those that have been sent among them.
  private(set) var count = 0
  private(set) var sent = 0

  /// - Precondition: `limit` is none that the format cannot carry.
  init(_ format: FrameFormat, limit: Int) {
    precondition(limit <= format.maximum, "a limit is what the format can carry")
    self.format = format
    self.limit = limit
    numberWidth = format.numberWidth
    numberLimit = numberWidth > 0 ? UInt(limit) : 0
  }

  deinit { memory.deallocate() }

  var isEmpty: Bool { count == 0 }

  /// Valid until the next change.
  var unsent: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[sent..<count]) }

  /// Appends a frame, or nothing when the payload is refused.
  mutating func append(_ payload: Span<UInt8>) throws(WireError) {
    if !appendQuickly(payload) { try appendSlowly(payload) }
  }

  /// Appends a frame if that takes no thought; false when nothing was done.
  @inline(__always)
  mutating func appendQuickly(_ payload: Span<UInt8>) -> Bool {
    let length = payload.count
    // Nearly all frames are so: not empty, their length a number, and room for it as eight bytes.
    // No sum overflows, as each is less than what is in memory.
    guard UInt(bitPattern: length &- 1) < numberLimit, memory.count &- count >= length &+ 8,
      let start = memory.baseAddress
    else { return false }
    let number = UInt64(truncatingIfNeeded: length) &<< (64 &- 8 &* numberWidth)
    let place = start + count
    place.storeBytes(of: number.bigEndian, as: UInt64.self)
    payload.withUnsafeBytes { bytes in
      guard let bytes = bytes.baseAddress else { return }
      (place + numberWidth).copyMemory(from: bytes, byteCount: length)
    }
    count &+= numberWidth &+ length
    return true
  }

  private mutating func appendSlowly(_ payload: Span<UInt8>) throws(WireError) {
    // More than any frame of this length has, so that a refused one does not make it grow.
    let size = min(payload.count, limit) + FrameFormat.overhead
    if memory.count - count < size { move(to: max(2 * memory.count, count + size)) }
    let free = UnsafeMutableRawBufferPointer(rebasing: memory[count...])
      .bindMemory(to: UInt8.self)
    var output = OutputSpan(buffer: free, initializedCount: 0)
    do throws(WireError) {
      try format.encode(payload, limit: limit, into: &output)
      count += output.finalize(for: free)
    } catch {
      _ = output.finalize(for: free)
      throw error
    }
  }

  /// Appends whole frames.
  mutating func append(whole frames: [UInt8]) {
    if memory.count - count < frames.count { move(to: count + frames.count) }
    UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyBytes(from: frames)
    count += frames.count
  }

  /// Says that the first `count` bytes of ``unsent`` went.
  mutating func advance(_ count: Int) { sent += count }

  /// Forgets everything, and gives back what one large message needed.
  mutating func reset() {
    count = 0
    sent = 0
    if memory.count > 2 * FrameStream.batch { move(to: 0) }
  }

  private mutating func move(to capacity: Int) {
    let other = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 8)
    other.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
    memory.deallocate()
    memory = other
  }
}
