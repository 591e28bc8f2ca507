/// Reads chunks for a closure, and sends its replies as far as there is room.
///
/// Lives on the loop's thread.
final class Chunks: Pump {
  /// Why no more chunks come.
  private enum End { case end, failed(any Error) }

  let timeout: Timeout
  private let source: Source
  private let peer: SocketAddress
  private let body: (Span<UInt8>, inout Connection.Replies) throws -> Void
  // Unchecked: on one thread, and `body`, which the replies are lent to, cannot reach this.
  @exclusivity(unchecked) var replies: Connection.Replies
  @exclusivity(unchecked) private var end: End?

  /// So many chunks in a row, then other sockets have their turn.
  private static let burst = 16

  init(
    _ connection: Connection, _ timeout: Timeout,
    _ body: @escaping (Span<UInt8>, inout Connection.Replies) throws -> Void
  ) {
    self.timeout = timeout
    source = connection.source
    peer = connection.peerAddress
    self.body = body
    replies = Connection.Replies(to: source)
  }

  /// Whether the stream has; throws what ended it otherwise.
  func hasEnded() throws -> Bool {
    switch end {
    case nil: return false
    case .end: return true
    case .failed(let error): throw error
    }
  }

  func pump() -> Bool {
    // The task is on its way, to send what is left or to tell why it ended.
    guard end == nil, replies.pending.isEmpty else { return false }
    for _ in 0..<Chunks.burst {
      switch source.core?.read(into: source.loop.scratch) {
      case .bytes(let count):
        lend(count)
        guard replies.flush(), end == nil else { return false }
      case .wouldBlock: return true
      case .end:
        end = .end
        return false
      case .failed(let code):
        end = .failed(SocketError(operation: "read", address: peer.description, code: code))
        return false
      case nil:
        end = .failed(
          SocketError(operation: "read", address: peer.description, reason: .closed))
        return false
      }
    }
    source.core?.registered.retryNextTurn()
    return true
  }

  private func lend(_ count: Int) {
    let wasLent = source.loop.isScratchLent
    source.loop.isScratchLent = true
    defer { source.loop.isScratchLent = wasLent }
    do {
      try body(Span(_unsafeBytes: source.loop.scratch[..<count]), &replies)
    } catch {
      end = .failed(error)
    }
  }
}
