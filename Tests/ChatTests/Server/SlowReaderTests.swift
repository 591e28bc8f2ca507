import Rooms
import Sockets
import Testing
import Wire

@testable import Chat

@Suite("a client that does not read", .timeLimit(.minutes(5)))
struct SlowReaderTests {
  @Test(
    "is cut as slow between two frames, and the others lose nothing",
    arguments: [DoorKind.line, .dec10, .native])
  func isCut(kind: DoorKind) async throws {
    let configure = { (options: inout ServerOptions) in
      options.limits.maximumQueue = 32_768
      Served.onFile(&options)
    }
    try await Served.run(configure) { served in
      let slow = try await served.enter(kind, "slow")
      let reader = try await served.enter(kind, "reader")
      let writer = try await served.enter(.line, "writer")
      let line = String(repeating: "x", count: 997)
      let lines = 300
      for number in 0..<lines {
        try await writer.say("\(number) \(line)")
        let heard = try await reader.read { $0.text == "\(number) \(line)" }
        #expect(heard.compactMap(\.text).count == 1)
      }
      #expect(served.reports.leavings(of: "slow") == ["reads too slowly"])
      #expect(served.reports.endings == ["bye: slow (max-sendq)"])
      #expect(await served.server.counts().hits[.maxSendq] == 1)
      // It reads after all: whole frames, then why it was cut, then the end.
      let heard = try await slow.rest()
      let texts = heard.compactMap(\.text)
      #expect((0..<texts.count).allSatisfy { texts[$0] == "\($0) \(line)" })
      #expect(texts.count < lines)
      switch heard.last {
      case .native(.bye(let bye)): #expect(bye.reason == ByeReason.slow.rawValue)
      case let last: #expect(last == .words("* You read too slowly."))
      }
      try await writer.say("end")
      _ = try await reader.texts(until: "end")
    }
  }

  @Test("and is cut hears all once when it comes back, though that is more than may wait")
  func comesBack() async throws {
    let configure = { (options: inout ServerOptions) in
      options.limits.maximumQueue = 32_768
      Served.onFile(&options)
    }
    try await Served.run(configure) { served in
      let slow = try await served.enter(.native, "slow")
      let welcome = try await slow.welcome()
      let writer = try await served.enter(.native, "writer")
      let reader = try await served.enter(.native, "reader")
      let tail = String(repeating: "x", count: 4000)
      let texts = (0..<400).map { "\($0) \(tail)" }
      for text in texts {
        try await writer.say(text)
        _ = try await reader.texts(until: text)
      }
      #expect(served.reports.leavings(of: "slow") == ["reads too slowly"])
      let heard = try await slow.rest().compactMap(\.text)
      #expect(heard.count < texts.count)
      let head = welcome.seat.head + UInt64(heard.count)
      let back = try await served.enter(.native, "slow", resume: try welcome.resume(at: head))
      let again = try await back.welcome()
      #expect(again.nick == "slow" && again.isResumed)
      // More is said before it reads: that finds it with all of its catch-up still waiting.
      try await writer.say("more")
      _ = try await reader.texts(until: "more")
      let rest = try await back.texts(until: "more")
      #expect(rest == texts.dropFirst(heard.count) + ["more"])
    }
  }

  @Test("that has said its last gets what was queued for it", arguments: [false, true])
  func halfClosed(onFile: Bool) async throws {
    try await Served.run {
      if onFile { Served.onFile(&$0) }
    } _: { served in
      let writer = try await served.enter(.native, "writer")
      let body = String(repeating: "y", count: 16_000)
      for _ in 0..<15 { try await writer.say(body) }
      var stored = 0
      while stored < 15 {
        if case .native(.accepted) = try await writer.next() { stored += 1 }
      }
      let client = Peer(try await served.connect(), .line, nick: "client")
      try await client.connection.write("/nick client\n/history 100\n/history 100\nbye\n")
      try await client.connection.shutdownWrite()
      await served.reports.wait { if case .closed = $0 { true } else { false } }
      let texts = try await client.rest().compactMap(\.text)
      #expect(texts.count == 45 && texts.allSatisfy { $0 == body })
      #expect(try await writer.texts(until: "bye") == ["bye"])
    }
  }

  @Test("and asks for the history again and again is refused before it costs memory")
  func manyQuestions() async throws {
    try await Served.run { served in
      let ann = try await served.enter(.line, "ann")
      try await ann.connection.write(
        String(repeating: "/history 1000\n", count: 2000) + "/quit\n")
      let heard = try await ann.rest()
      #expect(heard.contains(.words("* You ask for too much at once.")))
      #expect(heard.last == .words("* Goodbye."))
    }
  }
}
