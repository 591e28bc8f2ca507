import Sockets
import Wire

/// What a TCP group chat knows of one of its connections.
struct PeerLink: Sendable {
  /// Counts up: the smaller, the older.
  let number: Int
  /// The other end.
  let address: SocketAddress
  let isInbound: Bool
  let openedAt: Instant
  /// The place that it leads to, because we dialled it or it was dialled from there.
  var place: SocketAddress?
  /// A place of the same machine from which it may come all the same.
  var claim: SocketAddress?
  /// An older link that may be the same peer's: until that is clear nothing is said over this one.
  var doubt: Doubt?
  /// What was said meanwhile, for the case that it is somebody else's.
  var unsaid: [[UInt8]] = []
  /// Whether our joining was said over it.
  var isGreeted = false
  /// The oldest link of the same peer; mostly its own number.
  var party: Int
  var name: String?
  /// The text that the peer joined with, as its first one.
  var mark: [UInt8]?
  var hasSpoken = false
  var hasOtherNames = false
  /// Whether it has been shown that somebody is here.
  var isAnnounced = false
  var hasLeft = false
  /// Whether we have ended it.
  var isEnding = false

  init(
    _ number: Int, _ address: SocketAddress, isInbound: Bool, place: SocketAddress?, at now: Instant
  ) {
    self.number = number
    self.address = address
    self.isInbound = isInbound
    self.place = place
    openedAt = now
    party = number
  }

  /// Where the peer is, as far as it can be told.
  var shownPlace: String { (place ?? address).description }

  struct Doubt: Equatable {
    var other: Int
    var until: Instant
  }
}

extension SocketAddress {
  /// The same address without a port: the machine.
  var host: SocketAddress {
    switch self {
    case .ipv4(let address, _): .ipv4(address, port: 0)
    case .ipv6(let address, _, let scope): .ipv6(address, port: 0, scope: scope)
    case .unix: self
    }
  }
}
