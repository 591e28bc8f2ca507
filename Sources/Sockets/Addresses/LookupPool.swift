internal import Glibc

/// Finds the addresses of a name, with port 0; may block its thread.
package typealias Lookup = @Sendable (String) throws(SocketError) -> [SocketAddress]

/// A few threads that run blocking lookups, for tasks that can leave before the lookup ends.
///
/// A thread is started when there is work and fewer than the most are running, and ends when there is
/// none: next to a lookup a thread costs nothing, and there is no idle state to shut down.
final class LookupPool: Sendable {
  private struct State {
    var queue: [Ticket] = []
    var running = 0
  }

  private let state = Locked(State())
  private let threads: Int
  private let waiting: Int
  private let lookup: Lookup

  init(threads: Int, waiting: Int, lookup: @escaping Lookup) {
    self.threads = threads
    self.waiting = waiting
    self.lookup = lookup
  }

  /// The addresses of a name.
  ///
  /// - Throws: ``SocketError``, or `CancellationError` at once when the task is cancelled.
  func addresses(of name: String) async throws -> [SocketAddress] {
    let ticket = Ticket(name)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        guard ticket.wait(continuation) else { return }  // Cancelled before it began.
        submit(ticket)
      }
    } onCancel: {
      ticket.finish(.failure(CancellationError()))
      state.withLock { state in state.queue.removeAll { $0 === ticket } }
    }
  }

  private func submit(_ ticket: Ticket) {
    enum Decision { case started, queued, refused }
    let decision = state.withLock { state -> Decision in
      if state.running < threads {
        state.running += 1
        return .started
      }
      guard state.queue.count < waiting else { return .refused }
      state.queue.append(ticket)
      return .queued
    }
    switch decision {
    case .queued: break
    case .started: start(with: ticket)
    case .refused:
      ticket.fail(.unresolved("too many lookups are waiting"))
    }
  }

  private func start(with ticket: Ticket) {
    let work = Unmanaged.passRetained(Work(pool: self, first: ticket))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
        work.pool.run(work.first)
        return nil
      }, work.toOpaque())
    guard code == 0 else {
      work.release()
      // The other threads, if there are any, will come to what is queued.
      let orphans = state.withLock { state -> [Ticket] in
        state.running -= 1
        guard state.running == 0 else { return [] }
        defer { state.queue = [] }
        return state.queue
      }
      for ticket in [ticket] + orphans { ticket.fail(.system(code)) }
      return
    }
    pthread_detach(thread)
  }

  private func run(_ first: Ticket) {
    // Signals are for threads that expect them.
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
    var next: Ticket? = first
    while let ticket = next {
      do throws(SocketError) {
        ticket.finish(.success(try lookup(ticket.name)))
      } catch {
        ticket.finish(.failure(error))
      }
      next = state.withLock { state in
        if state.queue.isEmpty {
          state.running -= 1
          return nil
        }
        return state.queue.removeFirst()
      }
    }
  }
}

/// What a new thread needs to begin.
private final class Work: Sendable {
  let pool: LookupPool
  let first: Ticket

  init(pool: LookupPool, first: Ticket) {
    self.pool = pool
    self.first = first
  }
}

/// One lookup and the task that waits for it, which hears of exactly one ending.
private final class Ticket: Sendable {
  typealias Outcome = Result<[SocketAddress], any Error>

  private enum State {
    case new
    case waiting(CheckedContinuation<[SocketAddress], any Error>)
    case finished(Outcome)
  }

  let name: String
  private let state = Locked(State.new)

  init(_ name: String) {
    self.name = name
  }

  /// Takes the waiting task; false when the end has come before, which it is told.
  func wait(_ continuation: CheckedContinuation<[SocketAddress], any Error>) -> Bool {
    let outcome = state.withLock { state -> Outcome? in
      if case .finished(let outcome) = state { return outcome }
      state = .waiting(continuation)
      return nil
    }
    guard let outcome else { return true }
    continuation.resume(with: outcome)
    return false
  }

  /// Ends the waiting; only the first ending counts.
  func finish(_ outcome: Outcome) {
    let waiting = state.withLock { state -> CheckedContinuation<[SocketAddress], any Error>? in
      switch state {
      case .new:
        state = .finished(outcome)
        return nil
      case .waiting(let continuation):
        state = .finished(outcome)
        return continuation
      case .finished:
        return nil
      }
    }
    waiting?.resume(with: outcome)
  }

  func fail(_ reason: SocketError.Reason) {
    finish(
      .failure(SocketError(operation: "resolve", address: printable(name), reason: reason)))
  }
}
