import Glibc
import Sockets
import Testing

@Suite("datagrams that come back", .timeLimit(.minutes(5)))
struct DatagramReturnTests {
  /// A port that was free a moment ago, and that nobody is at.
  private func desert(
    _ host: SocketAddress, on loop: EventLoop
  ) async throws -> (address: SocketAddress, hold: Datagrams) {
    let hold = try await Datagrams.bind(host, on: loop)
    // Connected to somebody else, it takes the port and nothing that is sent there from here.
    try await hold.connect(
      to: host.family == .ipv4 ? .ipv4(.loopback, port: 9) : .ipv6(.loopback, port: 9))
    return (hold.localAddress, hold)
  }

  @Test(
    "are told with whom they were for, and the others arrive",
    arguments: [
      (SocketAddress.ipv4(.loopback, port: 0), SocketAddress.ipv4(.loopback, port: 0)),
      (.ipv6(.loopback, port: 0), .ipv6(.loopback, port: 0)),
      (.ipv6(.any, port: 0), .ipv4(.loopback, port: 0)),
    ])
  func told(own: SocketAddress, other: SocketAddress) async throws {
    let found = try await EventLoop.run { loop in
      let (nobody, hold) = try await desert(other, on: loop)
      let friend = try await Datagrams.bind(other, on: loop)
      let sender = try await Datagrams.bind(own, on: loop)
      defer { for socket in [hold, friend, sender] { socket.close() } }
      #expect(sender.takeReturns().isEmpty)
      try await sender.set(.keepsReturns, to: true)
      #expect(try await sender.get(.keepsReturns))
      try await sender.send("to nobody", to: nobody)
      // This one has done nothing but tell what became of the first.
      await #expect(throws: SocketError.self) {
        try await sender.send("lost", to: friend.localAddress)
      }
      try await sender.send("to a friend", to: friend.localAddress)
      let received = try await friend.receive()
      return (sender.takeReturns() == [nobody], received.text, sender.takeReturns().isEmpty)
    }
    #expect(found == (true, "to a friend", true))
  }
}
