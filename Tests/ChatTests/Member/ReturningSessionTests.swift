import Chat
import Rooms
import Sockets
import Testing
import Wire

@Suite("A person whose connection is lost")
struct ReturningSessionTests {
  @Test("waits, comes back as who it was where it was, and goes on")
  func comesBack() throws {
    var script = try ReturnScript.entered()
    script.finish()
    #expect(script.hangUps == 1 && script.ending == nil)
    guard case .away(let why, let pause)? = script.takeShown().first else { throw Unexpected() }
    #expect(why == "connection lost")
    #expect(.milliseconds(125)...(.milliseconds(250)) ~= pause)
    script.type("typed away")
    #expect(script.takeShown() == [.waits("typed away")])
    script.wait(pause)
    #expect(script.dials == 1)
    script.connected()
    let resume = NativeResume(
      historyID: ReturnScript.history, lastNumber: 5, token: ReturnScript.token)
    #expect(
      try script.takeSent() == [.hello(NativeHello(nick: "ann", room: "lobby", resume: resume))])
    let welcome = try script.letIn(head: 5)
    #expect(script.takeShown() == [.back(welcome, after: .zero, goesOn: true)])
    #expect(try script.takeSent().map(\.words) == ["typed away"])
  }

  @Test("unanswered messages that are in the history count as said, the others are said again")
  func unanswered() throws {
    var script = try ReturnScript.entered()
    script.type("one", "two", "/me three", "two")
    _ = try script.takeSent()
    try script.loseAndReturn()
    _ = try script.letIn(head: 9)
    _ = script.takeShown()
    #expect(try script.takeSent().isEmpty)
    try script.receive(
      .history(NativeHistory(room: 7, count: 4, missed: 0)),
      .said("hello", by: "bob", number: 6), .said("one", by: "ann", number: 7),
      .said("two", by: "bob", number: 8), .said("two", by: "Ann", number: 9))
    #expect(
      script.takeShown().compactMap(\.saying) == ["bob: hello", "ann: one", "bob: two", "Ann: two"])
    #expect(try script.takeSent().map(\.words) == ["three", "two"])
    #expect(script.session.unsaidCount == 0)
  }

  @Test("what was said under a name that was being changed is known again")
  func renamed() throws {
    var script = try ReturnScript.entered()
    script.type("/nick eve", "one", "/nick rob", "two")
    _ = try script.takeSent()
    try script.loseAndReturn()
    let welcome = try script.letIn(head: 7, nick: "rob")
    try script.receive(
      .history(NativeHistory(room: 7, count: 2, missed: 0)),
      .said("one", by: "eve", number: 6), .said("two", by: "rob", number: 7))
    #expect(try script.takeSent().map(\.words) == [nil, nil])
    #expect(welcome.nick == "rob")
    #expect(script.takeShown().contains(.back(welcome, after: .zero, goesOn: true)))
  }

  @Test("when part of the history is gone nobody knows, and nothing is said twice")
  func incomplete() throws {
    var script = try ReturnScript.entered()
    script.type("one", "two", "/msg bob psst")
    try script.loseAndReturn()
    script.type("three")
    _ = try script.letIn(head: 2_000)
    _ = try script.takeSent()
    _ = script.takeShown()
    try script.receive(
      .history(NativeHistory(room: 7, count: 1, missed: 1_994)),
      .said("two", by: "ann", number: 2_000))
    #expect(
      script.takeShown() == [
        .history(NativeHistory(room: 7, count: 1, missed: 1_994)),
        .message(
          MemberMessage(
            wall: 0, nick: "ann", body: Array("two".utf8), isOwn: true, isHistory: true)),
        .doubtful("one"),
      ])
    #expect(try script.takeSent().map(\.words) == ["three"])
    // A whisper is in no history.
    #expect(script.session.unsaidCount == 2)
  }

  @Test("a server that has begun anew knows nothing of before")
  func otherHistory() throws {
    var script = try ReturnScript.entered()
    script.type("one")
    try script.loseAndReturn()
    _ = script.takeShown()
    let welcome = try script.letIn(head: 0, history: [UInt8](repeating: 8, count: 16))
    #expect(
      script.takeShown() == [
        .back(welcome, after: .zero, goesOn: false), .doubtful("one"),
      ])
    _ = try script.takeSent()
    script.type("two")
    #expect(try script.takeSent().map(\.words) == ["two"])
  }

  @Test("a connection that is lost again while it catches up forgets nothing")
  func lostTwice() throws {
    var script = try ReturnScript.entered()
    script.type("one", "two")
    try script.loseAndReturn()
    _ = try script.letIn(head: 8)
    try script.receive(
      .history(NativeHistory(room: 7, count: 3, missed: 0)), .said("one", by: "ann", number: 6))
    try script.loseAndReturn()
    _ = try script.letIn(head: 8)
    _ = try script.takeSent()
    try script.receive(
      .history(NativeHistory(room: 7, count: 2, missed: 0)), .said("x", by: "bob", number: 7),
      .said("y", by: "bob", number: 8))
    #expect(try script.takeSent().map(\.words) == ["two"])
    #expect(script.session.unsaidCount == 0)
  }

  @Test("other rooms are entered again, and the same one is talked in")
  func otherRooms() throws {
    var script = try ReturnScript.entered()
    script.type("/join tea")
    let tea = NativeSeat(room: 8, name: "tea", historyID: [UInt8](repeating: 3, count: 16), head: 2)
    try script.receive(.reply(id: 1, .join(tea, members: NativeNames(["ann"]))))
    script.type("/join lobby", "words")
    #expect(script.takeShown().last == .talking(in: "lobby"))
    _ = try script.takeSent()
    try script.loseAndReturn()
    _ = try script.letIn(head: 6)
    try script.receive(
      .history(NativeHistory(room: 7, count: 1, missed: 0)), .said("x", by: "bob", number: 6))
    #expect(try script.takeSent() == [.command(id: 1, .join(room: "tea"))])
    var later = tea
    (later.room, later.head) = (9, 5)
    _ = script.takeShown()
    var heard = NativeEvent(room: 9, number: 5, wall: 0, author: "bob", body: [0x78])
    try script.receive(
      .reply(id: 1, .join(later, members: NativeNames(["ann"]))),
      .history(NativeHistory(room: 9, count: 2, missed: 0)), .event(heard))
    #expect(
      script.takeShown().prefix(2) == [
        .remark("You are in tea again."), .missing(2, room: "tea"),
      ])
    heard.number = 6
    let says = try script.takeSent()
    guard case .say(let say)? = says.first else { throw Unexpected() }
    #expect(says.count == 1 && say.room == 7 && say.body == Array("words".utf8))
  }

  @Test("of two rooms one can be left, and then the other one is talked in")
  func leaves() throws {
    var script = try ReturnScript.entered()
    script.type("/join tea", "in tea", "/leave", "in the lobby")
    #expect(try script.takeSent() == [.command(id: 1, .join(room: "tea"))])
    let tea = NativeSeat(room: 8, name: "tea", historyID: [UInt8](repeating: 3, count: 16), head: 0)
    try script.receive(.reply(id: 1, .join(tea, members: NativeNames(["ann"]))))
    #expect(try script.takeSent().map(\.words) == ["in tea"])
    try script.receive(.accepted(id: 2, number: 1))
    #expect(try script.takeSent() == [.command(id: 3, .leave(room: "tea"))])
    try script.receive(.reply(id: 3, .leave(room: "tea")))
    #expect(script.takeShown().suffix(1) == [.talking(in: "lobby")])
    guard case .say(let say)? = try script.takeSent().first else { throw Unexpected() }
    #expect(say.room == 7)
  }

  @Test(
    "from some endings there is no return",
    arguments: [ByeReason.quit, .misbehaved, .removed, .replaced])
  func noReturn(reason: ByeReason) throws {
    var script = try ReturnScript.entered()
    let bye = NativeBye(reason: reason.rawValue, retryAfterMilliseconds: 10)
    try script.receive(.bye(bye))
    #expect(script.ending == .native(.dismissed(bye)))
  }

  @Test("nobody comes back before it was in, or when it is not asked to")
  func never() throws {
    var early = SessionScript(try NativeSession(returning: ReturnPlan(seed: 1), at: .start))
    early.finish()
    #expect(early.ending == .native(.closedSilently))
    var script = SessionScript(try NativeSession(nick: "ann", at: .start))
    try script.receive(.welcome)
    script.finish()
    #expect(script.ending == .native(.lost))
  }

  @Test("/quit and Ctrl-C end at once while there is no connection, and tell what was not said")
  func quits() throws {
    for quits in [true, false] {
      var script = try ReturnScript.entered()
      script.type("one")
      script.finish()
      script.type("two")
      _ = script.takeShown()
      if quits { script.type("/quit") } else { script.leave() }
      #expect(script.ending == .left)
      #expect(
        script.takeShown() == [.doubtful("one"), .unsaid("two", why: "there was no time for it")])
      #expect(script.session.unsaidCount == 2)
    }
  }

  @Test("after the end of the input it tries for half a minute, however often it is let in")
  func endless() throws {
    var script = try ReturnScript.entered()
    script.type("last words")
    script.endInput()
    _ = try script.takeSent()
    while script.ending == nil, script.now.instant < Moment.start.instant + .seconds(100) {
      script.finish()
      guard script.ending == nil, let deadline = script.session.deadline else { break }
      script.wait(
        max(.zero, .nanoseconds(Int64(deadline.nanoseconds - script.now.instant.nanoseconds))))
      guard script.ending == nil else { break }
      script.connected()
      _ = try script.letIn(head: 5)
    }
    #expect(script.ending == .left && script.session.unsaidCount == 1)
    #expect(script.now.instant <= Moment.start.instant + .seconds(31))
  }

  @Test("the end of the input delivers what waits, or gives up after 30 seconds")
  func endOfInput() throws {
    var script = try ReturnScript.entered()
    script.finish()
    script.type("last words")
    script.endInput()
    #expect(script.ending == nil && !script.session.isReady)
    var late = script
    late.wait(.milliseconds(250))
    while late.ending == nil, late.now.instant < Moment.start.instant + .seconds(40) {
      late.finish()
      guard let deadline = late.session.deadline else { throw Unexpected() }
      late.wait(
        max(.zero, .nanoseconds(Int64(deadline.nanoseconds - late.now.instant.nanoseconds))))
    }
    #expect(late.ending == .left && late.session.unsaidCount == 1)
    #expect(late.now.instant == Moment.start.instant + .seconds(30))

    script.wait(.milliseconds(250))
    script.connected()
    _ = try script.letIn(head: 5)
    let sent = try script.takeSent()
    #expect(sent.dropFirst().map(\.words) == ["last words"])
    try script.receive(.accepted(id: 1, number: 6))
    #expect(try script.takeSent() == [.bye(NativeBye())])
    script.finish()
    #expect(script.ending == .left && script.session.unsaidCount == 0)
  }

  @Test("only so much waits for a connection")
  func bounded() throws {
    var script = try ReturnScript.entered()
    script.finish()
    var typed = 0
    while script.session.isReady, typed < 10_000 {
      script.type("x")
      typed += 1
    }
    #expect(typed == NativeSession.waitingLimit + NativeClient.window)
  }

  struct Unexpected: Error {}
}

