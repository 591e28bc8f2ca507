/// Who may connect: networks, a total, and a number for each address.
///
/// Pure: it counts what it is told.
package struct Admission: Sendable {
  /// Why a connection was refused.
  package enum Refusal: String, Sendable {
    case filtered = "its address is not allowed"
    case full = "too many connections"
    case fullForAddress = "too many connections from its address"
  }

  /// Which networks are allowed and denied; those who are in already stay.
  package var filter: AddressFilter
  /// The most connections at a time; nil is no limit, here and below.
  package var total: Int?
  /// Those of one IPv4 address or one IPv6 /64 network.
  package var perAddress: Int?
  /// Whether ``perAddress`` is for loopback and Unix-domain clients too.
  package var countsLoopback: Bool
  private var count = 0
  private var counts: [SocketAddress: Int] = [:]

  /// Creates the rules; `nil` means no limit.
  ///
  /// - Parameters:
  ///   - filter: Which networks are allowed and denied.
  ///   - total: The most connections at a time.
  ///   - perAddress: The most connections at a time of one IPv4 address or one IPv6 /64 network.
  ///   - countsLoopback: Whether `perAddress` is for loopback and Unix-domain clients too.
  package init(
    filter: AddressFilter = AddressFilter(), total: Int? = nil, perAddress: Int? = nil,
    countsLoopback: Bool = true
  ) {
    self.filter = filter
    self.total = total
    self.perAddress = perAddress
    self.countsLoopback = countsLoopback
  }

  /// Counts a connection in, or says why it may not come.
  package mutating func admit(_ peer: SocketAddress) -> Refusal? {
    guard filter.allows(peer) else { return .filtered }
    if let total, count >= total { return .full }
    if let perAddress, countsLoopback || !(peer.isLoopback || peer.family == .unix) {
      guard counts[peer.group, default: 0] < perAddress else { return .fullForAddress }
    }
    add(peer)
    return nil
  }

  /// Counts a connection in that is never refused.
  package mutating func add(_ peer: SocketAddress) {
    count += 1
    counts[peer.group, default: 0] += 1
  }

  /// Counts a connection out that was admitted before.
  package mutating func release(_ peer: SocketAddress) {
    count -= 1
    guard let left = counts[peer.group] else { return }
    counts[peer.group] = left == 1 ? nil : left - 1
  }
}
