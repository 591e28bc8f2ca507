/// How a wait for a socket ended.
enum Outcome { case ready, cancelled, timedOut, closed }

/// The tasks that wait for one side of a socket: one that has the turn, and those in line for it.
struct Waiters {
  /// What brings the waiting task back.
  enum Call {
    case nobody
    /// It is on its way into the loop's ``Lounge``.
    case coming
    /// It is the task of the socket's scope, and stays in the lounge.
    case job(UnownedJob)
    /// It is any other task.
    case continuation(UnsafeContinuation<Outcome, Never>)
  }

  /// One in line for the turn.
  struct Next {
    let continuation: UnsafeContinuation<Outcome, Never>
    let ticket: UInt32
    let deadline: Nanoseconds
  }

  /// Which of the waiting tasks something concerns.
  enum Whom {
    case all
    /// The socket's scope.
    case scope
    /// The one with this ticket.
    case one(UInt32)
    /// Those whose deadline has come.
    case late(Nanoseconds)
  }

  // In this order it takes 32 bytes, of which every connection has two.
  var call = Call.nobody
  var isTaken = false
  /// How the last wait in the lounge ended.
  var outcome = Outcome.ready
  var ticket: UInt32 = 0
  /// Until when the one with the turn waits.
  var deadline = Nanoseconds.max
  var line: [Next] = []

  /// Gives the turn to the next in line.
  @inline(__always)
  mutating func passOn() {
    guard !line.isEmpty else { return isTaken = false }
    line.removeFirst().continuation.resume(returning: .ready)
  }

  /// Whether the task that has the turn waits.
  @inline(__always)
  var isWaiting: Bool {
    if case .nobody = call { false } else { true }
  }

  /// Whether the task that has the turn waits and is meant.
  func firstIs(_ whom: Whom) -> Bool {
    switch (call, whom) {
    case (.nobody, _): false
    case (_, .all): true
    case (_, .late(let now)): deadline <= now
    case (.continuation, .one(let ticket)): ticket == self.ticket
    case (.coming, .scope), (.job, .scope): true
    default: false
    }
  }

  /// Takes those who are meant out of the line.
  mutating func leaveLine(_ whom: Whom) -> [Next] {
    guard !line.isEmpty else { return [] }
    func isMeant(_ next: Next) -> Bool {
      switch whom {
      case .all: true
      case .scope: false
      case .one(let ticket): next.ticket == ticket
      case .late(let now): next.deadline <= now
      }
    }
    let leaving = line.filter(isMeant)
    line.removeAll(where: isMeant)
    return leaving
  }

  /// When the first of them has waited long enough.
  var earliest: Nanoseconds {
    line.reduce(isWaiting ? deadline : .max) { min($0, $1.deadline) }
  }
}
