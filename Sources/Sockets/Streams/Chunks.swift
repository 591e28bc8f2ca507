/// Reads chunks for a closure, and sends its replies as far as there is room.
///
/// Lives on the loop's thread.
final class Chunks: Pump {
  /// Why no more chunks come.
  private enum End { case end, failed(any Error) }

  let timeout: Timeout
  private let source: Source
  private let body: (Span<UInt8>, inout Replies) throws -> Void
  // Unchecked: on one thread, and `body`, which the replies are lent to, cannot reach this.
  @exclusivity(unchecked) var replies: Replies
  @exclusivity(unchecked) private var end: End?

  /// So many chunks in a row, then other sockets have their turn.
  private static let burst = 16

  init(
    _ source: Source, _ timeout: Timeout,
    _ body: @escaping (Span<UInt8>, inout Replies) throws -> Void
  ) {
    self.timeout = timeout
    self.source = source
    self.body = body
    replies = Replies(to: source)
  }

  /// The replies that there was no room for, to be written by the task.
  func takeReplies() -> [UInt8] {
    let rest = Array(replies.pending[replies.sent...])
    replies.clear()
    return rest
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
    for _ in 0..<Chunks.burst {
      switch source.core?.read(into: source.loop.scratch) {
      case .bytes(let count):
        do {
          try body(Span(_unsafeBytes: source.loop.scratch[..<count]), &replies)
        } catch {
          end = .failed(error)
        }
        guard replies.flush(), end == nil else { return false }
      case .wouldBlock: return true
      case .end:
        end = .end
        return false
      case .failed(let code):
        end = .failed(SocketError(operation: "read", code: code))
        return false
      case nil:
        end = .failed(SocketError(operation: "read", reason: .closed))
        return false
      }
    }
    source.core?.registered.retryNextTurn()
    return true
  }
}
