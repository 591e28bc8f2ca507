import Rooms
import Sockets
import Testing
import Wire

@testable import Chat

@Suite("coming back with a token", .timeLimit(.minutes(1)))
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
        #expect(back.nick == nick && back.isResumed && back.token != welcome.token)
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
      let bob = try await served.enter(.line, "bob")
      let welcome = try await ghost.welcome()
      for number in 1...1010 { try await bob.say("\(number)") }
      _ = try await ghost.texts(until: "1010")
      let ann = try await served.enter(.native, "ann", resume: try welcome.resume(at: 3))
      #expect(try await ann.welcome().isResumed)
      guard case .native(.history(let history)) = try await ann.next() else { throw Ended() }
      #expect(history.missed == 7 && history.count == 1000)
      #expect(try await ann.texts(until: "1010") == (11...1010).map(String.init))
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
