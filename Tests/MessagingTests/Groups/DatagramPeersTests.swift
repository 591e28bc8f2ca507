import Messaging
import Sockets
import Testing
import Wire

@Suite("peers by datagram")
struct DatagramPeersTests {
  private var peers = DatagramPeers()
  private let alice = SocketAddress.ipv4(IPv4Address(127, 0, 0, 1), port: 8080)
  private let bob = SocketAddress.ipv4(IPv4Address(127, 0, 0, 1), port: 8081)
  private let start = Instant(nanoseconds: 5)

  private static func stranger(_ number: Int) -> SocketAddress {
    .ipv4(IPv4Address(rawValue: 0x0a00_0000 + UInt32(number)), port: 9)
  }

  @Test("whoever is named is known at once, once, and for good")
  mutating func named() {
    #expect(peers.name(alice, at: start) == .added)
    #expect(peers.name(alice, at: start) == .already)
    for _ in 0..<20 { #expect(peers.recipients(ofBytes: 1024) == [alice]) }
    #expect(peers.deadline == nil)
    #expect(peers.hear(alice, at: start) == .known)
    #expect(peers.hear(alice, at: start) == .again)
    #expect(peers.expire(at: start + .seconds(600)) == [alice])
    #expect(peers[alice]?.presence == .silent)
    #expect(peers.recipients(ofBytes: 1024) == [alice])
    #expect(peers.hear(alice, at: start + .seconds(900)) == .back)
  }

  @Test("however many a network announces, half of the places are for people to name")
  mutating func found() {
    for number in 0..<300 {
      let outcome = peers.name(Self.stranger(number), isFound: true, at: start)
      #expect(outcome == (number < 128 ? .added : .full))
    }
    for number in 300..<428 { #expect(peers.name(Self.stranger(number), at: start) == .added) }
    #expect(peers.name(alice, at: start) == .full)
  }

  @Test("whoever is heard once gets three datagrams, and all when it is heard again")
  mutating func heardOnce() {
    #expect(peers.hear(alice, at: start) == .first)
    for _ in 0..<3 { #expect(peers.recipients(ofBytes: 60) == [alice]) }
    #expect(peers.recipients(ofBytes: 60) == [])
    #expect(peers.hear(alice, at: start) == .known)
    for _ in 0..<50 { #expect(peers.recipients(ofBytes: 1024) == [alice]) }
  }

  @Test("three kibibytes with their headers are the most for somebody who was heard once")
  mutating func bytes() {
    _ = peers.hear(alice, at: start)
    #expect(peers.recipients(ofBytes: 1024) == [alice])
    #expect(peers.recipients(ofBytes: .max) == [])
    #expect(peers.recipients(ofBytes: 1024) == [alice])
    #expect(peers.recipients(ofBytes: 3072 - 2 * 1072 - 47) == [])
    #expect(peers.recipients(ofBytes: 3072 - 2 * 1072 - 48) == [alice])
  }

  @Test("32 at most are provisional, and the oldest goes first")
  mutating func provisional() {
    _ = peers.name(alice, at: start)
    for number in 0..<33 { #expect(peers.hear(Self.stranger(number), at: start) == .first) }
    #expect(peers.provisionalCount == 32)
    #expect(peers[Self.stranger(0)] == nil)
    #expect(peers.recipients(ofBytes: 1).count == 33)
    #expect(peers.hear(Self.stranger(1), at: start) == .known)
    #expect(peers.hear(Self.stranger(0), at: start) == .first)
    #expect(peers.provisionalCount == 32)
    #expect(peers[Self.stranger(2)] != nil)
  }

  @Test("of too many that were heard the one that is away goes, else the longest silent")
  mutating func heardLimit() {
    #expect(peers.name(alice, at: start) == .added)
    for number in 0..<256 {
      _ = peers.hear(Self.stranger(number), at: start)
      _ = peers.hear(Self.stranger(number), at: start)
    }
    _ = peers.hear(Self.stranger(0), at: start)
    #expect(peers.leave(Self.stranger(7), at: start) == true)
    for _ in 0..<2 { _ = peers.hear(Self.stranger(256), at: start) }
    #expect(peers[Self.stranger(7)] == nil)
    for _ in 0..<2 { _ = peers.hear(Self.stranger(257), at: start) }
    #expect(peers[Self.stranger(1)] == nil)
    #expect(peers[Self.stranger(0)] != nil)
    #expect(peers[alice] != nil)
    #expect(peers.recipients(ofBytes: 1).count == 257)
  }

  @Test("more than 256 cannot be named")
  mutating func namedLimit() {
    for number in 0..<256 { #expect(peers.name(Self.stranger(number), at: start) == .added) }
    #expect(peers.name(alice, at: start) == .full)
    #expect(peers.name(Self.stranger(3), at: start) == .already)
    #expect(peers.hear(alice, at: start) == .first)
  }

  @Test("a leave takes away its sender until it is heard or named again", arguments: [true, false])
  mutating func leave(isNamed: Bool) {
    _ = isNamed ? [peers.name(alice, at: start)] : []
    _ = peers.hear(alice, at: start)
    _ = peers.hear(alice, at: start)
    _ = peers.name(bob, at: start)
    #expect(peers.leave(alice, at: start) == true)
    #expect(peers.leave(alice, at: start) == false)
    #expect(peers.recipients(ofBytes: 1) == [bob])
    #expect(peers.hear(alice, at: start) == .back)
    #expect(peers.recipients(ofBytes: 1) == [alice, bob])
    #expect(peers.leave(alice, at: start) == true)
    #expect(peers.name(alice, at: start) == .added)
    #expect(peers.recipients(ofBytes: 1) == [alice, bob])
  }

  @Test("a stranger that leaves is nobody")
  mutating func strangerLeaves() {
    #expect(peers.leave(alice, at: start) == false)
    #expect(peers.all.isEmpty)
    _ = peers.hear(alice, at: start)
    #expect(peers.leave(alice, at: start) == true)
    #expect(peers.all.isEmpty)
  }

  @Test("whoever was only heard is presumed gone after ten minutes, and comes back")
  mutating func silence() {
    for _ in 0..<2 { _ = peers.hear(alice, at: start) }
    _ = peers.hear(bob, at: start)
    #expect(peers.deadline == start + .seconds(600))
    _ = peers.hear(alice, at: start + .seconds(1))
    #expect(peers.expire(at: start + .seconds(600)) == [])
    #expect(peers.all.map(\.endpoint) == [alice])
    #expect(peers.deadline == start + .seconds(601))
    #expect(peers.expire(at: start + .seconds(601)) == [alice])
    #expect(peers.expire(at: start + .seconds(9999)) == [])
    #expect(peers.deadline == nil)
    #expect(peers.recipients(ofBytes: 1) == [])
    #expect(peers.hear(alice, at: start + .seconds(9999)) == .back)
    #expect(peers.recipients(ofBytes: 1) == [alice])
  }

  @Test("nobody is at a port 0, at no address, or at one of a Unix-domain socket")
  mutating func impossible() throws {
    for address in [
      SocketAddress.ipv4(IPv4Address(127, 0, 0, 1), port: 0), .ipv4(.any, port: 80),
      .ipv6(.any, port: 80), .unix(.unnamed),
    ] {
      #expect(peers.name(address, at: start) == .impossible)
      #expect(peers.hear(address, at: start) == .impossible)
      #expect(peers.leave(address, at: start) == false)
    }
    #expect(peers.all.isEmpty)
  }

  @Test("an IPv4 address in IPv6 clothes is the same peer")
  mutating func clothes() throws {
    let mapped = try #require(IPv6Address("::ffff:127.0.0.1"))
    #expect(peers.name(.ipv6(mapped, port: 8080), at: start) == .added)
    #expect(peers.name(alice, at: start) == .already)
    #expect(peers.hear(.ipv6(mapped, port: 8080), at: start) == .known)
    #expect(peers.recipients(ofBytes: 1) == [alice])
  }

  @Test("ten thousand strangers neither push out a peer nor get more than their share")
  mutating func flood() {
    for _ in 0..<2 { _ = peers.hear(alice, at: start) }
    _ = peers.name(bob, at: start)
    var sent: [SocketAddress: Int] = [:]
    for number in 0..<10_000 {
      _ = peers.hear(Self.stranger(number), at: start)
      guard number % 5 == 0 else { continue }
      #expect(peers.provisionalCount <= 32)
      for recipient in peers.recipients(ofBytes: 80) { sent[recipient, default: 0] += 1 }
    }
    #expect(sent.removeValue(forKey: alice) == 2000)
    #expect(sent.removeValue(forKey: bob) == 2000)
    #expect(sent.values.max() == 3)
    #expect(peers.all.count == 34)
  }
}
