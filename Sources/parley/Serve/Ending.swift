import Chat

/// Begins when somebody asks the server to end, and is waited for by those who then have to.
///
/// Lives on the command's loop.
final class Ending: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.
  private(set) var hasBegun = false
  private var waiters: [CheckedContinuation<Void, Never>] = []

  func begin() {
    hasBegun = true
    let waiting = waiters
    waiters = []
    for waiter in waiting { waiter.resume() }
  }

  func wait() async {
    guard !hasBegun else { return }
    await withCheckedContinuation { waiters.append($0) }
  }
}
