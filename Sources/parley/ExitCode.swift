import Glibc

/// How the program ended, for scripts.
enum ExitCode: CInt {
  /// Also when a first SIGINT or SIGTERM ended it in order.
  case done = 0
  /// The peer or the data was wrong.
  case wrong = 1
  case usage = 2
  case untrusted = 3
  /// Something on this machine: port in use, disk, no descriptors left.
  case local = 4
  case refused = 10
  case unresolvable = 11
  case unreachable = 12
  case timedOut = 13
  case reset = 14
  case interrupted = 130
  case terminated = 143

  /// What each code says, as the help tells it.
  static let meanings: [(code: CInt, text: String)] = [
    (0, "done, also when a first signal ended a chat or a server in order"),
    (1, "the peer or the data was wrong"),
    (2, "usage"),
    (3, "trust refused"),
    (4, "something on this machine: port in use, disk full, no descriptors left"),
    (10, "refused"),
    (11, "the name does not resolve"),
    (12, "unreachable"),
    (13, "timed out"),
    (14, "connection reset"),
    (130, "ended by SIGINT"),
    (143, "ended by SIGTERM"),
  ]

  /// The code for a system call that failed with this errno.
  init(systemError code: CInt) {
    switch code {
    case ECONNREFUSED: self = .refused
    case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN: self = .unreachable
    case ETIMEDOUT: self = .timedOut
    case ECONNRESET, ECONNABORTED, EPIPE: self = .reset
    default: self = .local
    }
  }
}
