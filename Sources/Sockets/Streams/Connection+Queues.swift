internal import CLinux
import Glibc

extension Connection {
  /// How many bytes wait in the kernel: written and not acknowledged by the peer, and arrived and not read.
  ///
  /// For the loop's thread.
  ///
  /// - Throws: ``SocketError``, also for a socket that is not TCP.
  ///
  /// The corresponding C function is `ioctl` with `SIOCOUTQ` and `FIONREAD`.
  package func queued() throws(SocketError) -> (unacknowledged: Int, unread: Int) {
    guard let number = source.core?.number else { throw closedError("ioctl") }
    let unacknowledged = try call("ioctl") { parley_unacknowledged(number) }
    var unread: CInt = 0
    try call("ioctl") { ioctl(number, UInt(FIONREAD), &unread) == 0 ? 0 : -errno }
    return (Int(unacknowledged), Int(unread))
  }
}
