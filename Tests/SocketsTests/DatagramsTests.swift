import Glibc
import Testing

@testable import Sockets

@Suite("datagrams")
struct DatagramsTests {
  static let loopbacks: [SocketAddress] = [
    .ipv4(.loopback, port: 0), .ipv6(.loopback, port: 0),
  ]

  @Test("a message comes whole, once, and with its sender", arguments: loopbacks)
  func roundTrip(address: SocketAddress) async throws {
    try await EventLoop.run { loop in
      let alice = try await Datagrams.bind(address, on: loop)
      let bob = try await Datagrams.bind(address, on: loop)
      #expect(alice.localAddress.port != 0)
      for text in ["hello", "", String(repeating: "x", count: 60_000)] {
        try await alice.send(Array(text.utf8), to: bob.localAddress)
        let datagram = try await bob.receive(timeout: .seconds(60))
        #expect(datagram == .init(bytes: Array(text.utf8), sender: alice.localAddress))
        #expect(!datagram.isTruncated)
      }
    }
  }

  @Test("a socket is bound to the first address of a name that the machine has, and text is UTF-8")
  func boundByName() async throws {
    let resolver = Resolver { _ throws(SocketError) in
      // The first is in a network for documentation: no machine has it.
      [.ipv4(IPv4Address(rawValue: 0xC000_0201), port: 0), .ipv4(.loopback, port: 0)]
    }
    try await EventLoop.run { loop in
      let alice = try await Datagrams.bind(Address("127.0.0.1:0"), on: loop)
      let bob = try await Datagrams.bind(Address("name:0"), on: loop, resolver: resolver)
      #expect(bob.localAddress.isLoopback && bob.localAddress.port != 0)
      try await alice.send("è €", to: bob.localAddress)
      let datagram = try await bob.receive(timeout: .seconds(60))
      #expect(datagram.bytes.count == 6 && datagram.text == "è €")
      try await alice.send([0xC3, 0x28], to: bob.localAddress)
      let broken = try await bob.receive(timeout: .seconds(60))
      #expect(broken.text == "\u{FFFD}(")
      _ = await #expect {
        _ = try await Datagrams.bind(Address("192.0.2.1:0"), on: loop)
      } throws: { error in
        (error as? SocketError)?.code == EADDRNOTAVAIL
      }
    }
  }

  @Test("a receive that waits gets the next message, and the one behind it in line the one after")
  func waits() async throws {
    try await EventLoop.run { loop in
      let alice = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      let bob = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      try await withThrowingTaskGroup(of: [UInt8].self) { group in
        for _ in 0..<3 { group.addTask { try await bob.receive().bytes } }
        for number in 0..<3 as Range<UInt8> {
          try await alice.send([number], to: bob.localAddress)
        }
        var received: Set<[UInt8]> = []
        for try await bytes in group { received.insert(bytes) }
        #expect(received == [[0], [1], [2]])
      }
    }
  }

  @Test("what does not fit is cut, and the datagram says how much there was", arguments: [0, 1, 9])
  func truncation(room: Int) async throws {
    try await EventLoop.run { loop in
      let alice = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      let bob = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      try await alice.send(Array("0123456789".utf8), to: bob.localAddress)
      try await alice.send(Array("next".utf8), to: bob.localAddress)
      let datagram = try await bob.receive(atMost: room, timeout: .seconds(60))
      #expect(datagram.bytes == Array("0123456789".utf8.prefix(room)))
      #expect(datagram.isTruncated && datagram.originalCount == 10)
      let next = try await bob.receive(atMost: 4, timeout: .seconds(60))
      #expect(next.bytes == Array("next".utf8) && !next.isTruncated)
    }
  }

  @Test("a buffer that is used again holds the message alone, and the envelope tells the rest")
  func intoBuffer() async throws {
    try await EventLoop.run { loop in
      let alice = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      let bob = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      var buffer = Array("old".utf8)
      for text in ["a longer one", "", "short"] {
        try await alice.send(Array(text.utf8), to: bob.localAddress)
        let envelope = try await bob.receive(into: &buffer, atMost: 6, timeout: .seconds(60))
        #expect(buffer == Array(text.utf8.prefix(6)))
        #expect(envelope.sender == alice.localAddress && envelope.count == buffer.count)
        #expect(envelope.originalCount == text.utf8.count)
        #expect(envelope.isTruncated == (text.utf8.count > 6))
      }
      await #expect(throws: SocketError.self) {
        try await bob.receive(into: &buffer, timeout: .after(.zero))
      }
      #expect(buffer.isEmpty)
    }
  }

  @Test("a dual-stack socket speaks to IPv4 peers and sees them as such")
  func dualStack() async throws {
    try await EventLoop.run { loop in
      let both = try await Datagrams.bind(.ipv6(.any, port: 0), on: loop)
      let four = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      let port = try #require(both.localAddress.port)
      try await four.send([4], to: .ipv4(.loopback, port: port))
      let datagram = try await both.receive(timeout: .seconds(60))
      #expect(datagram.sender == four.localAddress)
      try await both.send([6], to: datagram.sender)
      #expect(
        try await four.receive(timeout: .seconds(60)).sender == .ipv4(.loopback, port: port))
    }
  }

  @Test("the largest message is sent, a larger one is refused with the reason")
  func largest() async throws {
    try await EventLoop.run { loop in
      let socket = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      try await socket.send([UInt8](repeating: 1, count: 65_507), to: socket.localAddress)
      #expect(try await socket.receive(timeout: .seconds(60)).bytes.count == 65_507)
      await #expect {
        try await socket.send([UInt8](repeating: 1, count: 65_508), to: socket.localAddress)
      } throws: {
        "\($0)" == "send \(socket.localAddress): Message too long"
      }
    }
  }

  @Test("broadcasts are refused until they are asked for")
  func broadcast() async throws {
    try await EventLoop.run { loop in
      let receiver = try await Datagrams.bind(.ipv4(.any, port: 0), on: loop)
      let port = try #require(receiver.localAddress.port)
      let everybody = SocketAddress.ipv4(IPv4Address(127, 255, 255, 255), port: port)
      let shy = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      await #expect {
        try await shy.send([1], to: everybody)
      } throws: {
        "\($0)" == "send 127.255.255.255:\(port): Permission denied"
      }
      var options = Datagrams.Options()
      options.broadcast = true
      let loud = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop, options: options)
      try await loud.send([2], to: everybody)
      #expect(try await receiver.receive(timeout: .seconds(60)).bytes == [2])
    }
  }

  @Test(
    "a connected socket hears its peer alone, and hears when nobody is there",
    arguments: loopbacks)
  func connected(address: SocketAddress) async throws {
    try await EventLoop.run { loop in
      let peer = try await Datagrams.bind(address, on: loop)
      let stranger = try await Datagrams.bind(address, on: loop)
      let socket = try await Datagrams.bind(address, on: loop)
      try await socket.connect(to: peer.localAddress)
      try await stranger.send([1], to: socket.localAddress)
      try await peer.send([2], to: socket.localAddress)
      #expect(try await socket.receive(timeout: .seconds(60)).bytes == [2])
      try await socket.send([3], to: peer.localAddress)
      #expect(try await peer.receive(timeout: .seconds(60)).bytes == [3])
      peer.close()
      try await socket.send([4], to: peer.localAddress)
      await #expect {
        try await socket.receive(timeout: .seconds(60))
      } throws: {
        ($0 as? SocketError)?.code == ECONNREFUSED
      }
    }
  }

  @Test("a socket that cannot be bound says which and why")
  func portInUse() async throws {
    try await EventLoop.run { loop in
      let first = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      await #expect {
        try await Datagrams.bind(first.localAddress, on: loop)
      } throws: {
        "\($0)" == "bind \(first.localAddress): Address already in use"
      }
      await #expect {
        try await Datagrams.bind(.unix(.unnamed), on: loop)
      } throws: {
        ($0 as? SocketError)?.code == EAFNOSUPPORT
      }
    }
  }

  @Test("waiting ends on cancellation, on time-out and on close, and loses no datagram")
  func waitingEnds() async throws {
    try await EventLoop.run { loop in
      let socket = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      await withTaskGroup(of: Bool.self) { group in
        group.addTask {
          do {
            _ = try await socket.receive()
            return false
          } catch { return error is CancellationError }
        }
        group.cancelAll()
        for await wasCancelled in group { #expect(wasCancelled) }
      }
      await #expect {
        try await socket.receive(timeout: .milliseconds(1))
      } throws: { error in
        (error as? SocketError)?.reason == .timedOut(after: .milliseconds(1))
          && "\(error)".hasPrefix("receive \(socket.localAddress): timed out")
      }
      try await socket.send([7], to: socket.localAddress)
      #expect(try await socket.receive(timeout: .seconds(60)).bytes == [7])
      socket.close()
      await #expect {
        try await socket.receive()
      } throws: {
        ($0 as? SocketError)?.reason == .closed
      }
      await #expect {
        try await socket.send([1], to: socket.localAddress)
      } throws: {
        ($0 as? SocketError)?.reason == .closed
      }
    }
  }

  @Test("it may be used from another loop and from no loop at all")
  func crossesLoops() async throws {
    let received = try await EventLoop.run { home in
      let socket = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: home)
      return try await EventLoop.run { _ in
        try await socket.send([1, 2, 3], to: socket.localAddress)
        return try await socket.receive(timeout: .seconds(60)).bytes
      }
    }
    #expect(received == [1, 2, 3])
  }
}
