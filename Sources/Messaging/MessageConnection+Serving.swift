public import Sockets

extension MessageConnection {
  /// Lends each message to `body` until the peer has ended the stream, and sends the replies.
  ///
  ///     try await peer.forEach { message, replies in try replies.send(message) }      // an echo
  ///
  /// The fastest way to serve: nothing is copied or allocated for a message, the task sleeps all the
  /// while, and the replies to all messages that arrived together leave with one write. Every reply
  /// is sent before more is read, so that a peer that does not read is not read either. No other
  /// task receives meanwhile.
  ///
  /// - Parameters:
  ///   - timeout: How long to wait for the next bytes, and for room to send.
  ///   - body: Gets the message, which it cannot keep, and adds replies if it likes. Called on the
  ///     loop's thread and, when the caller is on no actor, outside of any task: task-local values
  ///     are not seen.
  /// - Throws: As ``receive(timeout:)`` and ``send(_:timeout:)-([UInt8],_)``, or what `body` threw;
  ///   replies to what came before an error are sent first.
  public func forEach(
    timeout: Timeout = .inherited, _ body: (Span<UInt8>, inout Replies) throws -> Void
  ) async throws {
    guard loop.isHome else { return try await forEachElsewhere(timeout, body) }
    // An actor must not be entered from outside of its tasks.
    let visit = Visit(stream: stream, timeout: timeout, mayPump: isNowhere())
    try await stream.reading(timeout) { _ in
      try await withoutActuallyEscaping(body, do: visit.serve)
    }
  }

  /// Whether the caller is on no actor.
  private func isNowhere(_ isolation: isolated (any Actor)? = #isolation) -> Bool {
    isolation == nil
  }

  /// Off the loop's thread `body` cannot be taken there, so each message comes here.
  private func forEachElsewhere(
    _ timeout: Timeout, _ body: (Span<UInt8>, inout Replies) throws -> Void
  ) async throws {
    var replies = Replies(stream)
    while let message = try await receive(timeout: timeout) {
      do {
        try body(message.span, &replies)
      } catch {
        try await flush(&replies, timeout)
        throw error
      }
      try await flush(&replies, timeout)
    }
  }

  private func flush(_ replies: inout Replies, _ timeout: Timeout) async throws {
    guard !replies.outgoing.isEmpty else { return }
    let frames = [UInt8](replies.outgoing.unsent)
    replies.outgoing.reset()
    try await loop.perform {
      try await self.transmit(timeout) { $0.outgoing.append(whole: frames) }
    }
  }
}

/// A `forEach` without its closure, which cannot be kept.
private struct Visit {
  let stream: FrameStream
  let timeout: Timeout
  let mayPump: Bool

  func serve(_ body: @escaping Serving.Body) async throws {
    try await Serving(stream, timeout, body).run(mayPump: mayPump)
  }
}
