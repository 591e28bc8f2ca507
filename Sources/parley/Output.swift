import Glibc

/// The program's two voices: results go to standard output, everything else to standard error.
enum Output: CInt {
  case standard = 1
  case error = 2

  /// Writes all of it, in one call when the descriptor takes it, so that lines are not torn.
  ///
  /// - Returns: false when nobody can read it any more.
  @discardableResult
  func write(_ bytes: [UInt8]) -> Bool {
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
        return false
      }
    }
    return true
  }

  @discardableResult
  func write(_ text: String) -> Bool { write(Array(text.utf8)) }
}
