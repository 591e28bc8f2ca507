/// Where one task waits until another one says that something may have changed.
///
/// All on one loop. What has changed is for the one that waits to find out, and it may find nothing.
package final class Gate: @unchecked Sendable {
  // @unchecked: confined to one loop's thread.
  private var waiter: UnsafeContinuation<Void, Never>?
  /// Opened while nobody waited: even on one loop others may run between looking and waiting.
  private var isOpen = false

  package init() {}

  /// Waits for the next ``open()``, or returns at once if there was one since the last wait.
  package func wait() async {
    precondition(waiter == nil, "one task waits at a gate")
    await withUnsafeContinuation { continuation in
      guard !isOpen else {
        isOpen = false
        return continuation.resume()
      }
      waiter = continuation
    }
  }

  package func open() {
    guard let waiting = waiter else {
      isOpen = true
      return
    }
    waiter = nil
    waiting.resume()
  }
}
