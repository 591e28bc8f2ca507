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
  @exclusivity(unchecked) var outgoing: Outgoing

  /// More than this is not collected for one write.
  static let batch = 65_536

  init(_ connection: Connection, _ framing: Framing, limit: Int?) {
    self.connection = connection
    format = framing.format
    self.limit = framing.effectiveLimit(limit)
    decoder = FrameDecoder(format, limit: self.limit)
    outgoing = Outgoing(format, limit: self.limit)
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
    try checkEnd()
    return false
  }

  private func checkEnd() throws(MessagingError) {
    do throws(WireError) {
      try decoder.finish()
    } catch {
      throw MessagingError(receiving: error)
    }
  }

  // MARK: - Serving

  /// What has to come before more can be served.
  enum Progress {
    /// More bytes.
    case starved
    /// That the replies are sent.
    case full
    /// Nothing: the stream has ended.
    case ended
  }

  /// Lends messages to `body` until its replies shall be sent or nothing more has arrived.
  func serve(
    _ replies: inout Replies, _ body: (Span<UInt8>, inout Replies) throws -> Void
  ) throws -> Progress {
    let source = connection.source
    while true {
      while decoder.isInsideFrame, replies.outgoing.count < FrameStream.batch,
        let range = try nextArrived()
      {
        try lend(range) { try body($0, &replies) }
      }
      guard replies.outgoing.isEmpty else { return .full }
      guard !hasEnded else {
        try checkEnd()
        return .ended
      }
      let scratch = source.loop.scratch
      switch source.read(into: scratch) {
      case .bytes(let count):
        let bytes = UnsafeRawBufferPointer(rebasing: scratch[..<count])
        try serve(bytes.bindMemory(to: UInt8.self).span, &replies, body)
      case .wouldBlock: return .starved
      case .end: hasEnded = true
      case .failed(let code): throw error("receive", code)
      case nil: throw connection.closedError("receive")
      }
    }
  }

  func error(_ operation: String, _ code: CInt) -> SocketError {
    SocketError(
      operation: operation, address: connection.peerAddress.description, code: code)
  }

  /// Lends the messages that arrived whole from where they were read; the decoder keeps the rest.
  private func serve(
    _ bytes: Span<UInt8>, _ replies: inout Replies,
    _ body: (Span<UInt8>, inout Replies) throws -> Void
  ) throws {
    let mayClose = format == .u16
    var isClosed = false
    try decoder.receive(bytes) { message in
      if mayClose, message.isEmpty {
        isClosed = true
        return false
      }
      try body(message, &replies)
      return replies.outgoing.count < FrameStream.batch
    }
    guard isClosed else { return }
    hasEnded = true
    decoder = FrameDecoder(format, limit: limit)
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
  func enqueue(_ payload: Span<UInt8>) throws(MessagingError) {
    do throws(WireError) {
      try outgoing.append(payload)
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
    while outgoing.sent < outgoing.count {
      switch source.write(outgoing.unsent) {
      case .wrote(let count): outgoing.advance(count)
      case .failed(let code): throw connection.error(limit, code)
      case nil: throw connection.closedError("send")
      case .wouldBlock:
        do {
          try await source.wait(.writing, limit)
        } catch {
          if outgoing.sent > 0 { source.core?.spoilWriting() }
          throw error
        }
      }
    }
    outgoing.reset()
  }
}