/// A session that comes back, at a server that keeps numbers.
typealias ReturnScript = SessionScript<NativeSession>

extension SessionScript<NativeSession> {
  static let history = [UInt8](0..<16)
  static let token = [UInt8](repeating: 7, count: 16)

  /// In the lobby, with nothing noted.
  static func entered() throws -> Self {
    var script = SessionScript(
      try NativeSession(nick: "ann", returning: ReturnPlan(seed: 1), at: .start))
    _ = try script.letIn(head: 5)
    _ = script.takeShown()
    _ = try script.takeSent()
    return script
  }

  @discardableResult
  mutating func letIn(
    head: UInt64, history: [UInt8] = Self.history, nick: String = "ann"
  ) throws -> NativeWelcome {
    let seat = NativeSeat(room: 7, name: "lobby", historyID: history, head: head)
    let welcome = NativeWelcome(nick: nick, seat: seat, token: Self.token)
    try receive(.welcome(welcome))
    return welcome
  }

  /// Loses the connection and has another one at once.
  mutating func loseAndReturn() throws {
    finish()
    while let deadline = session.deadline, hangUps > dials {
      now.instant = deadline
      expire()
    }
    now = .start
    connected()
    _ = try takeSent()
  }
}

extension NativeFrame {
  /// What is said with it.
  var words: String? {
    if case .say(let say) = self { String(decoding: say.body, as: UTF8.self) } else { nil }
  }
}
