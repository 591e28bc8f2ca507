import Glibc
import Messaging
import Sockets
import Testing

@Suite("an endpoint", .timeLimit(.minutes(5)))
struct EndpointTests {
  @Sendable
  private static func echo(_ peer: MessageConnection) async throws {
    for try await message in peer { try await peer.send(message) }
  }

  @Test("serves those who dial it", arguments: Framing.allCases)
  func serves(framing: Framing) async throws {
    try await EventLoop.run { loop in
      let answers = try await Endpoint("127.0.0.1:0").listen(
        on: loop, framing: framing, Self.echo
      ) { addresses in
        #expect(addresses.count == 1 && addresses[0].port != 0)
        return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
          for number in UInt8(1)...5 {
            group.addTask {
              try await Endpoint(addresses[0]).dial(on: loop, framing: framing) { peer in
                try await peer.send([0x60 + number])
                return try await peer.receive()
              }
            }
          }
          return try await group.reduce(into: []) { $0.append($1?.first ?? 0) }
        }
      }
      #expect(answers.sorted() == [0x61, 0x62, 0x63, 0x64, 0x65])
    }
  }

  @Test("listens on all addresses of a name, on one port")
  func severalAddresses() async throws {
    let resolver = Resolver { _ throws(SocketError) in
      // The third is in a network for documentation: no machine has it.
      [
        .ipv4(.loopback, port: 0), .ipv4(IPv4Address(rawValue: 0x7F00_0002), port: 0),
        .ipv4(IPv4Address(rawValue: 0xC000_0201), port: 0),
      ]
    }
    try await EventLoop.run { loop in
      let endpoint = Endpoint(try Address("name:0"), resolver: resolver)
      try await endpoint.listen(on: loop, framing: .u32, Self.echo) { addresses in
        #expect(addresses.count == 2)
        #expect(Set(addresses.map(\.port)).count == 1)
        for address in addresses {
          let answer = try await Endpoint(address).dial(on: loop, framing: .u32) { peer in
            try await peer.send("x")
            return try await peer.receive()
          }
          #expect(answer == [0x78])
        }
      }
    }
  }

  @Test("says that the machine has no such address")
  func noSuchAddress() async throws {
    try await EventLoop.run { loop in
      _ = await #expect {
        try await Endpoint("192.0.2.1:0").listen(on: loop, framing: .u32) { _ in }
      } throws: { error in
        (error as? SocketError)?.code == EADDRNOTAVAIL
      }
    }
  }

  @Test("says that the port is in use")
  func inUse() async throws {
    try await EventLoop.run { loop in
      try await Endpoint("127.0.0.1:0").listen(on: loop, framing: .u32) { _ in
      } while: { addresses in
        _ = await #expect {
          try await Endpoint(addresses[0]).listen(on: loop, framing: .u32) { _ in }
        } throws: { error in
          (error as? SocketError)?.code == EADDRINUSE
        }
      }
    }
  }

  @Test("speaks over a Unix-domain socket too")
  func unixDomain() async throws {
    try await EventLoop.run { loop in
      let name = "unix:@parley-test-\(getpid())-\(UInt64.random(in: .min ... .max))"
      let answer = try await Endpoint(name).listen(on: loop, framing: .u16, Self.echo) {
        addresses in
        try await Endpoint(addresses[0]).dial(on: loop, framing: .u16) { peer in
          try await peer.send("local")
          return try await peer.receive()
        }
      }
      #expect(answer == [UInt8]("local"))
    }
  }

  @Test("closes the connections that it serves when its scope ends")
  func scopeEnds() async throws {
    try await EventLoop.run { loop in
      let welcomed = Inbox<Bool>(capacity: 1)
      let client = try await Endpoint("127.0.0.1:0").listen(on: loop, framing: .u32) { peer in
        try await peer.send("welcome")
        _ = try await peer.receive()
      } while: { addresses in
        let client = Task(executorPreference: loop) {
          try await Endpoint(addresses[0]).dial(on: loop, framing: .u32) { peer in
            _ = welcomed.trySend(try await peer.receive() == [UInt8]("welcome"))
            return try await peer.receive()
          }
        }
        let isWelcome = try await welcomed.receive()
        #expect(isWelcome == true)
        return client
      }
      let last = try await client.value
      #expect(last == nil)
    }
  }

  @Test("ends when its task is cancelled, and so do its connections")
  func cancelled() async throws {
    try await EventLoop.run { loop in
      let ready = Inbox<SocketAddress>(capacity: 1)
      let server = Task(executorPreference: loop) {
        try await Endpoint("127.0.0.1:0").listen(
          on: loop, framing: .u32, ready: { _ = ready.trySend($0[0]) }, Self.echo)
      }
      let address = try #require(try await ready.receive())
      try await Endpoint(address).dial(on: loop, framing: .u32) { peer in
        try await peer.send("x")
        #expect(try await peer.receive() == [0x78])
        server.cancel()
        await #expect(throws: CancellationError.self) { try await server.value }
        #expect(try await peer.receive() == nil)
      }
      _ = await #expect {
        try await Endpoint(address).dial(on: loop, framing: .u32) { _ in }
      } throws: { error in
        (error as? SocketError)?.code == ECONNREFUSED
      }
    }
  }

  @Test("goes on when one body throws, and reports it")
  func oneFails() async throws {
    try await EventLoop.run { loop in
      let incidents = Inbox<MessagingError?>(capacity: 4)
      try await Endpoint("127.0.0.1:0").listen(
        on: loop, framing: .u32,
        report: { incident in
          guard case .failed(_, let error) = incident else { return }
          _ = incidents.trySend(error as? MessagingError)
        }
      ) { peer in
        guard try await peer.receive() != [0] else { throw MessagingError.closed }
        try await peer.send("fine")
      } while: { addresses in
        for (message, answer) in [([0], nil), ([1], [UInt8]("fine"))] as [([UInt8], [UInt8]?)] {
          let received = try await Endpoint(addresses[0]).dial(on: loop, framing: .u32) { peer in
            try await peer.send(message)
            return try await peer.receive()
          }
          #expect(received == answer)
        }
        #expect(try await incidents.receive() == .some(.closed))
      }
    }
  }

  @Test("holds both sides to its limit")
  func limit() async throws {
    try await EventLoop.run { loop in
      var endpoint = try Endpoint("127.0.0.1:0")
      endpoint.limit = 3
      try await endpoint.listen(on: loop, framing: .u32, Self.echo) { addresses in
        try await Endpoint(addresses[0]).dial(on: loop, framing: .u32) { peer in
          try await peer.send("abc")
          #expect(try await peer.receive() == [UInt8]("abc"))
          try await peer.send("abcd")
          #expect(try await peer.receive(timeout: .seconds(10)) == nil)
        }
      }
    }
  }

  @Test("says what is wrong with an address that does not parse")
  func badAddress() {
    #expect(throws: AddressError.self) { try Endpoint("127.0.0.1:70000") }
  }
}
