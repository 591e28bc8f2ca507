internal import CLinux
import Glibc

/// A connected stream socket, TCP or Unix-domain.
///
/// A connection belongs to a scope, such as the body of a listener or of a dial, and is closed when the scope ends.
/// It lives on one ``EventLoop``. Operations called from that loop's thread try the system call at once and suspend only
/// when it would block; from elsewhere each operation goes to the loop and back.
///
/// Reading and writing are independent: one task may read while another writes. Several tasks may write: each
/// call's bytes stay together, in the order of the calls. Several tasks may read: each call is served
/// whole, in order.
///
/// Every operation throws `CancellationError` when its task is cancelled, and ``SocketError`` with
/// ``SocketError/Reason/timedOut(after:)`` when its time is over. A write that ends so may have sent a part; from then on all writes
/// to the connection fail, because what follows would be out of step.
public struct Connection: Sendable {
  package let source: Source

  /// The address of the other side.
  public var peerAddress: SocketAddress { source.peer ?? .unix(.unnamed) }

  /// The address of this side, nil once it is closed; for the loop's thread.
  ///
  /// The corresponding C function is `getsockname`.
  package var localAddress: SocketAddress? {
    guard let number = source.core?.number else { return nil }
    let (result, address) = SocketAddress.reading { storage, length in
      parley_getsockname(number, storage, length)
    }
    return result == 0 ? address?.unmapped : nil
  }

  package init(_ source: Source, peer: SocketAddress) {
    self.source = source
    source.peer = peer
  }

  /// The loop that the connection lives on.
  public var loop: EventLoop { source.loop }

  /// What operations may take unless the call says otherwise; `inherited` asks the loop.
  ///
  /// Set it from the loop's thread, before other tasks use the connection.
  public var timeout: Timeout {
    get { source.timeout }
    nonmutating set { source.timeout = newValue }
  }

  /// Closes the connection now, whatever is under way; harmless when it is closed already.
  ///
  /// What was written before is still delivered, unless unread input makes the kernel reset the connection.
  ///
  /// The corresponding C function is `close`.
  public func close() { source.close() }

  /// Resets the connection: the peer gets an error, and what it has not read yet is lost.
  ///
  /// The corresponding C function is `close` after `SO_LINGER` with zero seconds.
  public func abort() {
    guard loop.isCurrent else { return loop.execute { self.abort() } }
    if let number = source.core?.number {
      var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
      _ = setsockopt(
        number, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    }
    source.close()
  }

  /// Says that nothing more will be written; the peer reads the end after all that was sent.
  ///
  /// Waits for writes that are under way. Reading goes on.
  ///
  /// - Parameter timeout: How long those writes may take.
  /// - Throws: ``SocketError``, or `CancellationError`.
  ///
  /// The corresponding C function is `shutdown`.
  public func shutdownWrite(timeout: Timeout = .inherited) async throws {
    guard loop.isHome else {
      return try await loop.perform { try await self.shutdownWrite(timeout: timeout) }
    }
    let limit = source.limit("shutdown", timeout)
    try await source.begin(.writing, limit)
    defer { source.end(.writing) }
    try shutdown(CInt(SHUT_WR))
  }

  /// Says that nothing more will be read: what is there and what still comes is thrown away.
  ///
  /// On Linux the peer is not told. A read that waits sees the end.
  ///
  /// The corresponding C function is `shutdown`.
  public func shutdownRead() async throws {
    guard loop.isHome else { return try await loop.perform { try await self.shutdownRead() } }
    try shutdown(CInt(SHUT_RD))
  }

  /// How many bytes the peer's system has not acknowledged yet, the end counted as one; of a Unix-domain
  /// socket always 0, because there the peer has them at once.
  ///
  /// On the loop's thread. The corresponding C function is `ioctl` with `SIOCOUTQ`.
  package var unconfirmed: Int {
    guard peerAddress.family != .unix, let number = source.core?.number else { return 0 }
    return max(0, Int(parley_unacknowledged(number)))
  }

  private func shutdown(_ how: CInt) throws {
    guard let number = source.core?.number else { throw closedError("shutdown") }
    guard Glibc.shutdown(number, how) != 0 else { return }
    let code = errno
    // A connection that was one and is none any more has been reset; a read will say the same.
    throw SocketError(
      operation: "shutdown", address: peerAddress.description,
      code: code == ENOTCONN ? ECONNRESET : code)
  }

  package func closedError(_ operation: String) -> SocketError {
    SocketError(operation: operation, address: peerAddress.description, reason: .closed)
  }

  package func error(_ limit: Limit, _ code: CInt) -> SocketError {
    SocketError(
      operation: "\(limit.operation)", address: peerAddress.description, code: code)
  }
}
