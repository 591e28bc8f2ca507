internal import Sockets

/// What every ``EventSource`` keeps: its callback, and how far its events have come.
///
/// One first event perhaps, then any number, then perhaps an error, then the last one.
public final class EventOrder<Event: Sendable>: Sendable {
  typealias Callback = @Sendable (Event) async -> Void

  private struct State: Sendable {
    var callback: Callback?
    var hasCallback = false
    var first: Event?
    var isClosed = false
    var isOver = false
  }

  private let state: Locked<State>
  private let last: Event

  init(first: Event? = nil, last: Event) {
    self.last = last
    state = Locked(State(first: first))
  }

  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Says that nothing but the last event may come; whether that was news.
  @discardableResult
  func close() -> Bool {
    state.withLock { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
  }

  func set(_ callback: @escaping Callback) -> Bool {
    state.withLock { state in
      guard !state.hasCallback else { return false }
      state.hasCallback = true
      state.callback = callback
      return true
    }
  }

  /// Lets go of the callback when there is nothing more to tell: it may hold on to its own source.
  func release() {
    // Outside of the lock, for what goes with it may want to close.
    _ = state.withLock { state in state.isOver ? state.callback.take() : nil }
  }

  func call(_ event: Event) async { await state.withLock { $0.callback }?(event) }

  /// Takes the next event.
  ///
  /// - Parameters:
  ///   - failure: Makes an event of what `wait` threw.
  ///   - close: Closes the source.
  ///   - wait: Waits for what happens next, nil for the end.
  /// - Returns: The event, nil after the last one.
  func next(
    failure: (any Error) -> Event, close: () -> Void, _ wait: () async throws -> Event?
  ) async -> Event? {
    if let known = known() { return known.event }
    var problem: (any Error)?
    do {
      // What came while somebody closed is behind the close.
      if let event = try await wait(), !isClosed { return event }
    } catch {
      problem = error
    }
    let isNews = self.close()
    close()
    if let problem, isNews, !isOurs(problem) { return failure(problem) }
    return takeLast()
  }

  /// What there is without waiting; the inner nil is the end of all events.
  private func known() -> (event: Event?, Void)? {
    if let first = state.withLock({ $0.first.take() }) { return (first, ()) }
    return isClosed ? (takeLast(), ()) : nil
  }

  private func takeLast() -> Event? {
    state.withLock { state in
      defer { state.isOver = true }
      return state.isOver ? nil : last
    }
  }

  /// Whether it says that we have closed or were cancelled ourselves.
  private func isOurs(_ error: any Error) -> Bool {
    error is CancellationError || (error as? SocketError)?.reason == .closed
  }
}
