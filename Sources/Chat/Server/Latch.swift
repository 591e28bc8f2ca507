import Sockets

/// Opens once, and lets one task wait for it.
final class Latch: Sendable {
  private struct State {
    var isOpen = false
    var waiter: CheckedContinuation<Void, Never>?
  }
  // Guards the two fields for a moment; the waiter is resumed outside.
  private let state = Locked(State())

  func open() {
    let waiter = state.withLock { state in
      state.isOpen = true
      let waiter = state.waiter
      state.waiter = nil
      return waiter
    }
    waiter?.resume()
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        if !state.isOpen { state.waiter = continuation }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }
}
