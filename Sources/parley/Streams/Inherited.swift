import Glibc
import Sockets

/// Makes an inherited descriptor something that a loop can wait for, without changing it.
enum Inherited {
  /// The raw value is how errors call it.
  enum Direction: String {
    case reading = "read standard input"
    case writing = "write standard output"
  }

  /// Opens it once more, so that it need not block for us alone; nil when that cannot be.
  ///
  /// - Throws: ``SocketError`` with `EBADF` when it is not open for the direction. Opened once more, a pipe
  ///   would be.
  static func open(
    _ number: CInt, _ direction: Direction, on loop: EventLoop
  ) throws(SocketError) -> Connection? {
    let flags = fcntl(number, F_GETFL)
    guard flags >= 0, flags & O_ACCMODE != (direction == .reading ? O_WRONLY : O_RDONLY) else {
      throw SocketError(operation: direction.rawValue, code: EBADF)
    }
    var information = stat()
    guard fstat(number, &information) == 0 else { return nil }
    switch information.st_mode & S_IFMT {
    case S_IFSOCK:
      let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
      return connection(copy, .sharedSocket, direction, on: loop)
    case S_IFCHR where isatty(number) == 1, S_IFIFO:
      // Of a copy, the flags would be shared; this opens the same pipe or terminal anew. It fails for one
      // that belongs to another user.
      let access = direction == .reading ? O_RDONLY : O_WRONLY
      let again = Glibc.open(
        "/proc/self/fd/\(number)", access | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
      return connection(again, .stream, direction, on: loop)
    default: return nil
    }
  }

  private static func connection(
    _ number: CInt, _ kind: Registered.Kind, _ direction: Direction, on loop: EventLoop
  ) -> Connection? {
    guard number >= 0 else { return nil }
    let interest: Readiness = direction == .reading ? [.readable] : [.writable]
    let source = try? Source(
      Descriptor(owning: number), on: loop, for: interest, kind: kind)
    return source.map { Connection($0, peer: .unix(.unnamed)) }
  }
}
