internal import Sockets

/// One `forEach`: lends what arrives to its closure, message by message, and sends the replies.
///
/// Lives on the loop's thread. While its task waits it is the connection's pump: the loop calls it
/// when something has arrived, and the task sleeps on until something has to wait or is wrong.
final class Serving: Pump {
  typealias Body = (Span<UInt8>, inout Replies) throws -> Void

  private enum State {
    case waiting
    /// Replies did not leave at once, and the task has to send them.
    case full
    case ended
    case failed(any Error)
  }

  let timeout: Timeout
  private let stream: FrameStream
  private let source: Source
  private let body: Body
  // Unchecked: on one thread, and `body`, which the replies are lent to, cannot reach this.
  @exclusivity(unchecked) private var replies: Replies
  @exclusivity(unchecked) private var state = State.waiting
  /// The turn to write is ours, and the replies have to be sent.
  @exclusivity(unchecked) private var hasTurn = false

  /// So often in a row, then other sockets have their turn.
  private static let burst = 16

  init(_ stream: FrameStream, _ timeout: Timeout, _ body: @escaping Body) {
    self.timeout = timeout
    self.stream = stream
    source = stream.connection.source
    self.body = body
    replies = Replies(stream)
  }

  /// Serves until the stream has ended; `mayPump` says whether also outside of the task.
  func run(mayPump: Bool) async throws {
    while true {
      if pump() {
        guard !source.canRead else {
          await Task.yield()
          continue
        }
        if mayPump { source.pump = self }
        defer { source.pump = nil }
        try await source.wait(.reading, source.limit("receive", timeout))
      }
      try await flush()
      switch state {
      case .ended: return
      case .failed(let error): throw error
      case .waiting, .full: state = .waiting
      }
    }
  }

  func pump() -> Bool {
    // The task is on its way and goes on itself.
    guard case .waiting = state else { return false }
    do {
      for _ in 0..<Serving.burst {
        switch try stream.serve(&replies, body) {
        case .starved: return true
        case .full:
          guard try leave() else {
            state = .full
            return false
          }
        case .ended:
          state = .ended
          return false
        }
      }
    } catch {
      state = .failed(error)
      return false
    }
    source.retryNextTurn()
    return true
  }

  /// Sends what leaves at once; true when that is all of the replies.
  ///
  /// After a part the turn to write is kept, or another task's message would land in its middle.
  private func leave() throws -> Bool {
    guard source.take(.writing) else { return false }
    switch source.write(replies.outgoing.unsent) {
    case .wrote(let count) where count == replies.outgoing.count:
      replies.outgoing.reset()
      source.end(.writing)
      return true
    case .wrote(let count):
      replies.outgoing.advance(count)
      hasTurn = true
      return false
    case .wouldBlock:
      hasTurn = true
      return false
    case .failed(let code):
      replies.outgoing.reset()
      source.end(.writing)
      throw stream.error("send", code)
    case nil:
      source.end(.writing)
      throw stream.connection.closedError("send")
    }
  }

  /// Sends what did not leave at once.
  private func flush() async throws {
    guard !replies.outgoing.isEmpty else { return }
    defer { replies.outgoing.reset() }
    let limit = source.limit("send", timeout)
    if !hasTurn {
      try await source.begin(.writing, limit)
      hasTurn = true
    }
    swap(&stream.outgoing, &replies.outgoing)
    defer {
      stream.outgoing.reset()
      hasTurn = false
      source.end(.writing)
    }
    try await stream.drain(limit)
  }
}
