import Sockets
import Testing
import Wire

@testable import Chat

@Suite("Discovery")
struct DiscoveryTests {
  private static let link = DiscoveryLink(
    "eth0", index: 2, .group(IPv4Address(10, 0, 0, 1), prefix: 24))

  private func path(_ last: UInt8) throws -> DiscoveryPath {
    try #require(
      Self.link.path(from: .ipv4(IPv4Address(10, 0, 0, last), port: DiscoveryLink.port)))
  }

  private func beacon(_ instance: UInt64, _ kind: Beacon.Kind = .udp) -> Beacon {
    Beacon(kind, port: kind == .trial ? 0 : 8080, instance: instance)
  }

  /// Runs it to a moment; what it did, and when, in milliseconds.
  private func run(
    _ discovery: inout Discovery, to end: Int
  ) -> [(time: Int, action: Discovery.Action)] {
    var done: [(Int, Discovery.Action)] = []
    while discovery.deadline <= .zero + .milliseconds(end) {
      let now = discovery.deadline
      discovery.expire(at: now)
      while let action = discovery.next() {
        done.append((Int(now.nanoseconds / 1_000_000), action))
      }
    }
    return done
  }

  @Test(
    "announces at 0, 1 and 3 seconds, then every 30 to 60", arguments: 1...20 as ClosedRange<UInt64>
  )
  func schedule(seed: UInt64) {
    var discovery = Discovery(beacon(1), seed: seed, at: .zero)
    let times = run(&discovery, to: 600_000).map(\.time)
    #expect(Array(times.prefix(3)) == [0, 1_000, 3_000])
    for (before, after) in zip(times.dropFirst(2), times.dropFirst(3)) {
      #expect((30_000...60_000).contains(after - before))
    }
    #expect(times.count > 10)
  }

  @Test("begins anew when the links change")
  func changed() {
    var discovery = Discovery(beacon(1), seed: 1, at: .zero)
    _ = run(&discovery, to: 20_000)
    discovery.begin(at: .zero + .seconds(20))
    #expect(run(&discovery, to: 24_000).map(\.time) == [20_000, 21_000, 23_000])
  }

  @Test("somebody new is told once and hears of us soon")
  func newcomer() throws {
    var discovery = Discovery(beacon(1), seed: 1, at: .zero)
    _ = run(&discovery, to: 10_000)
    let moment = Instant.zero + .seconds(10)
    for _ in 0..<5 { discovery.receive(beacon(2), over: try path(2), at: moment) }
    let done = run(&discovery, to: 20_000)
    let found = Discovery.Action.found(.ipv4(IPv4Address(10, 0, 0, 2), port: 8080))
    #expect(done.map(\.action) == [.announce, found])
    #expect(done[0].time <= 10_100)
    #expect(done[1].time == 10_200)
    discovery.receive(beacon(2), over: try path(2), at: moment + .seconds(10))
    #expect(run(&discovery, to: 25_000).isEmpty)
  }

  @Test("one that only tries is answered, and not found; others of another kind are nothing to us")
  func kinds() throws {
    var discovery = Discovery(beacon(1), seed: 1, at: .zero)
    _ = run(&discovery, to: 10_000)
    discovery.receive(beacon(2, .tcp), over: try path(2), at: .zero + .seconds(10))
    #expect(run(&discovery, to: 15_000).isEmpty)
    discovery.receive(beacon(3, .trial), over: try path(2), at: .zero + .seconds(15))
    #expect(run(&discovery, to: 16_000).map(\.action) == [.announce])
    discovery.receive(beacon(1), over: try path(2), at: .zero + .seconds(16))
    #expect(run(&discovery, to: 20_000).isEmpty, "that was ourselves")
  }

  @Test("a flood of strangers makes neither many announcements nor many finds")
  func flood() throws {
    var discovery = Discovery(beacon(1), seed: 1, at: .zero)
    var random = Seeded(seed: 7)
    var done: [(time: Int, action: Discovery.Action)] = []
    for millisecond in 1...60_000 {
      let kind: Beacon.Kind = millisecond % 7 == 0 ? .trial : .udp
      discovery.receive(
        beacon(random.next() | 2, kind), over: try path(UInt8(millisecond % 250 + 2)),
        at: .zero + .milliseconds(millisecond))
      done += run(&discovery, to: millisecond)
    }
    let announced = done.filter { $0.action == .announce }
    // The burst, one or two by the clock, ten at once and ten in the minute.
    #expect(announced.count <= 3 + 2 + 10 + 10)
    #expect(done.count - announced.count <= 8 + 60)
  }

  @Test("one that has moved is found again, once its old place is silent for long")
  func moved() throws {
    var discovery = Discovery(beacon(1), seed: 1, at: .zero)
    discovery.receive(beacon(2), over: try path(2), at: .zero)
    _ = run(&discovery, to: 1_000)
    discovery.receive(beacon(2), over: try path(3), at: .zero + .seconds(100))
    #expect(!run(&discovery, to: 101_000).contains { $0.action != .announce })
    discovery.receive(beacon(2), over: try path(3), at: .zero + .seconds(160))
    let again = run(&discovery, to: 161_000).map(\.action).filter { $0 != .announce }
    #expect(again == [.found(.ipv4(IPv4Address(10, 0, 0, 3), port: 8080))])
  }

  /// Machines with up to three networks of both families, all of which they share.
  @Test(
    "all find each other once, and both by the same network",
    arguments: 1...30 as ClosedRange<UInt64>)
  func everybody(seed: UInt64) throws {
    var random = Seeded(seed: seed)
    let machines = Int.random(in: 2...5, using: &random)
    let networks = Int.random(in: 1...3, using: &random)
    func link(_ machine: Int, _ network: Int) -> DiscoveryLink {
      let way: DiscoveryLink.Way =
        (Int(seed) + network) % 2 == 0
        ? .group(IPv4Address(10, UInt8(network), 0, UInt8(machine + 1)), prefix: 24)
        : .group6(IPv6Address(high: 0xfe80 << 48, low: UInt64(network * 100 + machine)))
      return DiscoveryLink("eth\(network)", index: UInt32(network + 1), way)
    }
    var all = (0..<machines).map { machine in
      Discovery(
        Beacon(.tcp, port: UInt16(1_000 + machine), instance: UInt64(machine)),
        seed: random.next(),
        at: .zero + .milliseconds(Int.random(in: 0...5_000, using: &random)))
    }
    // What each machine has found, and by which network.
    var found: [[UInt16: Int]] = Array(repeating: [:], count: machines)
    for millisecond in 0...10_000 {
      let now = Instant.zero + .milliseconds(millisecond)
      for machine in all.indices where all[machine].deadline <= now {
        all[machine].expire(at: now)
        while let action = all[machine].next() {
          switch action {
          case .announce:
            let order = (0..<networks).shuffled(using: &random)
            for network in order {
              for other in all.indices {
                let source = link(machine, network).address
                let path = try #require(link(other, network).path(from: source))
                all[other].receive(all[machine].beacon, over: path, at: now)
              }
            }
          case .found(let endpoint):
            let port = try #require(endpoint.port)
            let peer = Int(port) - 1_000
            let network = try #require(
              (0..<networks).first { link(peer, $0).address.host == endpoint.host })
            #expect(found[machine].updateValue(network, forKey: port) == nil, "found twice")
          }
        }
      }
    }
    for machine in all.indices {
      #expect(found[machine].count == machines - 1)
      for peer in all.indices where peer != machine {
        #expect(found[machine][UInt16(1_000 + peer)] == found[peer][UInt16(1_000 + machine)])
      }
    }
  }
}

