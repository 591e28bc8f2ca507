package import Sockets
package import Wire

/// Who a group of datagram sockets sends to: everybody who was named, and everybody who was heard.
///
/// The source of a datagram is easily forged, so who was heard once gets only a little until it is heard
/// again: nobody can make us send much to somebody who never asked. Who is silent for long is sent to no
/// more unless somebody here named it. All of it is bounded, whatever comes.
///
/// Pure: the time is handed in, and only goes forward.
package struct DatagramPeers: Sendable {
  /// What is thought of a peer.
  package enum Presence: Sendable, Hashable {
    /// Named, and not heard so far.
    case expected
    case here
    /// Not heard for ``silence``: presumed gone.
    case silent
    /// It said that it leaves.
    case left
  }

  /// What a datagram makes of its source.
  package enum Hearing: Sendable, Hashable {
    /// Heard for the first time, or after it was forgotten: provisional.
    case first
    /// Now known, because it was heard again, or at last after it was named.
    case known
    /// Nothing new.
    case again
    /// It was presumed gone, or it had left.
    case back
    /// Nobody can be at this address.
    case impossible
  }

  /// What comes of naming a peer.
  package enum Naming: Sendable, Hashable {
    case added
    case already
    /// There are ``namedLimit`` already.
    case full
    /// Nobody can be at this address.
    case impossible
  }

  package struct Peer: Sendable, Hashable {
    package let endpoint: SocketAddress
    package fileprivate(set) var presence: Presence
    package fileprivate(set) var isNamed = false
    /// Whether it was heard only once.
    package fileprivate(set) var isProvisional = false
    fileprivate var heard: Instant
    /// Its place among all that was heard or named: the smaller, the longer ago.
    fileprivate var turn: UInt64
    fileprivate var arrival: UInt64
    fileprivate var datagrams = 0
    fileprivate var bytes = 0

    /// Whether it is sent to, as far as a provisional one's budgets allow.
    package var isRecipient: Bool {
      switch presence {
      case .expected, .here: true
      case .silent: isNamed
      case .left: false
      }
    }
  }

  /// The most peers that were named.
  package static let namedLimit = 256
  /// With so many named, no more are taken from what networks announce: the others are for people to name.
  package static let foundLimit = 128
  /// The most peers that are known by being heard.
  package static let heardLimit = 256
  /// The most peers that were heard once.
  package static let provisionalLimit = 32
  /// The most datagrams to a peer that was heard once.
  package static let datagramBudget = 3
  /// The most bytes to a peer that was heard once, as they travel.
  package static let byteBudget = 3_072
  /// The headers of a datagram: IPv6's 40 bytes, or IPv4's 20, and UDP's 8.
  package static let headerSize = 48
  /// After so long without a datagram a peer is presumed gone.
  package static let silence = Duration.seconds(600)

  private var known: [SocketAddress: Peer] = [:]
  /// Oldest first.
  private var provisional: [Peer] = []
  private var namedCount = 0
  private var turns: UInt64 = 0
  /// No peer falls silent before; being heard moves it only further away.
  private var nextSilence = Instant.distantFuture

  package init() {}

  /// Takes a peer that somebody here asked for: it is known at once, and back if it had left.
  ///
  /// - Parameters:
  ///   - address: Where it is.
  ///   - isFound: Whether nobody named it: it was announced in a network, which anybody can do.
  ///   - now: The time.
  /// - Returns: What comes of it.
  package mutating func name(
    _ address: SocketAddress, isFound: Bool = false, at now: Instant
  ) -> Naming {
    let endpoint = address.unmapped
    guard DatagramPeers.isPossible(endpoint) else { return .impossible }
    if let peer = known[endpoint], peer.isNamed {
      guard peer.presence == .left else { return .already }
      _ = revive(endpoint, as: .expected, at: now)
      return .added
    }
    let limit = isFound ? DatagramPeers.foundLimit : DatagramPeers.namedLimit
    guard namedCount < limit else { return .full }
    namedCount += 1
    var peer = known[endpoint] ?? take(endpoint) ?? new(endpoint, .expected, at: now)
    if peer.presence == .left { peer.presence = .expected }
    peer.isNamed = true
    peer.isProvisional = false
    insert(peer)
    return .added
  }

  /// Takes a datagram that does not say that its sender leaves.
  package mutating func hear(_ address: SocketAddress, at now: Instant) -> Hearing {
    let endpoint = address.unmapped
    if let presence = revive(endpoint, as: .here, at: now) {
      switch presence {
      case .expected: return .known
      case .here: return .again
      case .silent, .left: return .back
      }
    }
    if var peer = take(endpoint) {
      peer.isProvisional = false
      peer.heard = now
      peer.turn = nextTurn()
      makeRoom()
      insert(peer)
      return .known
    }
    guard DatagramPeers.isPossible(endpoint) else { return .impossible }
    var peer = new(endpoint, .here, at: now)
    peer.isProvisional = true
    if provisional.count == DatagramPeers.provisionalLimit { provisional.removeFirst() }
    provisional.append(peer)
    return .first
  }

  /// Takes a datagram that says that its sender leaves: nothing is sent there until it is heard or named
  /// again.
  ///
  /// - Returns: Whether it was a peer until now.
  package mutating func leave(_ address: SocketAddress, at now: Instant) -> Bool {
    let endpoint = address.unmapped
    if take(endpoint) != nil { return true }
    guard var peer = known[endpoint], peer.presence != .left else { return false }
    peer.presence = .left
    peer.heard = now
    known[endpoint] = peer
    return true
  }

  /// Says who gets a message; it counts against the budgets of those that were heard once.
  ///
  /// - Parameter count: How many bytes the message has.
  /// - Returns: They, in the order in which they came.
  package mutating func recipients(ofBytes count: Int) -> [SocketAddress] {
    var recipients = known.values.filter(\.isRecipient)
    let (size, isTooBig) = count.addingReportingOverflow(DatagramPeers.headerSize)
    for index in provisional.indices where !isTooBig {
      let peer = provisional[index]
      guard peer.datagrams < DatagramPeers.datagramBudget,
        size <= DatagramPeers.byteBudget - peer.bytes
      else { continue }
      provisional[index].datagrams += 1
      provisional[index].bytes += size
      recipients.append(peer)
    }
    return recipients.sorted { $0.arrival < $1.arrival }.map(\.endpoint)
  }

  // MARK: - Time

  /// When to call ``expire(at:)``; it may have nothing to do then.
  package var deadline: Instant? { nextSilence == .distantFuture ? nil : nextSilence }

  /// Presumes gone whoever has been silent too long, and forgets who was heard only once.
  ///
  /// - Returns: Who is presumed gone from now on, in the order in which they came.
  package mutating func expire(at now: Instant) -> [SocketAddress] {
    guard nextSilence <= now else { return [] }
    nextSilence = .distantFuture
    provisional.removeAll { $0.heard + DatagramPeers.silence <= now }
    var gone: [Peer] = []
    for peer in known.values where peer.presence == .here {
      if peer.heard + DatagramPeers.silence <= now {
        known[peer.endpoint]?.presence = .silent
        gone.append(peer)
      } else {
        watch(peer)
      }
    }
    for peer in provisional { watch(peer) }
    return gone.sorted { $0.arrival < $1.arrival }.map(\.endpoint)
  }

  // MARK: - Looking

  /// All that are remembered, also those that left or are presumed gone, in the order in which they came.
  package var all: [Peer] {
    (Array(known.values) + provisional).sorted { $0.arrival < $1.arrival }
  }

  package subscript(address: SocketAddress) -> Peer? {
    let endpoint = address.unmapped
    return known[endpoint] ?? provisional.first { $0.endpoint == endpoint }
  }

  package var provisionalCount: Int { provisional.count }

  // MARK: - Pieces

  /// A port 0 or no single machine cannot be sent to.
  private static func isPossible(_ endpoint: SocketAddress) -> Bool {
    guard let port = endpoint.port, port != 0 else { return false }
    return !endpoint.isUnspecified
  }

  private mutating func nextTurn() -> UInt64 {
    turns += 1
    return turns
  }

  private mutating func new(
    _ endpoint: SocketAddress, _ presence: Presence, at now: Instant
  ) -> Peer {
    let turn = nextTurn()
    let peer = Peer(
      endpoint: endpoint, presence: presence, heard: now, turn: turn, arrival: turn)
    watch(peer)
    return peer
  }

  private mutating func insert(_ peer: Peer) {
    known[peer.endpoint] = peer
    watch(peer)
  }

  /// Notes that a known peer is there; gives back what was thought of it before.
  private mutating func revive(
    _ endpoint: SocketAddress, as presence: Presence, at now: Instant
  ) -> Presence? {
    // One look for all: this happens for every datagram.
    guard let index = known.index(forKey: endpoint) else { return nil }
    let before = known.values[index].presence
    let turn = nextTurn()
    known.values[index].presence = presence
    known.values[index].heard = now
    known.values[index].turn = turn
    nextSilence = min(nextSilence, now + DatagramPeers.silence)
    return before
  }

  private mutating func watch(_ peer: Peer) {
    guard peer.presence == .here else { return }
    nextSilence = min(nextSilence, peer.heard + DatagramPeers.silence)
  }

  /// Takes out a peer that was heard once.
  private mutating func take(_ endpoint: SocketAddress) -> Peer? {
    provisional.firstIndex { $0.endpoint == endpoint }.map { provisional.remove(at: $0) }
  }

  /// Forgets one that is known by being heard when there are too many: one that is away, else the one
  /// that has been silent longest.
  private mutating func makeRoom() {
    guard known.count - namedCount >= DatagramPeers.heardLimit else { return }
    let victim = known.values.lazy.filter { !$0.isNamed }.min {
      ($0.isRecipient ? 1 : 0, $0.turn) < ($1.isRecipient ? 1 : 0, $1.turn)
    }
    if let victim { known[victim.endpoint] = nil }
  }
}
