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
  func take(_ connection: Connection) -> Seat? {
    let refusal = admission.withLock { $0.admit(connection.peerAddress) }
    return refusal == nil ? Seat(connection, self) : nil
  }

  fileprivate func release(_ peer: SocketAddress) { admission.withLock { $0.release(peer) } }
}

/// That a connection is counted, until it is closed, which it is when nobody has the seat any more.
final class Seat: Sendable {
  private let connection: Connection
  private let seats: Seats
  private let isTaken = Locked(true)

  fileprivate init(_ connection: Connection, _ seats: Seats) {
    (self.connection, self.seats) = (connection, seats)
  }

  deinit { leave() }

  func leave() {
    connection.close()
    let wasTaken = isTaken.withLock { isTaken in
      defer { isTaken = false }
      return isTaken
    }
    if wasTaken { seats.release(connection.peerAddress) }
  }
}