@Suite("Discovery links")
struct DiscoveryLinkTests {
  @Test("what does not come from the link's own network is dropped")
  func onLink() throws {
    func path(_ link: DiscoveryLink.Way, _ source: String, scope: UInt32 = 3) -> DiscoveryPath? {
      let address: SocketAddress
      if let plain = IPv4Address(source) {
        address = .ipv4(plain, port: 7079)
      } else {
        address = .ipv6(IPv6Address(source) ?? .any, port: 7079, scope: scope)
      }
      return DiscoveryLink("eth0", index: 3, link).path(from: address)
    }
    let plain = DiscoveryLink.Way.group(IPv4Address(192, 168, 4, 1), prefix: 22)
    #expect(path(plain, "192.168.7.255") != nil)
    #expect(path(plain, "192.168.8.1") == nil)
    #expect(path(plain, "8.8.8.8") == nil)
    #expect(path(plain, "fe80::1") == nil)
    #expect(path(.broadcast(IPv4Address(10, 0, 0, 1), prefix: 32), "10.0.0.2") == nil)
    #expect(path(.broadcast(IPv4Address(10, 0, 0, 1), prefix: 0), "99.0.0.2") != nil)
    let long = DiscoveryLink.Way.group6(try #require(IPv6Address("fe80::1")))
    #expect(path(long, "fe80::2") != nil)
    #expect(path(long, "fe80::2", scope: 4) == nil)
    #expect(path(long, "2001:db8::1") == nil)
    #expect(path(long, "10.0.0.1") == nil)
  }

  @Test("a program is announced only where it can be reached")
  func shown() throws {
    let own = IPv4Address(10, 0, 0, 1)
    let plain = DiscoveryLink("eth0", index: 3, .group(own, prefix: 24))
    let inner = IPv6Address(high: 0xfe80 << 48, low: 1)
    let long = DiscoveryLink("eth0", index: 3, .group6(inner))
    for (local, isPlain, isLong) in [
      (.ipv4(.any, port: 1), true, false), (.ipv6(.any, port: 1), true, true),
      (.ipv4(own, port: 1), true, false), (.ipv4(.loopback, port: 1), false, false),
      (.ipv6(inner, port: 1, scope: 3), false, true),
      (.ipv6(inner, port: 1, scope: 4), false, false), (.ipv6(.loopback, port: 1), false, false),
    ] as [(SocketAddress, Bool, Bool)] {
      #expect(plain.shows(local) == isPlain, "\(local)")
      #expect(long.shows(local) == isLong, "\(local)")
    }
  }

  @Test("loopback has one way, the IPv4 group")
  func loopback() throws {
    let interface = try #require(try NetworkInterface.all().first { $0.isLoopback })
    #expect(
      DiscoveryLink.all(of: interface)
        == [
          DiscoveryLink(
            interface.name, index: interface.index, .group(.loopback, prefix: 8))
        ])
  }
}

extension DiscoveryLink {
  /// Where its machine sends from.
  fileprivate var address: SocketAddress {
    switch way {
    case .group(let address, _), .broadcast(let address, _):
      .ipv4(address, port: DiscoveryLink.port)
    case .group6(let address): .ipv6(address, port: DiscoveryLink.port, scope: index)
    }
  }
}

extension SocketAddress {
  fileprivate var host: String {
    switch self {
    case .ipv4(let address, _): "\(address)"
    case .ipv6(let address, _, let scope): "\(address)%\(scope)"
    case .unix: ""
    }
  }
}
