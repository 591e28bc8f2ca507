internal import Sockets

/// Counts the connections of a ``MessageListener``.
final class Seats: Sendable {
  private let admission: Locked<Admission>

  init(_ options: Listener.Options) {
    admission = Locked(
      Admission(
        filter: options.filter, total: options.maximumConnections,
        perAddress: options.maximumPerAddress))
  }

  /// A seat for a connection, nil when it may not come.
  func take(_ peer: SocketAddress) -> Seat? {
    admission.withLock { $0.admit(peer) } == nil ? Seat(of: peer, self) : nil
  }

  fileprivate func release(_ peer: SocketAddress) { admission.withLock { $0.release(peer) } }
}

/// That a connection is counted, until it is closed or gone.
final class Seat: Sendable {
  private let peer: SocketAddress
  private let seats: Seats
  private let isTaken = Locked(true)

  fileprivate init(of peer: SocketAddress, _ seats: Seats) { (self.peer, self.seats) = (peer, seats) }

  deinit { leave() }

  func leave() {
    let wasTaken = isTaken.withLock { isTaken in
      defer { isTaken = false }
      return isTaken
    }
    if wasTaken { seats.release(peer) }
  }
}
