import Glibc
import Sockets
import Testing

@Suite("dialling from a listener's port")
struct LentPortTests {
  private func listen(
    _ address: SocketAddress = .ipv4(.loopback, port: 0), on loop: EventLoop
  ) async throws -> Listener {
    var options = Listener.Options()
    options.lendsPort = true
    return try await Listener.bind(address, on: loop, options: options)
  }

  private func dial(_ from: Listener, _ to: Listener) async throws -> Connection {
    var options = Connect.Options()
    options.localAddress = from.localAddress
    return try await Connect.open(
      Address(to.localAddress), on: from.loop, resolver: Resolver(), options: options)
  }

  @Test("the peer sees where the one who dials can be reached")
  func showsThePort() async throws {
    try await EventLoop.run { loop in
      let (one, two) = (try await listen(on: loop), try await listen(on: loop))
      let connection = try await dial(one, two)
      defer { connection.close() }
      await withDiscardingTaskGroup { group in
        let (sent, seen) = AsyncStream.makeStream(of: SocketAddress.self)
        group.addTask { try? await two.run { seen.yield($0.peerAddress) } }
        for await address in sent {
          #expect(address == one.localAddress)
          break
        }
        group.cancelAll()
      }
    }
  }

  @Test("there is one connection between two such ports, whoever dials, in either direction")
  func unique() async throws {
    try await EventLoop.run { loop in
      let (one, two) = (try await listen(on: loop), try await listen(on: loop))
      let connection = try await dial(one, two)
      defer { connection.close() }
      for (from, to) in [(one, two), (two, one)] {
        do {
          try await dial(from, to).close()
          Issue.record("a second connection between the same two ports")
        } catch let error as SocketError {
          #expect(error.code == EADDRNOTAVAIL)
        }
      }
    }
  }

  @Test("two that dial each other at the same time have one connection")
  func simultaneous() async throws {
    try await EventLoop.run { loop in
      for _ in 0..<50 {
        let (one, two) = (try await listen(on: loop), try await listen(on: loop))
        async let forth = outcome(one, two)
        async let back = outcome(two, one)
        let outcomes = await [forth, back]
        // Both made the same one, or one made it and the other was told that it is there.
        #expect(outcomes.contains(nil))
        #expect(outcomes.allSatisfy { $0 == nil || $0 == EADDRNOTAVAIL })
      }
    }
  }

  private func outcome(_ from: Listener, _ to: Listener) async -> CInt? {
    do {
      try await dial(from, to).close()
      return nil
    } catch {
      return (error as? SocketError)?.code
    }
  }

  @Test("a port that another listener lends is taken all the same")
  func exclusive() async throws {
    try await EventLoop.run { loop in
      let one = try await listen(on: loop)
      await #expect {
        _ = try await listen(one.localAddress, on: loop)
      } throws: { ($0 as? SocketError)?.code == EADDRINUSE }
    }
  }

  @Test("a dual-stack listener's port can be dialled from over IPv4 and over IPv6")
  func dualStack() async throws {
    try await EventLoop.run { loop in
      let listener = try await listen(.ipv6(.any, port: 0), on: loop)
      let port = try #require(listener.localAddress.port)
      let targets: [(SocketAddress, from: SocketAddress)] = [
        (.ipv4(.loopback, port: 0), .ipv4(.any, port: port)),
        (.ipv6(.loopback, port: 0), .ipv6(.any, port: port)),
      ]
      for (target, origin) in targets {
        let server = try BlockingServer(on: target)
        var options = Connect.Options()
        options.localAddress = origin
        try await Connect.to(
          Address(server.address), on: loop, resolver: Resolver(), options: options
        ) { connection in
          let local = connection.localAddress?.port
          #expect(local == port)
        }
        close(try server.accept())
      }
    }
  }

  @Test("an address of another family cannot be reached from there")
  func otherFamily() async throws {
    try await EventLoop.run { loop in
      let server = try BlockingServer(on: .ipv4(.loopback, port: 0))
      var options = Connect.Options()
      options.localAddress = .ipv6(.loopback, port: 0)
      let limits = options
      await #expect(throws: SocketError.self) {
        try await Connect.to(
          Address(server.address), on: loop, resolver: Resolver(), options: limits
        ) { _ in }
      }
    }
  }
}
