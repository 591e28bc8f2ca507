import Rooms
import Sockets
import Testing
import Wire

@testable import Chat

@Suite("coming back with a token", .timeLimit(.minutes(5)))
struct ResumeTests {
  @Test("gives the nick, the seat and what was missed; the ghost is told", arguments: [1, 2, 3])
  func resumes(loops: Int) async throws {
    try await Served.run {
      $0.loops = loops
    } _: { served in
      let bob = try await served.enter(.native, "bob")
      for round in 1...6 {
        let nick = "ann\(round)"
        let ghost = try await served.enter(.native, nick)
        let welcome = try await ghost.welcome()
        let said = ["one", "two", "three"].map { "\($0) \(round)" }
        for text in said { try await bob.say(text) }
        _ = try await ghost.texts(until: said[2])
        let ann = try await served.enter(
          .native, nick, resume: try welcome.resume(at: welcome.seat.head + 1))
        let back = try await ann.welcome()
        #expect(back.nick == nick && back.isResumed && back.token == welcome.token)
        #expect(try await ann.texts(until: said[2]) == [said[1], said[2]])
        let rest = try await ghost.rest()
        guard case .native(.bye(let bye)) = rest.last else { throw Ended() }
        #expect(bye.reason == ByeReason.replaced.rawValue)
        try await ann.say("back")
        // Nobody was told that anything happened in between.
        let heard = try await bob.read { $0 == .said(by: nick, "back") }
        let changes = heard.filter {
          if case .native(.presence(let presence)) = $0 { presence.nick == nick } else { false }
        }
        #expect(changes.count == 1)
        ann.close()
        await served.reports.wait { event in
          if case .left(_, nick: nick, _, _) = event { true } else { false }
        }
      }
    }
  }

  @Test("says how many messages the journal has forgotten")
  func missed() async throws {
    try await Served.run { served in
      let ghost = try await served.enter(.native, "ann")
      let bob = try await served.enter(.native, "bob")
      let welcome = try await ghost.welcome()
      let tail = String(repeating: "x", count: 16_000)
      let texts = (1...130).map { "\($0) \(tail)" }
      for text in texts {
        try await bob.say(text)
        _ = try await ghost.texts(until: text)
      }
      let ann = try await served.enter(.native, "ann", resume: try welcome.resume(at: 3))
      #expect(try await ann.welcome().isResumed)
      guard case .native(.history(let history)) = try await ann.next() else { throw Ended() }
      #expect(history.missed > 0 && history.missed + UInt64(history.count) == 127)
      #expect(try await ann.texts(until: texts[129]) == texts.suffix(Int(history.count)))
    }
  }

  @Test("misses more where rooms are so many that each remembers less, until they are fewer again")
  func manyRooms() async throws {
    let configure = { (options: inout ServerOptions) in
      options.limits.maximumRooms = 2000
      options.limits.maximumRoomsPerClient = 2000
    }
    try await Served.run(configure) { served in
      let reader = try await served.enter(.native, "reader")
      let writer = try await served.enter(.native, "writer")
      let nomad = try await served.enter(.native, "nomad")
      for number in 1...1100 {
        try await nomad.ask(.join(room: "room-\(number)"))
        _ = try await nomad.read { if case .native(.reply) = $0 { true } else { false } }
      }
      let tail = String(repeating: "x", count: 16_000)
      func kept(after round: String) async throws -> UInt32 {
        let ghost = try await served.enter(.native, "ghost-\(round)")
        let welcome = try await ghost.welcome()
        ghost.close()
        for number in 1...60 {
          try await writer.say("\(round) \(number) \(tail)")
          _ = try await reader.texts(until: "\(round) \(number) \(tail)")
        }
        let back = try await served.enter(
          .native, "ghost-\(round)", resume: try welcome.resume(at: welcome.seat.head))
        guard try await back.welcome().isResumed,
          case .native(.history(let history)) = try await back.next()
        else { throw Ended() }
        #expect(history.missed + UInt64(history.count) == 60)
        return history.count
      }
      // 256 KiB are the least.
      #expect(try await kept(after: "many") == 16)
      nomad.close()
      await served.reports.wait {
        if case .left(_, nick: "nomad", _, _) = $0 { true } else { false }
      }
      #expect(try await kept(after: "few") == 60)
    }
  }

  @Test("gives the nick back also when the connection is known to be lost", arguments: [1, 3])
  func held(loops: Int) async throws {
    try await Served.run {
      $0.loops = loops
    } _: { served in
      let bob = try await served.enter(.native, "bob")
      let lost = try await served.enter(.native, "ann")
      let welcome = try await lost.welcome()
      lost.connection.abort()
      await served.reports.wait { event in
        if case .closed(_, _, why: let why) = event { why != "said goodbye" } else { false }
      }
      try await bob.say("while ann is away")
      _ = try await served.enter(.native, "ann-2")
      try await bob.ask(.nick("ANN"))
      let refusal = try await bob.read {
        if case .native(.refused(_, let code, _)) = $0 {
          code == RefusalCode.nameTaken.rawValue
        } else {
          false
        }
      }
      #expect(refusal.last != .end)
      let ann = try await served.enter(
        .native, "whoever", resume: try welcome.resume(at: welcome.seat.head))
      let back = try await ann.welcome()
      #expect(back.nick == "ann" && back.isResumed)
      #expect(try await ann.texts(until: "while ann is away") == ["while ann is away"])
    }
  }

  @Test("is over with a goodbye: the nick is free")
  func goodbye() async throws {
    try await Served.run { served in
      let gone = try await served.enter(.native, "ann")
      let welcome = try await gone.welcome()
      var bytes: [UInt8] = []
      try NativeFrame.bye(NativeBye()).encode(into: &bytes)
      try await gone.connection.write(bytes)
      _ = try await gone.rest()
      let other = try await served.enter(.native, "ann")
      #expect(try await other.welcome().nick == "ann")
      let late = try await served.enter(.native, "eve", resume: try welcome.resume(at: 0))
      #expect(try await !late.welcome().isResumed)
    }
  }

  @Test("that nobody was given is an entry like any other")
  func unknownToken() async throws {
    try await Served.run { served in
      let bob = try await served.enter(.native, "bob")
      let welcome = try await bob.welcome()
      var resume = try welcome.resume(at: 0)
      resume.token = Array(repeating: 1, count: 16)
      let other = try await served.enter(.native, "bob", resume: resume)
      let answer = try await other.welcome()
      #expect(answer.nick == "bob-2" && !answer.isResumed)
    }
  }
}

extension Peer {
  /// Reads up to the welcome.
  func welcome() async throws -> NativeWelcome {
    while true {
      switch try await next() {
      case .native(.welcome(let welcome)): return welcome
      case .end: throw Ended()
      case .native, .said, .words: continue
      }
    }
  }
}

extension NativeWelcome {
  /// What the client shows that has seen everything up to `number`.
  func resume(at number: UInt64) throws -> NativeResume {
    guard let token else { throw Ended() }
    return NativeResume(historyID: seat.historyID, lastNumber: number, token: token)
  }
}
