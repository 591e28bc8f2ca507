internal import CLinux
import Glibc

/// A file descriptor with exactly one owner, which closes it.
///
/// The corresponding C function is `close`.
public struct Descriptor: ~Copyable, Sendable {
  /// The descriptor's number.
  ///
  /// It stays this value's property: do not close it or keep it.
  package let rawValue: CInt

  /// Takes over a descriptor that nobody else will close.
  package init(owning rawValue: CInt) {
    self.rawValue = rawValue
  }

  deinit {
    // Not run again after EINTR: on Linux the number is free by then and may be someone else's.
    _ = Glibc.close(rawValue)
  }

  /// Creates a socket that does not block and is not inherited by child processes.
  ///
  /// The corresponding C function is `socket`.
  package static func socket(
    family: CInt, type: CInt, protocol number: CInt = 0
  ) throws(SocketError) -> Descriptor {
    let flags = CInt(bitPattern: SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    return Descriptor(
      owning: try call("socket") { parley_socket(family, type | flags, number) })
  }

  /// Gives the number away: the caller closes it from now on.
  package consuming func release() -> CInt {
    let number = rawValue
    discard self
    return number
  }
}
