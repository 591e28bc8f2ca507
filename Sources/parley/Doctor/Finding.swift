import Chat
import Sockets
import Wire

/// What was found out about one way to speak to a network.
struct Finding: Equatable, Sendable {
  enum Result: Equatable, Sendable {
    /// What was sent came back.
    case cameBack
    /// It was sent, and did not come back.
    case silent
    /// The socket could not be made.
    case unopened(SocketError)
    /// The kernel did not send it.
    case unsent(SocketError)
  }

  var link: DiscoveryLink
  var result: Result

  var isBlocked: Bool { result != .cameBack }
}

/// Somebody else who was heard.
struct HeardPeer: Hashable, Sendable {
  var kind: Beacon.Kind
  var name: String
  /// Where its program is; for a trial the port means nothing.
  var place: SocketAddress

  init(_ beacon: Beacon, at source: SocketAddress) {
    (kind, name) = (beacon.kind, beacon.name)
    place =
      switch source {
      case .ipv4(let host, _): .ipv4(host, port: beacon.port)
      case .ipv6(let host, _, let scope): .ipv6(host, port: beacon.port, scope: scope)
      case .unix: source
      }
  }
}
