package import Rooms
package import Sockets

/// How a chat server serves.
package struct ServerOptions: Sendable {
  /// One address to listen on.
  package struct Listening: Sendable {
    package var address: SocketAddress
    /// The door of every client; nil tells it from their first bytes.
    package var door: DoorKind?
    /// Whether the server does without it when the machine does not have the address.
    package var isOptional: Bool

    package init(address: SocketAddress, door: DoorKind? = nil, isOptional: Bool = false) {
      self.address = address
      self.door = door
      self.isOptional = isOptional
    }
  }

  package var listening: [Listening] = []
  /// Whether plain doors are open to other machines; on loopback and Unix paths they always are.
  package var isOpen = false
  /// How many loops share the clients.
  package var loops = 1
  /// How long a loop goes on looking after something has happened, before it sleeps.
  package var spin = Duration.zero
  /// Whether `u16` and `u32` clients get one frame at a time.
  package var isGentle = true
  package var backlog = 1024
  package var filter = AddressFilter()
  /// What everything is bounded by, until ``ChatServer/setLimits(_:)`` says something else.
  package var limits = Limits()
  /// How long a client that says too much is delayed on end before it is cut.
  package var floodPatience: Duration = .seconds(5)
  package var defaultRoom = "lobby"
  /// How long clients are heard after they were told that the server closes.
  package var grace: Duration = .seconds(1)
  /// How long clients have to take what is queued when the server, or they, end.
  package var patience: Duration = .seconds(5)
  /// How long a client that has taken everything may take to end, too, when the server does.
  package var farewell: Duration = .seconds(1)

  package init() {}

  /// Protected mode: refuses addresses that others can reach, unless that was asked for.
  func checkProtection() throws(ServerError) {
    for listening in listening where !isOpen && !listening.address.isLocal {
      throw .protected(listening.address)
    }
  }
}

/// Why a server did not start.
package enum ServerError: Error, Sendable, CustomStringConvertible {
  /// The address can be reached by others, and nothing there would be encrypted.
  case protected(SocketAddress)
  case socket(SocketError)

  package var description: String {
    switch self {
    // Nobody else can be kept from a name that has no file.
    case .protected(let address) where address.family == .unix:
      "\(address) can be reached by every user of this machine, and every door there would be "
        + "plain: all of them could read and write. Say --open if that is what you want, or listen "
        + "on a path."
    case .protected(let address):
      "\(address) can be reached from other machines, and every door there would be plain: "
        + "whoever is on the network could read and write. Say --open if that is what you want, "
        + "or listen on 127.0.0.1."
    case .socket(let error): error.description
    }
  }
}
