import Chat
import Glibc
import Rooms
import Sockets

extension ExitCode {
  /// The code that tells scripts why a socket operation failed.
  init(_ error: SocketError) {
    switch error.reason {
    case .unresolved: self = .unresolvable
    case .timedOut: self = .timedOut
    case .endOfStream, .tooLong, .closed: self = .wrong
    // Where there is no socket file, nobody listens.
    case .system(ENOENT) where error.operation == "connect": self = .refused
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

extension ExitCode {
  /// The code that tells scripts how a chat ended.
  init(_ ending: MemberEnding) {
    switch ending {
    case .left, .closed, .native(.left): self = .done
    case .native(.lost): self = .reset
    case .native(.timedOut), .native(.noAnswer): self = .timedOut
    case .native(.dismissed), .native(.refused), .native(.closedSilently), .native(.notNative),
      .native(.misbehaved), .misbehaved:
      self = .wrong
    case .failed(let error): self.init(error)
    }
  }
}
