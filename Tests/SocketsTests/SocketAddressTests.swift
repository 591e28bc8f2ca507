import Glibc
import Sockets
import Testing

@Suite("addresses as the kernel takes them")
struct SocketAddressTests {
  static let examples: [(SocketAddress, String)] = [
    (.ipv4(IPv4Address(1, 2, 3, 4), port: 80), "1.2.3.4:80"),
    (.ipv6(.loopback, port: 80), "[::1]:80"),
    (.ipv6(IPv6Address(high: 0xfe80 << 48, low: 1), port: 65535, scope: 2), "[fe80::1%2]:65535"),
    (.ipv6(IPv6Address(mapping: .loopback), port: 0), "[::ffff:127.0.0.1]:0"),
    (UnixAddress(path: "/x").map(SocketAddress.unix) ?? .unix(.unnamed), "unix:/x"),
    (UnixAddress(abstract: "x").map(SocketAddress.unix) ?? .unix(.unnamed), "unix:@x"),
    (
      UnixAddress(path: String(repeating: "p", count: 107)).map(SocketAddress.unix)
        ?? .unix(.unnamed),
      "unix:" + String(repeating: "p", count: 107)
    ),
    (.unix(.unnamed), "unix:"),
  ]

  @Test("every address comes back from the kernel's form", arguments: examples)
  func roundTrip(address: SocketAddress, description: String) {
    let copy = address.withSockaddr { pointer, length in
      SocketAddress(sockaddr: UnsafeRawBufferPointer(start: pointer, count: Int(length)))
    }
    #expect(copy == address)
    #expect(address.description == description)
  }

  @Test("an address cut anywhere is nil or an address, never a trap", arguments: examples)
  func anyLength(address: SocketAddress, description: String) {
    address.withSockaddr { pointer, length in
      for count in 0..<Int(length) {
        let copy = SocketAddress(sockaddr: UnsafeRawBufferPointer(start: pointer, count: count))
        #expect(copy == nil || copy?.family == .unix || address.family == .ipv6)
      }
    }
    var garbage = [UInt8](repeating: 0xff, count: 128)
    #expect(garbage.withUnsafeBytes { SocketAddress(sockaddr: $0) } == nil)
    garbage.replaceSubrange(0..<2, with: [UInt8(AF_UNIX), 0])
    #expect(garbage.withUnsafeBytes { SocketAddress(sockaddr: $0) } != nil)
  }

  @Test("the kernel agrees on what it was given and what it tells")
  func kernel() throws {
    let name = try #require(UnixAddress(abstract: "parley-test-\(getpid())"))
    for address in [
      SocketAddress.ipv4(.loopback, port: 0), .ipv6(.loopback, port: 0), .unix(name),
    ] {
      let descriptor = socket(address.family.rawValue, CInt(SOCK_STREAM.rawValue), 0)
      try #require(descriptor >= 0)
      defer { close(descriptor) }
      let bound = address.withSockaddr { pointer, length in
        bind(descriptor, pointer.assumingMemoryBound(to: sockaddr.self), length)
      }
      #expect(bound == 0)
      let (result, told) = SocketAddress.reading { pointer, length in
        getsockname(descriptor, pointer.assumingMemoryBound(to: sockaddr.self), length)
      }
      #expect(result == 0)
      switch (address, told) {
      case (.ipv4(let given, _), .ipv4(let got, let port)): #expect(given == got && port != 0)
      case (.ipv6(let given, _, _), .ipv6(let got, let port, _)): #expect(given == got && port != 0)
      case (let given, let got): #expect(given == got)
      }
    }
  }

  @Test("a socket that was never bound is unnamed")
  func unnamed() throws {
    var pair: [CInt] = [-1, -1]
    try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &pair) == 0)
    defer { pair.forEach { close($0) } }
    let (_, peer) = SocketAddress.reading { pointer, length in
      getpeername(pair[0], pointer.assumingMemoryBound(to: sockaddr.self), length)
    }
    #expect(peer == .unix(.unnamed))
  }

  @Test("loopback is 127.0.0.0/8, ::1 and their mapped forms, and nothing else")
  func loopback() {
    #expect(SocketAddress.ipv4(IPv4Address(127, 9, 9, 9), port: 1).isLoopback)
    #expect(SocketAddress.ipv6(.loopback, port: 1).isLoopback)
    #expect(SocketAddress.ipv6(IPv6Address(mapping: .loopback), port: 1).isLoopback)
    #expect(!SocketAddress.ipv4(.any, port: 1).isLoopback)
    #expect(!SocketAddress.ipv6(.any, port: 1).isLoopback)
    #expect(!SocketAddress.unix(.unnamed).isLoopback)
  }

  @Test("a peer cannot move the cursor with the name of its socket")
  func hostileName() {
    let escape = UnixAddress(abstract: [0x1b, 0x5b, 0x32, 0x4a])
    #expect(escape?.description == "unix:@\\x1b[2J")
    #expect(UnixAddress(abstract: [0xff, 0x0a, 0x61])?.description == "unix:@\\xff\\x0aa")
    #expect(UnixAddress(path: "/é")?.description == "unix:/é")
    #expect(UnixAddress(path: "/\u{202e}")?.description == "unix:/\\xe2\\x80\\xae")
    #expect(UnixAddress(path: "") == nil)
    #expect(UnixAddress(path: "a\0b") == nil)
    #expect(UnixAddress(abstract: String(repeating: "a", count: 108)) == nil)
  }

  @Test("a kernel address is an address that resolves to itself")
  func asAddress() throws {
    for (address, description) in Self.examples where address != .unix(.unnamed) {
      #expect(try Address(description) == Address(address))
    }
  }
}
