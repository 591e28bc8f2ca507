import Glibc
import Sockets

/// The program's two voices: results go to standard output, everything else to standard error.
enum Output: CInt {
  case standard = 1
  case error = 2

  /// Writes all that a program has to say, such as a page of help.
  ///
  /// - Returns: What ends the program: a full disk has been complained about, a reader who has seen
  ///   enough is no fault.
  static func finish(_ text: String) -> ExitCode {
    guard let code = standard.failure(writing: Array(text.utf8)), code != EPIPE else {
      return .done
    }
    error.write("parley: \(SocketError(operation: "standard output", code: code))\n")
    return .local
  }

  /// Writes all of it, in one call when the descriptor takes it, so that lines are not torn.
  ///
  /// - Returns: false when nobody can read it any more.
  @discardableResult
  func write(_ bytes: [UInt8]) -> Bool { failure(writing: bytes) == nil }

  /// Writes all of it; the `errno` of what is in the way for good.
  private func failure(writing bytes: [UInt8]) -> CInt? {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
      let code = errno
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if code == EAGAIN {
        // Whoever shares this descriptor has made it non-blocking; we may not change that.
        var ready = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        _ = poll(&ready, 1, -1)
      } else if code != EINTR {
        return code
      }
    }
    return nil
  }

  @discardableResult
  func write(_ text: String) -> Bool { write(Array(text.utf8)) }
}
