public import Sockets

extension MessageConnection {
  /// Lends each message to `body` until the peer has ended the stream, and sends the replies.
  ///
  ///     try await peer.forEach { message, replies in try replies.send(message) }      // an echo
  ///
  /// The fastest way to serve: nothing is copied or allocated for a message, and the replies to all
  /// messages that arrived together leave with one write. Every reply is sent before more is read.
  /// No other task receives meanwhile.
  ///
  /// - Parameters:
  ///   - timeout: How long to wait for the next bytes, and for room to send.
  ///   - body: Gets the message, which it cannot keep, and adds replies if it likes.
  /// - Throws: As ``receive(timeout:)`` and ``send(_:timeout:)-([UInt8],_)``, or what `body` threw;
  ///   replies to what came before an error are sent first.
  public func forEach(
    timeout: Timeout = .inherited, _ body: (Span<UInt8>, inout Replies) throws -> Void
  ) async throws {
    var replies = Replies(stream)
    guard loop.isHome else { return try await forEachElsewhere(timeout, &replies, body) }
    let source = connection.source
    try await stream.reading(timeout) { _ in
      while true {
        let progress: FrameStream.Progress
        do {
          progress = try stream.serve(&replies, body)
        } catch {
          try await flush(&replies, timeout)
          throw error
        }
        switch progress {
        case .starved: try await source.wait(.reading, source.limit("receive", timeout))
        case .full: try await flush(&replies, timeout)
        case .ended: return
        }
      }
    }
  }

  /// Off the loop's thread `body` cannot be taken there, so each message comes here.
  private func forEachElsewhere(
    _ timeout: Timeout, _ replies: inout Replies,
    _ body: (Span<UInt8>, inout Replies) throws -> Void
  ) async throws {
    while let message = try await receive(timeout: timeout) {
      do {
        try body(message.span, &replies)
      } catch {
        try await flushElsewhere(&replies, timeout)
        throw error
      }
      try await flushElsewhere(&replies, timeout)
    }
  }

  private func flushElsewhere(_ replies: inout Replies, _ timeout: Timeout) async throws {
    guard !replies.outgoing.isEmpty else { return }
    let bytes = [UInt8](replies.outgoing.unsent)
    replies.outgoing.reset()
    try await loop.perform { try await self.transmit(timeout) { $0.outgoing.append(whole: bytes) } }
  }

  /// Sends the replies; their buffer and the stream's change places, so neither is allocated again.
  private func flush(_ replies: inout Replies, _ timeout: Timeout) async throws {
    guard !replies.outgoing.isEmpty else { return }
    defer { replies.outgoing.reset() }
    try await transmit(timeout) { swap(&$0.outgoing, &replies.outgoing) }
  }
}
