import Sockets
import Testing

@testable import Chat

@Suite("bans")
struct BansTests {
  private let start = ContinuousClock.now

  private func address(_ text: String) throws -> SocketAddress {
    .ipv4(try #require(IPv4Address(text)), port: 1)
  }

  @Test("hold for their time and no longer, and for good without one")
  func time() throws {
    var bans = Bans()
    let isAdded = bans.add(try Network("10.0.0.0/8"), until: start + .seconds(5), at: start)
    #expect(isAdded)
    let isForGood = bans.add(try Network("192.0.2.1"), until: nil, at: start)
    #expect(isForGood)
    for (seconds, isIn) in [(0, true), (4, true), (5, false), (100, false)] {
      let now = start + .seconds(seconds)
      let (isHeld, isAlwaysHeld, isOther) = (
        bans.holds(try address("10.9.9.9"), at: now), bans.holds(try address("192.0.2.1"), at: now),
        bans.holds(try address("192.0.2.2"), at: now)
      )
      #expect(isHeld == isIn && isAlwaysHeld && !isOther)
    }
    let left = bans.list(at: start)
    #expect(left.map(\.network.description) == ["192.0.2.1/32"])
  }

  @Test("of one network are one, the last that was said, and can be taken back once")
  func again() throws {
    var bans = Bans()
    let network = try Network("10.0.0.0/8")
    _ = bans.add(network, until: start + .seconds(5), at: start)
    _ = bans.add(network, until: nil, at: start)
    let (count, isHeld) = (
      bans.list(at: start).count, bans.holds(try address("10.0.0.1"), at: start + .seconds(9))
    )
    #expect(count == 1 && isHeld)
    let first = bans.remove(network, at: start)
    let second = bans.remove(network, at: start)
    #expect(first && !second && bans.isEmpty)
  }

  @Test("are bounded, and room comes back with time")
  func bounded() throws {
    var bans = Bans()
    for number in 0..<Bans.limit {
      let network = try Network("10.0.\(number / 256).\(number % 256)")
      let isAdded = bans.add(network, until: start + .seconds(1), at: start)
      #expect(isAdded)
    }
    let other = try Network("192.0.2.1")
    let early = bans.add(other, until: nil, at: start)
    let late = bans.add(other, until: nil, at: start + .seconds(1))
    #expect(!early && late)
  }

  @Test("of a client are its IPv4 address, or its IPv6 /64; a client of this machine has none")
  func networks() throws {
    #expect(Network(of: try address("192.0.2.7")) == (try Network("192.0.2.7")))
    let six = SocketAddress.ipv6(try #require(IPv6Address("2001:db8::1:2")), port: 1)
    #expect(Network(of: six) == (try Network("2001:db8::/64")))
    #expect(Network(of: .unix(.unnamed)) == nil)
  }
}
