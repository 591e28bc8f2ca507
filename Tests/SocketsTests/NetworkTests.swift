import Sockets
import Testing

@Suite("networks and address filters")
struct NetworkTests {
  @Test(
    "a network contains what begins with its bits",
    arguments: [
      ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
      ("192.168.4.0/22", "192.168.7.255", "192.168.8.0"),
      ("1.2.3.4", "1.2.3.4", "1.2.3.5"), ("1.2.3.4/32", "1.2.3.4", "1.2.3.5"),
      ("0.0.0.0/0", "255.255.255.255", "::1"), ("::1", "::1", "::2"),
      ("fe80::/10", "febf::1", "fec0::1"),
      ("2001:db8::/64", "2001:db8::ffff", "2001:db8:0:1::"),
      ("2001:db8::/65", "2001:db8::1", "2001:db8::8000:0:0:0"),
      ("::/0", "ffff::1", "1.2.3.4"), ("::ffff:10.0.0.0/104", "10.1.2.3", "11.0.0.0"),
      ("::ffff:1.2.3.4", "1.2.3.4", "1.2.3.5"), (" 10.0.0.0/8 ", "10.0.0.1", "9.0.0.1"),
    ])
  func containsItsAddresses(network: String, inside: String, outside: String) throws {
    let network = try Network(network)
    #expect(contains(network, inside))
    #expect(!contains(network, outside))
    #expect(try Network(network.description) == network)
  }

  @Test("an IPv4 peer of a dual-stack listener is in its IPv4 network and in no IPv6 one")
  func mapped() throws {
    let peer = try #require(IPv6Address("::ffff:10.1.2.3"))
    #expect(try Network("10.0.0.0/8").contains(peer))
    #expect(try !Network("11.0.0.0/8").contains(peer))
    #expect(try !Network("::/0").contains(peer))
    #expect(try !Network("::/80").contains(peer))
    #expect(Network(peer) == Network(IPv4Address(10, 1, 2, 3)))
  }

  @Test(
    "what is not a network is refused with the reason",
    arguments: [
      ("", .notANetwork), ("host", .notANetwork), ("10.0.0.0/", .prefixLength),
      ("10.0.0.0/33", .prefixLength), ("::/129", .prefixLength), ("10.0.0.0/-1", .prefixLength),
      ("10.0.0.0/+8", .prefixLength), ("10.0.0.0/8/8", .prefixLength),
      ("10.0.0.0/255.0.0.0", .prefixLength), ("10.0.0.0/99999999999999999999", .prefixLength),
      ("10.0.0.0 /8", .notANetwork), ("fe80::1%eth0", .notANetwork), ("[::1]", .notANetwork),
      ("10/8", .notANetwork),
    ] as [(String, AddressError.Reason)])
  func refuses(text: String, reason: AddressError.Reason) {
    #expect { try Network(text) } throws: { ($0 as? AddressError)?.reason == reason }
  }

  @Test("bits after the prefix are refused, with the network that was probably meant")
  func hostBits() {
    #expect { try Network("10.1.2.3/8") } throws: { error in
      "\(error)"
        == #"address "10.1.2.3/8": Bits after the prefix are not zero, did you mean 10.0.0.0/8?"#
    }
    #expect(throws: AddressError.self) { try Network("2001:db8::1/64") }
  }

  @Test("deny wins, and an allow list refuses everybody else")
  func filter() throws {
    let local = SocketAddress.ipv4(.loopback, port: 1)
    let mapped = SocketAddress.ipv6(IPv6Address(mapping: .loopback), port: 1)
    let other = SocketAddress.ipv4(IPv4Address(10, 0, 0, 1), port: 1)
    let six = SocketAddress.ipv6(.loopback, port: 1)
    let unix = SocketAddress.unix(.unnamed)
    let loopback = try Network("127.0.0.0/8")

    let allowing = AddressFilter(allowed: [loopback])
    #expect(
      [local, mapped, other, six, unix].map(allowing.allows) == [true, true, false, false, true])
    let denying = AddressFilter(denied: [loopback])
    #expect(
      [local, mapped, other, six, unix].map(denying.allows) == [false, false, true, true, true])
    let both = AddressFilter(allowed: [loopback], denied: [try Network("127.0.0.1")])
    #expect([local, mapped, other, six].map(both.allows) == [false, false, false, false])
    #expect(both.allows(.ipv4(IPv4Address(127, 0, 0, 2), port: 1)))
    #expect([local, mapped, other, six, unix].allSatisfy(AddressFilter().allows))
  }

  @Test("the filter agrees with a comparison bit by bit")
  func agreesWithModel() throws {
    var random = Seeded(seed: 12)
    for _ in 0..<5_000 {
      let (address, base): (UInt32, UInt32) = (random.next(), random.next())
      let length = Int(random.next() % 33)
      let near = random.next() % 2 == 0 ? base ^ (1 << UInt32(random.next() % 32)) : address
      let bits = { (value: UInt32) in (0..<32).map { value >> (31 - $0) & 1 } }
      let masked = bits(base).prefix(length).enumerated()
        .reduce(UInt32(0)) { $0 | $1.element << UInt32(31 - $1.offset) }
      let network = try Network("\(IPv4Address(rawValue: masked))/\(length)")
      let expected = bits(near).prefix(length) == bits(base).prefix(length)
      #expect(network.contains(IPv4Address(rawValue: near)) == expected)
    }
  }

  private func contains(_ network: Network, _ text: String) -> Bool {
    if let address = IPv4Address(text) { return network.contains(address) }
    return IPv6Address(text).map(network.contains) ?? false
  }
}
