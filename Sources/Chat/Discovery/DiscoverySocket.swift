package import Sockets
package import Wire

/// A socket on which announcements are said or heard.
package final class DiscoverySocket: Sendable {
  /// Nil for the one that hears broadcasts, of whatever network.
  package let link: DiscoveryLink?
  private let socket: Datagrams
  private let target: SocketAddress

  private init(_ link: DiscoveryLink?, _ socket: Datagrams, _ target: SocketAddress) {
    (self.link, self.socket, self.target) = (link, socket, target)
  }

  deinit { socket.close() }

  /// Opens one to speak on a link; for a group it hears as well what is said there.
  ///
  /// It is bound to the group: what is sent to this machine alone, perhaps from far away, does not come.
  package static func open(
    _ link: DiscoveryLink, on loop: EventLoop
  ) async throws -> DiscoverySocket {
    var options = Datagrams.Options()
    switch link.way {
    case .broadcast(let address, _):
      // The kernel sends a broadcast through the interface whose address the socket has.
      options.broadcast = true
      let socket = try await Datagrams.bind(.ipv4(address, port: 0), on: loop, options: options)
      return DiscoverySocket(link, socket, .ipv4(.broadcast, port: DiscoveryLink.port))
    case .group, .group6:
      // Other programs of this machine hear the same.
      options.reusePort = true
      let group = try MulticastGroup("\(link.groupName)%\(link.interface)")
      let address = try group.address(port: DiscoveryLink.port)
      let socket = try await Datagrams.bind(address, on: loop, options: options)
      try await socket.join(group)
      try await socket.sendToGroups(through: link.interface, from: link.source)
      try await socket.set(.multicastHops, to: 1)
      return DiscoverySocket(link, socket, address)
    }
  }

  /// Opens one that hears the broadcasts of all networks.
  package static func openBroadcasts(on loop: EventLoop) async throws -> DiscoverySocket {
    var options = Datagrams.Options()
    options.reusePort = true
    let address = SocketAddress.ipv4(.broadcast, port: DiscoveryLink.port)
    return DiscoverySocket(
      nil, try await Datagrams.bind(address, on: loop, options: options), address)
  }

  /// Whether anything comes here.
  package var isListening: Bool {
    if case .broadcast = link?.way { false } else { true }
  }

  package func send(_ beacon: Beacon) async throws {
    try await socket.send(beacon.encode(), to: target, timeout: .after(.seconds(1)))
  }

  /// Waits for the next announcement; what is none is passed over.
  package func receive() async throws -> (Beacon, from: SocketAddress) {
    var bytes: [UInt8] = []
    while true {
      let envelope = try await socket.receive(
        into: &bytes, atMost: Beacon.sizeLimit + 1, timeout: nil)
      guard !envelope.isTruncated, let beacon = try? Beacon(bytes) else { continue }
      return (beacon, envelope.sender)
    }
  }

  package func close() { socket.close() }
}

extension IPv4Address {
  fileprivate static let broadcast = IPv4Address(255, 255, 255, 255)
}

extension DiscoveryLink {
  /// Whose network the others take us to be in: the kernel might prefer another interface's address.
  fileprivate var source: IPv4Address? {
    switch way {
    case .group(let address, _), .broadcast(let address, _): address
    case .group6: nil
    }
  }

  /// Whom one speaks to on this way.
  package var groupName: String {
    switch way {
    case .group: "\(DiscoveryLink.group)"
    case .group6: "\(DiscoveryLink.group6)"
    case .broadcast: "\(IPv4Address.broadcast)"
    }
  }
}
