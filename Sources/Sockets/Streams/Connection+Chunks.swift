extension Connection {
  /// Lends what arrives to `body`, chunk by chunk, until the peer has ended the stream, and sends the replies.
  ///
  ///     try await connection.forEach { bytes, replies in replies.write(bytes) }      // an echo
  ///
  /// The fastest way to serve: nothing is copied or allocated for a chunk, and the task sleeps all the while. The replies
  /// to a chunk are sent before more is read, so that a peer that does not read is not read either.
  /// No other task reads meanwhile; other tasks may write between the replies to two chunks.
  ///
  /// - Parameters:
  ///   - timeout: How long to wait for the next chunk, and for room to send.
  ///   - body: Gets the bytes, 1 to 65,536, which it cannot keep, and adds replies if it likes. When the caller is on
  ///     the loop and on no actor, it may be called outside of any task: task-local values are not seen.
  /// - Throws: ``SocketError``, `CancellationError`, or what `body` threw; the replies added before are sent first.
  ///
  /// The corresponding C functions are `recv` and `send`.
  public func forEach(
    timeout: Timeout = .inherited, _ body: (Span<UInt8>, inout Replies) throws -> Void
  ) async throws {
    guard loop.isHome else { return try await forEachElsewhere(timeout, body) }
    try await source.begin(.reading, source.limit("read", timeout))
    defer { source.end(.reading) }
    // An actor must not be entered from outside of its tasks.
    let visit = Visit(connection: self, timeout: timeout, mayPump: isNowhere())
    try await withoutActuallyEscaping(body, do: visit.run)
  }

  fileprivate func run(_ chunks: Chunks, _ mayPump: Bool) async throws {
    // The closure may have closed the connection before all was sent.
    defer { chunks.replies.giveBack() }
    while true {
      let isEmptied = chunks.pump()
      if !chunks.replies.pending.isEmpty { try await finish(chunks) }
      if try chunks.hasEnded() { return }
      // Who never waits would never hear of it.
      if source.isCancelled { throw CancellationError() }
      if !isEmptied || source.core?.canRead == true {
        await Task.yield()
        continue
      }
      if mayPump { source.pump = chunks }
      defer { source.pump = nil }
      try await source.wait(.reading, source.limit("read", chunks.timeout))
    }
  }

  /// Sends the replies that there was no room for.
  private func finish(_ chunks: Chunks) async throws {
    let limit = source.limit("write", chunks.timeout)
    let rest = chunks.replies.takeRest()
    if !rest.hasTurn { try await source.begin(.writing, limit) }
    try await writeRest(of: rest.bytes, from: rest.sent, limit, midway: rest.isMidway)
  }

  /// Whether the caller is on no actor.
  private func isNowhere(_ isolation: isolated (any Actor)? = #isolation) -> Bool {
    isolation == nil
  }

  /// Off the loop's thread `body` cannot be taken there, so each chunk comes here.
  private func forEachElsewhere(
    _ timeout: Timeout, _ body: (Span<UInt8>, inout Replies) throws -> Void
  ) async throws {
    let source = source
    try await loop.perform {
      try await source.begin(.reading, source.limit("read", timeout))
    }
    defer { source.end(.reading) }
    var replies = Replies(to: source, isDirect: false)
    while true {
      let bytes = try await loop.perform {
        if source.isCancelled { throw CancellationError() }
        var bytes: [UInt8] = []
        _ = try await next(65_536, source.limit("read", timeout)) { bytes.append(contentsOf: $0) }
        return bytes
      }
      guard !bytes.isEmpty else { return }
      let failure = replies.collect(bytes, body)
      let answer = replies.pending
      replies.clear()
      try await write(answer, timeout: timeout)
      if let failure { throw failure }
    }
  }
}

/// A `forEach` without its closure, which cannot be kept.
private struct Visit {
  let connection: Connection
  let timeout: Timeout
  let mayPump: Bool

  func run(_ body: @escaping (Span<UInt8>, inout Connection.Replies) throws -> Void) async throws {
    try await connection.run(Chunks(connection, timeout, body), mayPump)
  }
}
