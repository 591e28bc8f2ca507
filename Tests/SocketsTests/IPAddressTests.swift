import Glibc
import Sockets
import Testing

@Suite("IP addresses")
struct IPAddressTests {
  @Test(
    "IPv4 reads only four plain decimal numbers",
    arguments: [
      "", ".", "1", "1.2.3", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4.", "1.2.3.4.5", "256.1.1.1",
      "1.2.3.999999999999", "01.2.3.4", "00.0.0.0", "1.2.3.0x4", "+1.2.3.4", "-1.2.3.4", "1.2.3.4 ",
      " 1.2.3.4", "1.2.3.٤", "１.2.3.4", "1.2.3.4\0",
    ])
  func refusesIPv4(text: String) {
    #expect(IPv4Address(text) == nil)
  }

  @Test("IPv4 text and bytes are inverse")
  func roundTripIPv4() {
    var random = Seeded(seed: 4)
    for _ in 0..<2_000 {
      let address = IPv4Address(rawValue: random.next())
      #expect(IPv4Address(address.description) == address)
      #expect(address.bytes.count == 4)
    }
    #expect(IPv4Address("127.0.0.1") == .loopback)
    #expect(IPv4Address("255.255.255.255") == .broadcast)
    #expect(IPv4Address(1, 2, 3, 4).bytes == [1, 2, 3, 4])
  }

  @Test(
    "IPv6 is written as RFC 5952 wants it",
    arguments: [
      ("0:0:0:0:0:0:0:0", "::"), ("0:0:0:0:0:0:0:1", "::1"), ("1::", "1::"),
      ("2001:DB8::0001", "2001:db8::1"), ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
      ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
      ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::ffff:1.2.3.4", "::ffff:1.2.3.4"),
      ("::ffff:102:304", "::ffff:1.2.3.4"), ("::1.2.3.4", "::102:304"),
      ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
      ("1:0:0:4:5:6:0:0", "1::4:5:6:0:0"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
    ])
  func canonical(text: String, expected: String) throws {
    let address = try #require(IPv6Address(text))
    #expect(address.description == expected)
    #expect(IPv6Address(expected) == address)
  }

  @Test(
    "IPv6 refuses every other text",
    arguments: [
      "", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1::",
      "1::2::3",
      ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:", "::12345", "::g", "1.2.3.4", "::1.2.3", "::1.2.3.4:5",
      "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "::01.2.3.4", "[::1]", "::1%lo", "::1/128", " ::1",
      "::1 ",
      "::+1", "::-1", "::１", "::1\0", "0000:0000:0000:0000:0000:0000:0000:0000:",
    ])
  func refusesIPv6(text: String) {
    #expect(IPv6Address(text) == nil)
  }

  @Test("IPv6 reads exactly what the C library reads, and writes what it writes")
  func agreesWithTheCLibrary() throws {
    var random = Seeded(seed: 6)
    let pieces = [
      ":", "::", "0", "1", "ff", "00ab", "FFFF", "10000", "1.2.3.4", "256.0.0.1", "", ".",
    ]
    for _ in 0..<20_000 {
      let count = Int(random.next() % 18)
      let text = (0..<count).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
      #expect(IPv6Address(text)?.bytes == inet6(text), "\(text)")
    }
    for _ in 0..<5_000 {
      // Groups are often zero, so that runs of zeros of every kind appear.
      let bytes = (0..<8).flatMap { _ in
        let group: UInt16 = random.next() % 3 == 0 ? random.next() : 0
        return [UInt8(group >> 8), UInt8(truncatingIfNeeded: group)]
      }
      // The C library writes ::1.2.3.4 for the addresses that RFC 4291 deprecated.
      guard bytes.prefix(12).contains(where: { $0 != 0 }) else { continue }
      let address = try #require(IPv6Address(bytes: bytes))
      #expect(address.description == text(bytes))
      #expect(address.bytes == bytes)
    }
  }

  @Test("an IPv4 address and its mapped form stand for the same machine")
  func mapped() {
    let mapped = IPv6Address(mapping: IPv4Address(127, 1, 2, 3))
    #expect(mapped.description == "::ffff:127.1.2.3")
    #expect(mapped.mapped == IPv4Address(127, 1, 2, 3))
    #expect(mapped.isLoopback)
    #expect(IPv6Address.loopback.mapped == nil)
    #expect(IPv6Address("fe80::1")?.isLinkLocal == true)
    #expect(IPv6Address("fec0::1")?.isLinkLocal == false)
    #expect(IPv6Address(bytes: [1, 2, 3]) == nil)
  }

  private func inet6(_ text: String) -> [UInt8]? {
    var address = in6_addr()
    guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
    return withUnsafeBytes(of: address) { Array($0) }
  }

  private func text(_ bytes: [UInt8]) -> String {
    var room = [CChar](repeating: 0, count: 64)
    guard inet_ntop(AF_INET6, bytes, &room, 64) != nil else { return "?" }
    return room.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "?" }
  }
}

/// A random number generator whose sequence depends on its seed alone (SplitMix64).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
