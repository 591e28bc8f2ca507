import Sockets

extension ExitCode {
  /// The code that tells scripts why a socket operation failed.
  init(_ error: SocketError) {
    switch error.reason {
    case .unresolved: self = .unresolvable
    case .timedOut: self = .timedOut
    case .endOfStream, .tooLong, .closed: self = .wrong
    case .system(let code): self = ExitCode(systemError: code)
    case .attempts(let errors):
      if let code = error.code {
        self = ExitCode(systemError: code)
      } else {
        self = errors.last.map { ExitCode($0) } ?? .unreachable
      }
    @unknown default: self = .local
    }
  }
}
