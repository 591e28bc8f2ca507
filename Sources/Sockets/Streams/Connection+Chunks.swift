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
  ///   - body: Gets the bytes, 1 to 65,536, which it cannot keep, and adds replies if it likes. Called on the loop's
  ///     thread and, when the caller is on no actor, outside of any task: task-local values are not seen.
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
    while true {
      let isEmptied = chunks.pump()
      if !chunks.replies.pending.isEmpty {
        try await write(chunks.takeReplies(), timeout: chunks.timeout)
      }
      if try chunks.hasEnded() { return }
      if !isEmptied || source.core?.canRead == true {
        await Task.yield()
        continue
      }
      if mayPump { source.pump = chunks }
      defer { source.pump = nil }
      try await source.wait(.reading, source.limit("read", chunks.timeout))
    }
  }

  /// Whether the caller is on no actor.
  private func isNowhere(_ isolation: isolated (any Actor)? = #isolation) -> Bool {
    isolation == nil
  }

  /// Off the loop's thread `body` cannot be taken there, so each chunk comes here.
  private func forEachElsewhere(
    _ timeout: Timeout, _ body: (Span<UInt8>, inout Replies) throws -> Void
  ) async throws {
    var replies = Replies(to: source)
    while true {
      let bytes = try await read(timeout: timeout)
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

  func run(_ body: @escaping (Span<UInt8>, inout Replies) throws -> Void) async throws {
    try await connection.run(Chunks(connection.source, timeout, body), mayPump)
  }
}
