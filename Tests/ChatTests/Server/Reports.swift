import Chat
import Rooms
import Sockets

/// Notes what a server reports, and lets tests wait for it.
final class Reports: Sendable {
  private struct Waiter {
    let count: Int
    let matches: @Sendable (ServerEvent) -> Bool
    let continuation: CheckedContinuation<Void, Never>
  }

  private struct State: Sendable {
    var events: [ServerEvent] = []
    var waiters: [Waiter] = []

    mutating func takeReady() -> [Waiter] {
      let all = waiters
      waiters = all.filter { !isReady($0) }
      return all.filter { isReady($0) }
    }

    private func isReady(_ waiter: Waiter) -> Bool {
      events.count { waiter.matches($0) } >= waiter.count
    }
  }

  // Guards the lists while they are changed; waiters are resumed outside.
  private let state = Locked(State())

  var events: [ServerEvent] { state.withLock { $0.events } }

  func add(_ event: ServerEvent) {
    let ready = state.withLock { state in
      state.events.append(event)
      return state.takeReady()
    }
    for waiter in ready { waiter.continuation.resume() }
  }

  /// Waits until `count` events that match have been reported.
  func wait(
    _ count: Int = 1, for matches: @escaping @Sendable (ServerEvent) -> Bool
  ) async {
    await withCheckedContinuation { continuation in
      let ready = state.withLock { state in
        state.waiters.append(
          Waiter(count: count, matches: matches, continuation: continuation))
        return state.takeReady()
      }
      for waiter in ready { waiter.continuation.resume() }
    }
  }

  func waitForEntry(of nick: String) async {
    await wait { if case .entered(_, nick: nick, _, _) = $0 { true } else { false } }
  }

  func waitForClosing(_ count: Int = 1) async {
    await wait(count) { if case .closed = $0 { true } else { false } }
  }

  /// How connections ended, in that order.
  var endings: [String] {
    events.compactMap { if case .closed(_, _, let why) = $0 { why } else { nil } }
  }

  /// Why people left, by nick.
  func leavings(of nick: String) -> [String] {
    events.compactMap {
      if case .left(_, nick: nick, _, let reason) = $0 { reason.words } else { nil }
    }
  }
}
