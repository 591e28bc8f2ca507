import Sockets

/// The networks from which nobody may come, for good or for some time.
struct Bans: Sendable {
  private struct Ban: Sendable {
    let network: Network
    let until: ContinuousClock.Instant?
  }

  /// How many there can be.
  static let limit = 1000
  private var bans: [Ban] = []

  var isEmpty: Bool { bans.isEmpty }

  /// Bans a network, again if need be; false when there are too many.
  mutating func add(
    _ network: Network, until: ContinuousClock.Instant?, at now: ContinuousClock.Instant
  ) -> Bool {
    expire(at: now)
    bans.removeAll { $0.network == network }
    guard bans.count < Bans.limit else { return false }
    bans.append(Ban(network: network, until: until))
    return true
  }

  /// False when it was not banned.
  mutating func remove(_ network: Network, at now: ContinuousClock.Instant) -> Bool {
    expire(at: now)
    let count = bans.count
    bans.removeAll { $0.network == network }
    return bans.count < count
  }

  /// Whether whoever comes from there is banned.
  mutating func holds(_ address: SocketAddress, at now: ContinuousClock.Instant) -> Bool {
    expire(at: now)
    return bans.contains { $0.network.contains(address) }
  }

  /// All of them, with the time that is left.
  mutating func list(
    at now: ContinuousClock.Instant
  ) -> [(network: Network, left: Duration?)] {
    expire(at: now)
    return bans.map { ($0.network, $0.until.map { now.duration(to: $0) }) }
  }

  private mutating func expire(at now: ContinuousClock.Instant) {
    bans.removeAll { $0.until.map { $0 <= now } ?? false }
  }
}

extension Network {
  /// Whether an address lies in it; a socket of this machine has none.
  func contains(_ address: SocketAddress) -> Bool {
    switch address {
    case .ipv4(let host, _): contains(host)
    case .ipv6(let host, _, _): contains(host)
    case .unix: false
    }
  }

  /// What one client's address stands for: an IPv4 address, or an IPv6 /64.
  init?(of address: SocketAddress) {
    switch address.group {
    case .ipv4(let host, _): self.init(host)
    case .ipv6(let host, _, _):
      guard let network = try? Network("\(host)/64") else { return nil }
      self = network
    case .unix: return nil
    }
  }
}
