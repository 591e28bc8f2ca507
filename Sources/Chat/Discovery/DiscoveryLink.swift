package import Sockets

/// One way in which this machine speaks to everybody in a network that it is directly part of.
package struct DiscoveryLink: Hashable, Sendable {
  package enum Way: Hashable, Sendable {
    /// The IPv4 group, from this address of this network.
    case group(IPv4Address, prefix: Int)
    /// 255.255.255.255, from this address of this network.
    case broadcast(IPv4Address, prefix: Int)
    /// The IPv6 group, from this link-local address.
    case group6(IPv6Address)
  }

  package let interface: String
  package let index: UInt32
  package let way: Way

  package init(_ interface: String, index: UInt32, _ way: Way) {
    (self.interface, self.index, self.way) = (interface, index, way)
  }

  /// Where everybody listens.
  package static let port: UInt16 = 7079
  /// From the groups that are for everybody's own use, see RFC 2365 and RFC 4291.
  package static let group = IPv4Address(239, 255, 76, 89)
  package static let group6 = IPv6Address(high: 0xff12 << 48, low: 0x504c_5942)
  /// Machines with more networks use the first.
  package static let limit = 32

  /// The ways of an interface that is switched on.
  package static func all(of interface: NetworkInterface) -> [DiscoveryLink] {
    guard interface.isUp else { return [] }
    var ways: [Way] = []
    var plain: [Way] = []
    for assignment in interface.addresses {
      switch assignment.host {
      case .ipv4(let address):
        // Programs of one machine find each other on its loopback, which does not say that it can.
        if plain.isEmpty, interface.canMulticast || interface.isLoopback {
          plain.append(.group(address, prefix: assignment.prefixLength))
        }
        if assignment.broadcast != nil {
          plain.append(.broadcast(address, prefix: assignment.prefixLength))
        }
      case .ipv6(let address, _) where address.isLinkLocal && interface.canMulticast:
        if ways.isEmpty { ways.append(.group6(address)) }
      case .any, .ipv6, .name: continue
      }
    }
    return (plain + ways).map { DiscoveryLink(interface.name, index: interface.index, $0) }
  }

  /// Whether what listens at `local` can be reached at the address that this way shows to others.
  package func shows(_ local: SocketAddress) -> Bool {
    switch (way, local) {
    case (.group(let own, _), .ipv4(let address, _)),
      (.broadcast(let own, _), .ipv4(let address, _)):
      address == .any || address == own
    case (.group, .ipv6(let address, _, _)), (.broadcast, .ipv6(let address, _, _)):
      address == .any
    case (.group6(let own), .ipv6(let address, _, let scope)):
      address == .any || address == own && scope == index
    case (_, .ipv4), (_, .unix): false
    }
  }

  /// The path to who has sent something on this way; nil when it does not come from this network.
  package func path(from source: SocketAddress) -> DiscoveryPath? {
    switch (way, source) {
    case (.group(let own, let prefix), .ipv4(let address, _)),
      (.broadcast(let own, let prefix), .ipv4(let address, _)):
      let mask = prefix == 0 ? 0 : UInt32.max << UInt32(32 - min(prefix, 32))
      guard address.rawValue & mask == own.rawValue & mask else { return nil }
      return DiscoveryPath(
        source, isPlain: true, IPv6Address(mapping: own), IPv6Address(mapping: address))
    case (.group6(let own), .ipv6(let address, _, let scope)):
      guard address.isLinkLocal, scope == index else { return nil }
      return DiscoveryPath(source, isPlain: false, own, address)
    case (_, .ipv4), (_, .ipv6), (_, .unix): return nil
    }
  }
}

/// Two machines in one network, of which one is this.
package struct DiscoveryPath: Hashable, Sendable {
  /// Where the other one sent from.
  package let source: SocketAddress
  private let isPlain: Bool
  private let low: IPv6Address
  private let high: IPv6Address

  init(_ source: SocketAddress, isPlain: Bool, _ one: IPv6Address, _ other: IPv6Address) {
    (self.source, self.isPlain) = (source, isPlain)
    (low, high) = (min(one, other), max(one, other))
  }

  /// Whether to take this path and not the other; both machines say the same.
  ///
  /// If they took different ones, each would know the other twice. IPv4 goes first, which all programs
  /// speak.
  func isBetter(than other: DiscoveryPath) -> Bool {
    if isPlain != other.isPlain { return isPlain }
    return (low, high) < (other.low, other.high)
  }

  /// Where the sender's program is.
  func endpoint(port: UInt16) -> SocketAddress {
    switch source {
    case .ipv4(let address, _): .ipv4(address, port: port)
    case .ipv6(let address, _, let scope): .ipv6(address, port: port, scope: scope)
    case .unix: source
    }
  }
}
