import Messaging
import Sockets
import Testing

@Suite("events of a message listener", .timeLimit(.minutes(5)))
struct ListenerEventsTests {
  /// Listens on a free port of this machine.
  private func run(
    _ options: Listener.Options = Listener.Options(),
    _ body: @escaping @Sendable @concurrent (MessageListener) async throws -> Void
  ) async throws {
    try await EventLoop.run { loop in
      let server = try await MessageListener.bind(
        Address("127.0.0.1:0"), on: loop, framing: .u16, options: options)
      defer { server.close() }
      try await body(server)
    }
  }

  /// Connects, and stays so for as long as the body runs.
  private func dial<Result: Sendable>(
    _ server: MessageListener,
    _ body: @escaping @Sendable @concurrent (MessageConnection) async throws -> Result
  ) async throws -> Result {
    try await Endpoint(server.localAddress).dial(on: server.loop, framing: .u16, body)
  }

  private struct Missing: Error {}

  /// The next event, which must be a connect.
  private func connected(_ server: MessageListener) async throws -> MessageConnection {
    guard case .connect(let peer)? = await server.nextEvent() else { throw Missing() }
    return peer
  }

  private func expectEnd(_ peer: MessageConnection) async throws {
    let message = try await peer.receive()
    #expect(message == nil)
  }

  @Test("are listen with the real port, connect for each who comes, and stop, once")
  func order() async throws {
    try await run { server in
      guard case .listen(server.localAddress)? = await server.nextEvent() else {
        throw Missing()
      }
      for _ in 1...3 {
        try await dial(server) { near in
          let far = try await connected(server)
          #expect(far.remoteAddress == near.localAddress)
          try await far.send("hello")
          #expect(try await near.receive() == [UInt8]("hello"))
          far.close()
        }
      }
      server.close()
      #expect(server.isClosed)
      #expect(await server.nextEvent()?.word == "stop")
      #expect(await server.nextEvent() == nil)
    }
  }

  @Test("close wakes who waits for the next one, and is harmless twice")
  func closeWakes() async throws {
    try await run { server in
      let record = Record()
      await withDiscardingTaskGroup { group in
        for _ in 1...3 {
          group.addTask { for await event in server.events { record.note(event) } }
        }
        await settle()
        server.close()
        server.close()
      }
      #expect(record.all == ["listen", "stop"])
    }
  }

  @Test("nobody is accepted after close, however many wait", arguments: [true, false])
  func noneAfterClose(fromElsewhere: Bool) async throws {
    try await run { server in
      try await dial(server) { near in
        if fromElsewhere {
          try await EventLoop.run { _ in server.close() }
        } else {
          server.close()
        }
        var words: [String] = []
        for await event in server.events { words.append(event.word) }
        #expect(words == ["listen", "stop"])
        // Who waited in the kernel is reset.
        await #expect(throws: SocketError.self) { try await near.receive() }
      }
    }
  }

  @Test("a close out of the callback is the end: no connect after it")
  func closeInside() async throws {
    try await run { server in
      let record = Record()
      try server.onEvent { event in
        record.note(event)
        if case .connect = event { server.close() }
      }
      try await dial(server) { _ in
        try await dial(server) { _ in
          async let _: Void = server.run()
          while !server.isClosed { await Task.yield() }
          // The run also waits for the connection, which goes with the task.
        }
      }
      #expect(record.all == ["listen", "connect", "stop"])
    }
  }

  @Test("a second callback is refused with the lesson's words")
  func callbackOnce() async throws {
    try await run { server in
      try server.onEvent { _ in }
      let error = #expect(throws: MessagingError.self) { try server.onEvent { _ in } }
      #expect(error?.description == "Callback can only be set once")
    }
  }

  @Test("each connection has its own callback; the end of the body closes them all")
  func connections() async throws {
    try await run { server in
      let record = Record()
      try server.onEvent { event in
        record.note(event)
        guard case .connect(let peer) = event else { return }
        try? peer.onEvent { event in
          if case .message(let bytes) = event { try? await peer.send(bytes) }
          record.note(event)
        }
      }
      try await dial(server) { one in
        try await dial(server) { other in
          try await server.run {
            for (peer, word) in [(one, "1"), (other, "2"), (one, "3")] {
              try await peer.send(word)
              #expect(try await peer.receive() == [UInt8](word))
            }
          }
          try await expectEnd(one)
          try await expectEnd(other)
        }
      }
      let words = record.all
      #expect(words.filter { Int($0) != nil } == ["1", "2", "3"])
      #expect(words.count { $0 == "connect" } == 2 && words.count { $0 == "close" } == 2)
      #expect(words.first == "listen" && words.count { $0 == "stop" } == 1)
    }
  }

  @Test("the end of the body also closes a connection whose connect is still being told")
  func endDuringConnect() async throws {
    try await run { server in
      let record = Record()
      let told = Inbox<Void>(capacity: 1)
      let ended = Inbox<Void>(capacity: 1)
      try server.onEvent { event in
        record.note(event)
        guard case .connect(let peer) = event else { return }
        try? peer.onEvent { record.note($0) }
        told.finish()
        _ = try? await ended.receive()
      }
      try await dial(server) { near in
        async let running: Void = server.run {
          _ = try await told.receive()
        }
        try await expectEnd(near)
        ended.finish()
        try await running
      }
      #expect(record.all.starts(with: ["listen", "connect"]))
      #expect(record.all.dropFirst(2).sorted() == ["close", "stop"])
    }
  }

  @Test("a callback that keeps its own source goes with the last event, and is still the only one")
  func released() async throws {
    final class Watched: @unchecked Sendable {
      // @unchecked: confined to the loop's thread, and to the test behind it.
      weak var listener: MessageListener?
      weak var connection: MessageConnection?
    }
    let watched = Watched()
    try await run { server in
      watched.listener = server
      try server.onEvent { event in
        guard case .connect(let peer) = event else { return _ = server }
        watched.connection = peer
        try? peer.onEvent { _ in _ = peer.remoteAddress }
        server.close()
      }
      try await dial(server) { near in
        async let running: Void = server.run()
        while watched.connection == nil { await Task.yield() }
        near.close()
        await running
      }
      #expect(throws: MessagingError.self) { try server.onEvent { _ in } }
    }
    #expect(watched.connection == nil)
    #expect(watched.listener == nil)
  }

  @Test("who is not allowed, or one too many, is closed and not told of; a seat is free again")
  func limits() async throws {
    var options = Listener.Options()
    options.filter = AddressFilter(denied: [try Network("127.0.0.0/8")])
    try await run(options) { server in
      try await dial(server) { near in
        let record = Record()
        try server.onEvent { record.note($0) }
        try await server.run { try await expectEnd(near) }
        #expect(record.all == ["listen", "stop"])
      }
    }
    options = Listener.Options()
    options.maximumConnections = 1
    try await run(options) { server in
      _ = await server.nextEvent()
      try await dial(server) { _ in
        let first = try await connected(server)
        try await withThrowingDiscardingTaskGroup { group in
          group.addTask { _ = try await connected(server) }
          try await dial(server) { second in try await expectEnd(second) }
          first.close()
          try await dial(server) { third in try await expectEnd(third) }
        }
      }
    }
  }

  @Test("a connection that nobody keeps is closed")
  func notKept() async throws {
    try await run { server in
      _ = await server.nextEvent()
      try await dial(server) { near in
        _ = try await connected(server)
        try await expectEnd(near)
      }
    }
  }
}
