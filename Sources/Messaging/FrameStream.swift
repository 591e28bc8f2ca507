internal import Sockets
internal import Wire

/// Frames both ways over one connection: what ``MessageConnection`` and ``TextLines`` share.
///
/// All of it is for the loop's thread. What concerns reading is touched by the task that has the
/// connection's turn to read, and so for writing.
final class FrameStream: @unchecked Sendable {
  // @unchecked: confined to the loop's thread, as the two public types make sure.

  let connection: Connection
  let format: FrameFormat
  let limit: Int

  // Unchecked: on one thread, and `body`, which a message is lent to, cannot reach them.
  @exclusivity(unchecked) private var decoder: FrameDecoder
  @exclusivity(unchecked) private var hasEnded = false

  /// Frames that are not sent yet; used again and again, so that a stream settles at no allocation.
  @exclusivity(unchecked) var outgoing: [UInt8] = []
  @exclusivity(unchecked) private var sent = 0

  /// More than this is not collected for one write.
  static let batch = 65_536

  init(_ connection: Connection, _ framing: Framing, limit: Int?) {
    self.connection = connection
    format = framing.format
    self.limit = framing.effectiveLimit(limit)
    decoder = FrameDecoder(format, limit: self.limit)
  }

  // MARK: - Reading

  /// Runs `body` with the turn to read.
  func reading<Result>(
    _ timeout: Timeout, _ body: (Limit) async throws -> Result
  ) async throws -> Result {
    let source = connection.source
    let limit = source.limit("receive", timeout)
    try await source.begin(.reading, limit)
    defer { source.end(.reading) }
    return try await body(limit)
  }

  /// Where the next message lies in what has arrived, nil when it has not arrived whole.
  func nextArrived() throws(MessagingError) -> Range<Int>? {
    guard !hasEnded else { return nil }
    do throws(WireError) {
      guard let range = try decoder.next() else { return nil }
      guard format == .u16 && range.isEmpty else { return range }
      // Length 0 says that the other side closes; what may follow is not for us.
      hasEnded = true
      decoder = FrameDecoder(format, limit: limit)
      return nil
    } catch {
      throw MessagingError(receiving: error)
    }
  }

  /// Lends the bytes at a place that ``nextArrived()`` gave.
  func lend<Result>(_ range: Range<Int>, _ body: (Span<UInt8>) throws -> Result) rethrows -> Result
  {
    let buffer = decoder.buffer
    return try body(buffer.span.extracting(range))
  }

  /// Copies the bytes at a place that ``nextArrived()`` gave.
  func copy(_ range: Range<Int>) -> [UInt8] { Array(decoder.buffer[range]) }

  /// Waits for more bytes; false at the end of the stream, which is an error inside a frame.
  func waitForMore(_ limit: Limit) async throws -> Bool {
    if !hasEnded {
      let count = try await connection.next(FrameStream.batch, limit) { bytes in
        bytes.withMemoryRebound(to: UInt8.self) { decoder.receive($0.span) }
      }
      if count > 0 { return true }
      hasEnded = true
    }
    do throws(WireError) {
      try decoder.finish()
    } catch {
      throw MessagingError(receiving: error)
    }
    return false
  }

  // MARK: - Writing

  /// Runs `body` with the turn to write.
  func writing(
    _ timeout: Timeout, _ body: (Limit) async throws -> Void
  ) async throws {
    let source = connection.source
    let limit = source.limit("send", timeout)
    try await source.begin(.writing, limit)
    defer { source.end(.writing) }
    try await body(limit)
  }

  /// Appends a frame to ``outgoing``, or nothing when it is refused.
  func enqueue(_ payload: some Collection<UInt8>) throws(MessagingError) {
    do throws(WireError) {
      try format.encode(payload, limit: limit, into: &outgoing)
    } catch {
      throw MessagingError(sending: error)
    }
  }

  /// Writes all of ``outgoing``, also what is added meanwhile.
  ///
  /// On an error ``outgoing`` keeps everything if nothing of it was sent; once a part was, all
  /// further writes to the connection fail, as after a `write` of the connection itself.
  func drain(_ limit: Limit) async throws {
    let source = connection.source
    while sent < outgoing.count {
      let outcome = outgoing.withUnsafeBytes { bytes in
        source.core?.write(UnsafeRawBufferPointer(rebasing: bytes[sent...]))
      }
      switch outcome {
      case .wrote(let count): sent += count
      case .failed(let code): throw connection.error(limit, code)
      case nil: throw connection.closedError("send")
      case .wouldBlock:
        do {
          try await source.wait(.writing, limit)
        } catch {
          if sent > 0 { source.core?.spoilWriting() }
          throw error
        }
      }
    }
    discard()
  }

  /// Forgets what is in ``outgoing``.
  func discard() {
    sent = 0
    outgoing.reset()
  }
}

extension [UInt8] {
  /// Empties a buffer that is used again; what one large message needed is given back.
  mutating func reset() {
    if capacity > 2 * FrameStream.batch {
      self = []
    } else {
      removeAll(keepingCapacity: true)
    }
  }
}
