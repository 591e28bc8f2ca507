extension EventLoop {
  /// Suspends the task for at least `duration`; zero and less only give other tasks their turn.
  ///
  /// - Parameter duration: How long; the clock stands still while the machine is suspended.
  /// - Throws: `CancellationError` as soon as the task is cancelled.
  public func sleep(for duration: Duration) async throws {
    guard isHome else { return try await perform { try await self.sleep(for: duration) } }
    let sleeper = Sleeper()
    // Not from this turn's start: the sleep would end too early.
    let deadline = deadline(.after(duration))
    let isDone = await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        if Task.isCancelled { return continuation.resume(returning: false) }
        sleeper.continuation = continuation
        sleeper.timer = schedule(sleeper, at: deadline)
      }
    } onCancel: {
      execute {
        if let timer = sleeper.timer { self.cancel(timer) }
        sleeper.wake(false)
      }
    }
    guard isDone else { throw CancellationError() }
  }
}

/// One sleeping task; only the loop's thread touches it.
private final class Sleeper: TimerTarget, @unchecked Sendable {
  // @unchecked: confined to the loop's thread.
  var continuation: UnsafeContinuation<Bool, Never>?
  var timer: Timers<any TimerTarget>.ID?

  func expired() {
    timer = nil
    wake(true)
  }

  func wake(_ isDone: Bool) {
    let waiting = continuation
    continuation = nil
    waiting?.resume(returning: isDone)
  }
}
