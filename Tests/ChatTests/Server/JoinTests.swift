import Rooms
import Sockets
import Testing
import Wire

@testable import Chat

@Suite("joining a room", .timeLimit(.minutes(5)))
struct JoinTests {
  @Test(
    "shows the last lines and then everything, while others talk", arguments: [1, 2, 3],
    DoorKind.allCases)
  func noGapNoOverlap(loops: Int, kind: DoorKind) async throws {
    let last = 300
    try await Served.run {
      $0.loops = loops
    } _: { served in
      let talker = try await served.enter(.line, "talker")
      try await withThrowingTaskGroup { group in
        for number in 1...last {
          try await talker.say("\(number)")
          guard number % 40 == 0 else { continue }
          // Nobody waits for the joiner: it joins in the middle of the talk.
          group.addTask {
            let joiner = try await served.enter(kind, "joiner\(number)")
            let texts = try await joiner.texts(until: "\(last)")
            let first = try #require(texts.first.flatMap { Int($0) })
            #expect(texts == (first...last).map(String.init))
          }
        }
        try await group.waitForAll()
      }
      let late = try await served.enter(kind, "late")
      #expect(try await late.texts(until: "300") == (281...300).map(String.init))
      try await talker.say("end")
      #expect(try await late.texts(until: "end") == ["end"])
    }
  }

  @Test(
    "moves the client of a plain door; of several joins the last one counts", arguments: [1, 3])
  func moves(loops: Int) async throws {
    try await Served.run {
      $0.loops = loops
    } _: { served in
      let ann = try await served.enter(.line, "ann")
      var others: [String: Peer] = [:]
      for room in ["lobby", "a", "b", "c"] {
        others[room] = try await served.enter(.native, "at-\(room)", room: room)
      }
      try await ann.connection.write("/join a\n/join b\n/join c\nhello\n")
      #expect(try await others["c"]?.texts(until: "hello") == ["hello"])
      for room in ["lobby", "a", "b"] {
        let other = try #require(others[room])
        try await other.read { heard in
          guard case .native(.presence(let presence)) = heard else { return false }
          return presence.nick == "ann" && presence.change == .leave(reason: 1, words: "")
        }
        try await other.say("elsewhere")
      }
      try await others["c"]?.say("here")
      #expect(try await ann.texts(until: "here") == ["here"])
      try await ann.command("/rooms")
      try await ann.read { $0 == .words("* Rooms: lobby (1), a (1), b (1), c (2)") }
    }
  }

  @Test("lets a native client be in several rooms at once", arguments: [1, 2])
  func several(loops: Int) async throws {
    try await Served.run {
      $0.loops = loops
    } _: { served in
      let ann = try await served.enter(.native, "ann")
      try await ann.ask(.join(room: "a"))
      try await ann.ask(.join(room: "b"))
      await served.reports.wait(2) { if case .joined = $0 { true } else { false } }
      for room in ["lobby", "a", "b"] {
        let other = try await served.enter(.native, "at-\(room)", room: room)
        try await other.say("from \(room)")
      }
      var texts: Set<String> = []
      while texts.count < 3 {
        if let text = try await ann.next().text { texts.insert(text) }
      }
      #expect(texts == ["from lobby", "from a", "from b"])
    }
  }

  @Test("again, before the first answer, brings everything once", arguments: [1, 2, 3])
  func joinLeaveJoin(loops: Int) async throws {
    try await Served.run {
      $0.loops = loops
    } _: { served in
      let other = try await served.enter(.native, "other", room: "a")
      for nick in ["ann", "ben", "cat"] {
        let ann = try await served.enter(.native, nick)
        var bytes: [UInt8] = []
        let commands: [NativeCommand] = [
          .join(room: "a"), .leave(room: "a"), .join(room: "a"), .leave(room: "a"),
          .join(room: "a"),
        ]
        for (index, command) in commands.enumerated() {
          try NativeFrame.command(id: UInt64(index) + 1, command).encode(into: &bytes)
        }
        try await ann.connection.write(bytes)
        var answers: [UInt64] = []
        while answers.count < 5 {
          if case .native(.reply(let id, _)) = try await ann.next() { answers.append(id) }
        }
        #expect(answers == [1, 2, 3, 4, 5])
        try await other.say("once")
        try await other.say("twice")
        #expect(try await ann.texts(until: "twice").suffix(2) == ["once", "twice"])
        ann.close()
        await served.reports.wait { event in
          if case .left(_, nick: nick, "a", _) = event { true } else { false }
        }
      }
    }
  }
}
