internal import CLinux
import Glibc

/// The synchronous half of a listening socket: accepts one connection at a time.
package enum AcceptCore {
  /// What one try to accept brought.
  package enum Outcome: ~Copyable {
    /// A connection, ready for use on a loop.
    case accepted(Descriptor, SocketAddress)
    /// Nobody is waiting; the loop tells when somebody comes.
    case wouldBlock
    /// No descriptor or memory was left. The edge is gone: try again after a pause.
    case exhausted(SocketError)
    /// The listener itself is of no use any more.
    case failed(SocketError)
  }

  /// How long to wait after ``Outcome/exhausted(_:)``.
  package static let pause: Duration = .milliseconds(100)

  /// Creates a listening socket, whose connections send small writes at once.
  ///
  /// An IPv6 socket on the unspecified address takes IPv4 too. A path that exists is taken over when
  /// nobody listens there.
  ///
  /// The corresponding C functions are `socket`, `bind` and `listen`.
  package static func listen(
    on address: SocketAddress, backlog: Int, reusePort: Bool = false, lendsPort: Bool = false
  ) throws(SocketError) -> Descriptor {
    let name = address.description
    do throws(SocketError) {
      let descriptor = try Descriptor.socket(
        family: address.family.rawValue, type: CInt(bitPattern: SOCK_STREAM.rawValue))
      let number = descriptor.rawValue
      if address.family != .unix { try set(number, SOL_SOCKET, SO_REUSEADDR, 1) }
      if reusePort { try set(number, SOL_SOCKET, SO_REUSEPORT, 1) }
      // Each connection inherits it: one system call less for each.
      if address.family != .unix { try set(number, CInt(IPPROTO_TCP), TCP_NODELAY, 1) }
      if address.family == .ipv6 {
        try set(number, CInt(IPPROTO_IPV6), IPV6_V6ONLY, address.isUnspecified ? 0 : 1)
      }
      try bind(number, address)
      // Not before: another program's listener on this port must be an error.
      if lendsPort { try set(number, SOL_SOCKET, SO_REUSEPORT, 1) }
      try call("listen") { Glibc.listen(number, CInt(clamping: backlog)) == 0 ? 0 : -errno }
      return descriptor
    } catch {
      throw SocketError(operation: "listen", address: name, reason: error.reason)
    }
  }

  /// Accepts one connection.
  ///
  /// The corresponding C function is `accept4`.
  package static func accept(_ number: CInt) -> Outcome {
    while true {
      do throws(SocketError) {
        let (accepted, peer) = try SocketAddress.reading { (storage, length) throws(SocketError) in
          try call("accept4") { parley_accept(number, storage, length) }
        }
        return .accepted(Descriptor(owning: accepted), peer?.unmapped ?? .unix(.unnamed))
      } catch {
        switch error.code {
        case EAGAIN: return .wouldBlock
        case _ where isExhausted(error): return .exhausted(error)
        // The connection went away while it waited, or the network spoke up for it: take the next.
        case ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH,
          EOPNOTSUPP, ENETUNREACH, ETIMEDOUT, EPERM:
          continue
        default: return .failed(error)
        }
      }
    }
  }

  /// Whether descriptors or memory were short, which may be over in a moment.
  package static func isExhausted(_ error: SocketError) -> Bool {
    [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.code)
  }

  private static func set(
    _ number: CInt, _ level: CInt, _ option: CInt, _ value: CInt
  ) throws(SocketError) {
    var value = value
    try call("setsockopt") {
      setsockopt(number, level, option, &value, socklen_t(MemoryLayout<CInt>.size)) == 0
        ? 0 : -errno
    }
  }

  /// Binds; a socket file that nobody listens on any more is removed first.
  private static func bind(_ number: CInt, _ address: SocketAddress) throws(SocketError) {
    do throws(SocketError) {
      // The mask makes a socket file that only its owner can use, from its first moment on.
      let mask = address.socketFile == nil ? nil : umask(0o177)
      defer { if let mask { umask(mask) } }
      try call("bind") { address.withSockaddr { parley_bind(number, $0, $1) } }
    } catch {
      // To connect to a file of another kind is refused as well: only a socket goes.
      guard error.code == EADDRINUSE, let file = SocketFile(address), isStale(address) else {
        throw error
      }
      file.remove()
      let mask = umask(0o177)
      defer { umask(mask) }
      try call("bind") { address.withSockaddr { parley_bind(number, $0, $1) } }
    }
  }

  private static func isStale(_ address: SocketAddress) -> Bool {
    guard
      let probe = try? Descriptor.socket(
        family: AF_UNIX, type: CInt(bitPattern: SOCK_STREAM.rawValue))
    else { return false }
    return address.withSockaddr { parley_connect(probe.rawValue, $0, $1) }
      == -ECONNREFUSED
  }
}
