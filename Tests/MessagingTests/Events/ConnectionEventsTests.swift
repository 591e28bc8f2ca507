import Messaging
import Sockets
import Testing

@Suite("events of a message connection", .timeLimit(.minutes(5)))
struct ConnectionEventsTests {
  private typealias Body =
    @Sendable @concurrent (MessageConnection, MessageConnection) async throws -> Void

  /// Two ends that carry messages behind two bytes of length.
  private func run(_ transport: Cable.Transport = .tcp, _ body: @escaping Body) async throws {
    try await Cable.run(transport) { cable in
      try await body(
        MessageConnection(cable.near, framing: .u16), MessageConnection(cable.far, framing: .u16))
    }
  }

  @Test("are the messages, then close, once", arguments: Cable.Transport.allCases)
  func order(transport: Cable.Transport) async throws {
    try await run(transport) { near, far in
      try await near.send(contentsOf: [[UInt8]("one"), [UInt8]("two")])
      near.close()
      #expect(await far.remainingEvents() == ["one", "two", "close"])
      #expect(far.isClosed)
      #expect(await far.nextEvent() == nil)
      #expect(await far.remainingEvents().isEmpty)
    }
  }

  @Test("a reset is an error, then close")
  func reset() async throws {
    try await run { near, far in
      near.connection.abort()
      var error: (any Error)?
      for await event in far.events {
        if case .error(let reason) = event { error = reason }
        if case .close = event { #expect(error != nil) }
      }
      #expect((error as? SocketError)?.description.hasSuffix("Connection reset by peer") == true)
    }
  }

  @Test("length 0 is close, and what is no frame is an error")
  func wrongBytes() async throws {
    try await run { near, far in
      try await near.connection.write([0, 1, 0x61, 0, 0, 0, 1, 0x62])
      #expect(await far.remainingEvents() == ["a", "close"])
    }
    try await run { near, far in
      try await near.connection.write([0, 9, 0x61])
      near.close()
      #expect(await far.remainingEvents() == ["error", "close"])
    }
  }

  @Test("bytes that are no text are a message, and the connection goes on")
  func notText() async throws {
    try await run { near, far in
      try await near.send([0xFF, 0xC3, 0x28])
      try await near.send("still here")
      try #require(await far.nextEvent()?.word == "\u{FFFD}\u{FFFD}(")
      #expect(await far.nextEvent()?.word == "still here")
    }
  }

  @Test("a close of our own is close without an error, and what had arrived is not told any more")
  func ownClose() async throws {
    try await run { near, far in
      async let waiting = far.remainingEvents()
      await settle()
      far.close()
      far.close()
      #expect(await waiting == ["close"])

      try await far.connection.loop.sleep(for: .zero)
      async let sent: Void? = try? near.send("late")
      near.close()
      _ = await sent
      #expect(await near.remainingEvents() == ["close"])
    }
  }

  @Test("the connection itself may be closed as well, also by the end of its scope")
  func innerClose() async throws {
    try await run { _, far in
      async let waiting = far.remainingEvents()
      await settle()
      far.connection.close()
      #expect(await waiting == ["close"] && far.isClosed)
    }
  }

  @Test("a second callback is refused with the lesson's words, and the first stays")
  func callbackOnce() async throws {
    try await run { near, far in
      let record = Record()
      try far.onEvent { record.note($0) }
      let error = #expect(throws: MessagingError.self) { try far.onEvent { _ in } }
      #expect(error?.description == "Callback can only be set once")
      try await near.send("hello")
      near.close()
      await far.run()
      #expect(record.all == ["hello", "close"])
    }
  }

  @Test("without a callback nothing is done, and all is taken")
  func defaultCallback() async throws {
    try await run { near, far in
      try await near.send("hello")
      near.close()
      await far.run()
      #expect(far.isClosed)
    }
  }

  @Test("come to the callback beside a body that goes on after the peer has gone")
  func beside() async throws {
    try await run { near, far in
      let record = Record()
      let heard = Inbox<String>(capacity: 8)
      try far.onEvent { event in
        #expect(far.loop.isCurrent)
        record.note(event)
        _ = heard.trySend(event.word)
      }
      try await far.run {
        try await near.send("one")
        #expect(try await heard.receive() == "one")
        near.close()
        #expect(try await heard.receive() == "close")
        record.note("body")
      }
      #expect(record.all == ["one", "close", "body"])
    }
  }

  @Test("the end of the body closes, and close has been told by then, also behind an error")
  func bodyEnds() async throws {
    struct Enough: Error {}
    for failure in [nil, Enough()] {
      try await run { near, far in
        let record = Record()
        try far.onEvent { record.note($0) }
        do {
          try await far.run { if let failure { throw failure } }
        } catch is Enough {
          record.note("enough")
        }
        #expect(record.all == (failure == nil ? ["close"] : ["close", "enough"]))
        #expect(try await near.receive() == nil)
      }
    }
  }

  @Test("a callback that waits for a send holds up the next event, not the loop")
  func slowCallback() async throws {
    try await run { near, far in
      try far.onEvent { event in
        if case .message(let bytes) = event { try? await far.send(bytes + bytes) }
      }
      try await far.run {
        for word in ["a", "bc", "d"] {
          try await near.send(word)
          #expect(try await near.receive() == [UInt8](word + word))
        }
      }
    }
  }

  @Test("a close out of the callback is the end: no message after it, close once and last")
  func closeInside() async throws {
    try await run { near, far in
      let record = Record()
      try far.onEvent { event in
        record.note(event)
        far.close()
      }
      try await near.send(contentsOf: [[UInt8]("one"), [UInt8]("two")])
      await far.run()
      #expect(record.all == ["one", "close"])
    }
  }

  @Test("cancelling who waits for them closes", arguments: [true, false])
  func cancelled(byCallback: Bool) async throws {
    try await run { near, far in
      let record = Record()
      try far.onEvent { record.note($0) }
      await withDiscardingTaskGroup { group in
        group.addTask {
          guard !byCallback else { return await far.run() }
          for await event in far.events { record.note(event) }
        }
        await settle()
        group.cancelAll()
      }
      #expect(record.all == ["close"])
      #expect(try await near.receive() == nil)
    }
  }

  @Test("both sides' addresses are known, also after the end")
  func addresses() async throws {
    try await EventLoop.run { loop in
      try await Endpoint("127.0.0.1:0").listen(on: loop, framing: .u16) { peer in
        try await peer.send("\(peer.localAddress) \(peer.remoteAddress)")
      } while: { addresses in
        try await Endpoint(addresses[0]).dial(on: loop, framing: .u16) { peer in
          #expect(peer.remoteAddress == addresses[0])
          let seen = try #require(try await peer.receive())
          peer.close()
          #expect(String(decoding: seen, as: UTF8.self) == "\(addresses[0]) \(peer.localAddress)")
        }
      }
    }
  }
}
