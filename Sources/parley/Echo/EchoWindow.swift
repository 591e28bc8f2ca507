import Glibc

/// What was sent and has not come back yet, in a ring of fixed size; compares what comes back with it.
struct EchoWindow: ~Copyable {
  /// The most bytes that may be under way.
  ///
  /// So a server that answers only after the end of the input can be sent that much, and the whole
  /// program stays within 16 MiB.
  static let capacity = 2 << 20

  private let memory: UnsafeMutableRawBufferPointer
  private var start = 0
  /// How many bytes have not come back.
  private(set) var count = 0
  /// How many bytes have come back right.
  private(set) var verified = 0

  init(capacity: Int = Self.capacity) {
    memory = .allocate(byteCount: capacity, alignment: 64)
  }

  deinit { memory.deallocate() }

  var sent: Int { verified + count }
  var room: Int { memory.count - count }

  /// Takes what is sent next, for which there must be room.
  mutating func append(_ bytes: ArraySlice<UInt8>) {
    precondition(bytes.count <= room, "who sends waits for room")
    // What never waits long stays in one place, and so in the processor's cache.
    if count == 0 { start = 0 }
    bytes.withUnsafeBytes { bytes in
      let end = (start + count) % memory.count
      let first = min(bytes.count, memory.count - end)
      memory[end...].copyBytes(from: bytes[..<first])
      memory.copyBytes(from: bytes[first...])
    }
    count += bytes.count
  }

  /// Compares what has come back with what was sent, and lets go of what is right.
  ///
  /// - Returns: How many of the first bytes are right: all of them, or those before the first that differs
  ///   from what was sent or that nothing was sent for.
  mutating func receive(_ bytes: ArraySlice<UInt8>) -> Int {
    let right = bytes.withUnsafeBytes { bytes in
      let expected = min(bytes.count, count)
      let first = min(expected, memory.count - start)
      let same = Self.same(memory[start..<start + first], bytes[..<first])
      guard same == first else { return same }
      return first + Self.same(memory[..<(expected - first)], bytes[first..<expected])
    }
    start = (start + right) % memory.count
    count -= right
    verified += right
    return right
  }

  /// The next bytes that should come back.
  func expected(atMost limit: Int) -> [UInt8] {
    (0..<min(limit, count)).map { memory[(start + $0) % memory.count] }
  }

  /// How many of the first bytes are the same in both, which are equally long.
  private static func same(
    _ one: Slice<UnsafeMutableRawBufferPointer>, _ other: Slice<UnsafeRawBufferPointer>
  ) -> Int {
    let (one, other) = (
      UnsafeRawBufferPointer(rebasing: one), UnsafeRawBufferPointer(rebasing: other)
    )
    guard let left = one.baseAddress, let right = other.baseAddress else { return 0 }
    if memcmp(left, right, one.count) == 0 { return one.count }
    return zip(one, other).prefix { $0 == $1 }.count
  }
}
