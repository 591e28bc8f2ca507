import Glibc
import Sockets
import Testing

@Suite("multicast groups")
struct GroupTests {
  @Test(
    "a text is read and written alike",
    arguments: ["239.1.2.3", "224.0.0.1%lo", "ff02::1%3", "ff15::beef"])
  func text(text: String) throws {
    let group = try MulticastGroup(text)
    #expect(group.description == text)
    #expect(try MulticastGroup("  \(text)\n") == group)
    #expect(group.family == (text.contains(":") ? .ipv6 : .ipv4))
  }

  @Test(
    "what is not a group is named with the reason",
    arguments: [
      ("", .notMulticast), ("10.0.0.1", .notMulticast), ("223.255.255.255", .notMulticast),
      ("240.0.0.0", .notMulticast), ("fe80::1%lo", .notMulticast), ("239.1.2", .notMulticast),
      ("239.1.2.3:80", .notMulticast), ("[ff02::1]", .notMulticast), ("%lo", .notMulticast),
      ("239.1.2.3%", .scope), ("239.1.2.3%a%b", .scope), ("ff02::1%sixteen-letters!", .scope),
    ] as [(String, AddressError.Reason)])
  func refused(text: String, reason: AddressError.Reason) {
    #expect {
      try MulticastGroup(text)
    } throws: {
      let error = $0 as? AddressError
      return error?.reason == reason && error?.text == text
    }
  }

  @Test("who has joined hears what is sent to the group, and nobody else does")
  func membership() async throws {
    let group = try MulticastGroup("239.255.77.1%lo")
    try await EventLoop.run { loop in
      var options = Datagrams.Options()
      options.reusePort = true
      let member = try await Datagrams.bind(.ipv4(.any, port: 0), on: loop, options: options)
      let stranger = try await Datagrams.bind(member.localAddress, on: loop, options: options)
      let sender = try await Datagrams.bind(.ipv4(.any, port: 0), on: loop)
      try await sender.sendToGroups(through: "lo")
      try await stranger.join(try MulticastGroup("239.255.77.2%lo"))
      try await member.join(group)
      let address = try group.address(port: try #require(member.localAddress.port))
      try await sender.send([1], to: address)
      #expect(try await member.receive(timeout: .seconds(60)).bytes == [1])
      // On loopback what was sent has arrived when the send returns.
      await #expect(throws: SocketError.self) { try await stranger.receive(timeout: .after(.zero)) }
      try await member.leave(group)
      try await sender.send([2], to: address)
      await #expect(throws: SocketError.self) { try await member.receive(timeout: .after(.zero)) }
    }
  }

  @Test("an interface may be named by its number, and a dual-stack socket joins both kinds")
  func dualStack() async throws {
    try await EventLoop.run { loop in
      let member = try await Datagrams.bind(.ipv6(.any, port: 0), on: loop)
      let number = if_nametoindex("lo")
      let group = try MulticastGroup("239.255.77.3%\(number)")
      try await member.join(group)
      try await member.sendToGroups(through: "\(number)")
      let address = try group.address(port: try #require(member.localAddress.port))
      try await member.send([3], to: address)
      #expect(try await member.receive(timeout: .seconds(60)).bytes == [3])
      try await member.join(try MulticastGroup("ff02::7703%\(number)"))
    }
  }

  /// With another interface the kernel would take that one's address on loopback, too.
  @Test("datagrams to a group come from the address that was asked for")
  func source() async throws {
    try await EventLoop.run { loop in
      let group = try MulticastGroup("239.255.77.4%lo")
      let member = try await Datagrams.bind(.ipv4(.any, port: 0), on: loop)
      try await member.join(group)
      let address = try group.address(port: try #require(member.localAddress.port))
      for host in [IPv4Address.loopback, IPv4Address(127, 0, 0, 9)] {
        try await member.sendToGroups(through: "lo", from: host)
        try await member.send([3], to: address)
        let sender = try await member.receive(timeout: .seconds(60)).sender
        #expect(sender == .ipv4(host, port: try #require(member.localAddress.port)))
      }
    }
  }

  /// Linux has no route for IPv6 groups on loopback: this looks at what the kernel would hear, and the
  /// command's tests send to a group in a network of their own.
  @Test("the kernel hears an IPv6 group from the join to the leaving or the close")
  func membershipIPv6() async throws {
    @Sendable func hears(_ group: String) throws -> Bool {
      let file = try #require(fopen("/proc/self/net/igmp6", "r"))
      defer { fclose(file) }
      var line = [CChar](repeating: 0, count: 256)
      while fgets(&line, CInt(line.count), file) != nil {
        if String(decoding: line.map { UInt8(bitPattern: $0) }, as: UTF8.self).contains(group) {
          return true
        }
      }
      return false
    }
    try await EventLoop.run { loop in
      let member = try await Datagrams.bind(.ipv6(.any, port: 0), on: loop)
      let group = try MulticastGroup("ff02::77:5%lo")
      let written = "ff020000000000000000000000770005"
      try await member.join(group)
      #expect(try hears(written))
      try await member.leave(group)
      #expect(try !hears(written))
      try await member.join(group)
      #expect(try hears(written))
      member.close()
      #expect(try !hears(written))
      let ours = SocketAddress.ipv6(
        try #require(IPv6Address("ff02::77:5")), port: 5, scope: if_nametoindex("lo"))
      #expect(try group.address(port: 5) == ours)
    }
  }

  @Test("a group that cannot be joined or left says which and why")
  func failures() async throws {
    try await EventLoop.run { loop in
      let four = try await Datagrams.bind(.ipv4(.any, port: 0), on: loop)
      func expect(_ message: String, _ body: () async throws -> Void) async {
        await #expect {
          try await body()
        } throws: {
          "\($0)" == message
        }
      }
      let group = try MulticastGroup("239.255.77.4%lo")
      await expect("join 239.255.77.4%nosuch: No such device") {
        try await four.join(try MulticastGroup("239.255.77.4%nosuch"))
      }
      await expect("join ff02::7704%lo: Address family not supported by protocol") {
        try await four.join(try MulticastGroup("ff02::7704%lo"))
      }
      await expect("leave \(group): Cannot assign requested address") {
        try await four.leave(group)
      }
      try await four.join(group)
      await expect("join \(group): Address already in use") { try await four.join(group) }
      await expect("send through nosuch: No such device") {
        try await four.sendToGroups(through: "nosuch")
      }
      four.close()
      await expect("join \(group): the socket is closed") { try await four.join(group) }
    }
  }

  @Test(
    "the number of routers that a datagram may pass is read back",
    arguments: [SocketAddress.ipv4(.any, port: 0), .ipv6(.any, port: 0)])
  func hops(address: SocketAddress) async throws {
    try await EventLoop.run { loop in
      let socket = try await Datagrams.bind(address, on: loop)
      #expect(try await socket.get(.multicastHops) == 1)
      #expect(try await socket.get(.multicastLoop) == true)
      for hops in [0, 255] {
        try await socket.set(.multicastHops, to: hops)
        #expect(try await socket.get(.multicastHops) == hops)
      }
      try await socket.set(.multicastLoop, to: false)
      #expect(try await socket.get(.multicastLoop) == false)
      for wrong in [-1, 256] {
        await #expect(throws: SocketError.self) {
          try await socket.set(.multicastHops, to: wrong)
        }
      }
    }
  }
}
