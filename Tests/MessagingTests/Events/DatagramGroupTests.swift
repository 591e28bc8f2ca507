import Messaging
import Sockets
import Testing

@Suite("a group of datagram sockets", .timeLimit(.minutes(5)))
struct DatagramGroupTests {
  private static let place = Result { try Address("127.0.0.1:0") }

  private func run(
    _ body: @escaping @Sendable @concurrent (EventLoop, DatagramGroup) async throws -> Void
  ) async throws {
    try await EventLoop.run { loop in
      let group = try await DatagramGroup.bind(try Self.place.get(), on: loop)
      defer { group.close() }
      try await body(loop, group)
    }
  }

  /// A socket that belongs to no group.
  private func socket(_ loop: EventLoop) async throws -> Datagrams {
    try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
  }

  @Test("knows whom it heard, and sends to everybody once, however they came to be known")
  func members() async throws {
    try await run { loop, group in
      let (one, other) = (try await socket(loop), try await socket(loop))
      #expect(group.peers.isEmpty)
      try await group.sendAll("to nobody")
      try await group.add(Address(one.localAddress))
      try await group.add(Address("localhost:\(try #require(one.localAddress.port))"))
      for _ in 1...2 {
        for socket in [one, other] { try await socket.send("hello", to: group.localAddress) }
      }
      for sender in [one, other, one, other] {
        let message = try await group.receive()
        #expect(message.text == "hello" && message.sender == sender.localAddress)
      }
      #expect(group.peers == [one.localAddress, other.localAddress])
      #expect(try await group.sendAll("welcome").isEmpty)
      try await group.sendAll("to all")
      for socket in [one, other] {
        #expect(try await socket.receive().text == "welcome")
        #expect(try await socket.receive().text == "to all")
      }
      group.remove(one.localAddress)
      #expect(group.peers == [other.localAddress])
    }
  }

  @Test("cannot be made to flood somebody by one datagram in his name")
  func reflector() async throws {
    try await run { loop, group in
      let victim = try await socket(loop)
      try await victim.send("forged", to: group.localAddress)
      _ = try await group.receive()
      for number in 1...10 { try await group.sendAll("message \(number)") }
      for number in 1...3 {
        #expect(try await victim.receive().text == "message \(number)")
      }
      // What is sent last would have come behind the others.
      try await group.add(Address(victim.localAddress))
      try await group.sendAll("asked for")
      #expect(try await victim.receive().text == "asked for")
    }
  }

  @Test("sends to all others when one cannot be sent to, and says which one")
  func oneBad() async throws {
    try await run { loop, group in
      let good = try await socket(loop)
      // An IPv4 socket has no way there.
      try await group.add(Address("[::1]:9"))
      try await group.add(Address(good.localAddress))
      let errors = try await group.sendAll("hello")
      #expect(errors.map(\.address) == ["[::1]:9"] && errors[0].operation == "send")
      #expect(try await good.receive().text == "hello")
    }
  }

  @Test("takes nobody who cannot be there, and not itself")
  func impossible() async throws {
    try await run { _, group in
      for address in ["127.0.0.1:0", "\(group.localAddress)"] {
        await #expect(throws: SocketError.self) { try await group.add(Address(address)) }
      }
      #expect(group.peers.isEmpty)
      // No host is this machine, whose answers come from an address.
      try await group.add(Address("0.0.0.0:9"))
      #expect(group.peers == [.ipv4(.loopback, port: 9)])
    }
    try await EventLoop.run { loop in
      let place = try Address("127.0.0.1:0")
      let wrong = [try Address("127.0.0.1:0")]
      await #expect(throws: SocketError.self) {
        try await DatagramGroup.bind(place, peers: wrong, on: loop)
      }
    }
  }

  @Test("sends nothing that is empty or longer than the lessons' programs take, unless told so")
  func limits() async throws {
    try await run { loop, group in
      for message in [[], [UInt8](repeating: 7, count: 1_025)] {
        await #expect(throws: MessagingError.self) { try await group.sendAll(message) }
      }
      let socket = try await socket(loop)
      let place = try Self.place.get()
      let wide = try await DatagramGroup.bind(
        place, peers: [Address(socket.localAddress)], on: loop, limit: 1 << 20)
      #expect(wide.limit == 65_507)
      try await wide.sendAll([UInt8](repeating: 7, count: 65_507))
      #expect(try await socket.receive().bytes.count == 65_507)
      wide.close()
    }
  }

  @Test("gives messages to the callback, bytes that are no text too and empty ones not, then close")
  func events() async throws {
    try await run { loop, group in
      let record = Record()
      try group.onEvent { event in
        switch event {
        case .message(let message):
          record.note(message.text)
          if message.text == "stop" { group.close() }
        case .error: record.note("error")
        case .close: record.note("close")
        }
      }
      #expect(throws: MessagingError.callbackIsSet) { try group.onEvent { _ in } }
      let peer = try await socket(loop)
      for bytes in [[UInt8]("one"), [], [0xFF], [UInt8]("stop"), [UInt8]("late")] {
        try await peer.send(bytes, to: group.localAddress)
      }
      await group.run()
      #expect(record.all == ["one", "\u{FFFD}", "stop", "close"])
      #expect(group.isClosed)
      await #expect(throws: SocketError.self) { try await group.receive() }
    }
  }

  @Test("close wakes who waits, once; so does a cancelled task")
  func closing() async throws {
    for isCancelled in [true, false] {
      try await run { _, group in
        let record = Record()
        await withDiscardingTaskGroup { tasks in
          for _ in 1...2 {
            tasks.addTask { for await _ in group.events { record.note("close") } }
          }
          await settle()
          if isCancelled { tasks.cancelAll() } else { group.close() }
        }
        #expect(record.all == ["close"] && group.isClosed)
      }
    }
  }
}
