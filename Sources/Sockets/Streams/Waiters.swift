/// How a wait for a socket ended.
enum Outcome { case ready, cancelled, timedOut, closed }

/// One task that waits for a socket.
struct Waiter {
  /// What brings the task back.
  enum Call {
    /// It is on its way into the loop's ``Lounge``.
    case coming
    /// It is the task of the socket's scope, and stays in the lounge.
    case job(UnownedJob)
    /// It is any other task.
    case continuation(UnsafeContinuation<Outcome, Never>)
  }

  var call: Call
  let ticket: UInt32
  var deadline: Nanoseconds

  /// Whether the cancellation of the socket's scope concerns it.
  var isOfScope: Bool {
    if case .continuation = call { false } else { true }
  }
}

/// The tasks that wait for one side of a socket: one that has the turn, and those in line for it.
struct Waiters {
  var isTaken = false
  /// How the last wait in the lounge ended.
  var outcome = Outcome.ready
  var first: Waiter?
  var line: [Waiter] = []

  /// Gives the turn to the next in line.
  @inline(__always)
  mutating func passOn() {
    guard !line.isEmpty else { return isTaken = false }
    // Only continuations stand in line.
    if case .continuation(let next) = line.removeFirst().call { next.resume(returning: .ready) }
  }

  var earliest: Nanoseconds {
    line.reduce(first?.deadline ?? .max) { min($0, $1.deadline) }
  }
}
