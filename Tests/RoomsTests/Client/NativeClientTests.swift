import Rooms
import Testing
import Wire

@Suite("NativeClient")
struct NativeClientTests {
  @Test("says who it is at once, and is in with the welcome")
  func enters() throws {
    var script = try ClientScript("ann", room: "den")
    #expect(script.sent.starts(with: NativePreface.bytes(.plain)))
    #expect(try script.takeSent() == [.hello(NativeHello(nick: "ann", room: "den"))])
    #expect(!script.client.isReady)
    try script.receive(ClientScript.welcome)
    #expect(script.client.isReady && script.client.nick == "ann")
    #expect(script.client.seat == ClientScript.seat)
    guard case .entered = script.takeActions().first else {
      Issue.record("not entered")
      return
    }
  }

  @Test("tells a server nothing of what is said before its welcome")
  func holdsBack() throws {
    var script = try ClientScript()
    _ = try script.takeSent()
    #expect(throws: RoomRefusal.notMember) { try script.client.say("secret") }
    #expect(throws: RoomRefusal.notMember) { try script.client.command(.rooms) }
    script.drain()
    #expect(script.sent.isEmpty)
    try script.receive(ClientScript.welcome)
    let id = try script.client.say("now")
    script.drain()
    #expect(try script.takeSent() == [.say(NativeSay(id: id, room: 7, body: "now".bytes))])
  }

  @Test("knows when everything was answered")
  func answers() throws {
    var script = try ClientScript.entered()
    let first = try script.client.say("one")
    let second = try script.client.say("waves", action: true)
    let third = try script.client.command(.who(room: ""))
    script.drain()
    #expect(script.client.unansweredCount == 3)
    #expect(try script.takeSent().count == 3)
    try script.receive(
      .accepted(id: first, number: 41), .refused(id: second, code: 9, text: "no"),
      .reply(id: third, .who(room: "lobby", members: NativeNames(["ann"]))))
    #expect(script.client.unansweredCount == 0)
    #expect(
      script.takeActions() == [
        .accepted(id: first, number: 41), .refused(id: second, code: 9, text: "no"),
        .reply(id: third, .who(room: "lobby", members: NativeNames(["ann"]))),
      ])
  }

  @Test("is not ready while too much is unanswered")
  func window() throws {
    var script = try ClientScript.entered()
    for _ in 0..<NativeClient.window { _ = try script.client.say("x") }
    #expect(!script.client.isReady)
    try script.receive(.accepted(id: 1, number: 41))
    #expect(script.client.isReady)
  }

  @Test("refuses to say what no server would take")
  func refusals() throws {
    var script = try ClientScript.entered()
    #expect(throws: RoomRefusal.emptyText) { try script.client.say("") }
    let long = String(repeating: "x", count: Body.limit + 1)
    #expect(throws: RoomRefusal.textTooLong(bytes: long.utf8.count)) {
      try script.client.say(long)
    }
    let endless = String(repeating: "x", count: 70_000)
    #expect(throws: RoomRefusal.self) { try script.client.command(.nick(endless)) }
    #expect(throws: WireError.self) { try ClientScript(endless) }
    script.drain()
    #expect(script.sent.isEmpty && script.client.unansweredCount == 0)
    script.client.close(at: .zero)
    #expect(throws: RoomRefusal.notMember) { try script.client.say("late") }
  }

  @Test("says goodbye once everything is answered")
  func closesWhenAnswered() throws {
    var script = try ClientScript.entered()
    let id = try script.client.say("last words")
    script.client.closeWhenAnswered("so long", at: script.now)
    script.drain()
    #expect(!script.client.isReady)
    #expect(
      try script.takeSent().last == .say(NativeSay(id: id, room: 7, body: "last words".bytes)))
    try script.receive(.accepted(id: id, number: 41))
    #expect(try script.takeSent() == [.bye(NativeBye(text: "so long"))])
    script.finish()
    #expect(script.ending == .left)
  }

  @Test("says goodbye all the same when answers stop coming")
  func closesUnanswered() throws {
    var script = try ClientScript.entered()
    for _ in 0..<2 { _ = try script.client.say("x") }
    script.client.closeWhenAnswered(at: script.now)
    script.wait(until: 9_000)
    try script.receive(.accepted(id: 1, number: 41))
    script.wait(until: 18_999)
    #expect(try script.takeSent().count == 2)
    script.wait(until: 19_000)
    #expect(try script.takeSent() == [.bye(NativeBye())])
    script.wait(until: 21_000)
    #expect(script.ending == .left)
    #expect(script.client.unansweredCount == 1)
  }

  @Test("a silent server is explained after ten seconds")
  func noAnswer() throws {
    var script = try ClientScript()
    script.wait(until: 9_999)
    #expect(script.ending == nil)
    script.wait(until: 10_000)
    #expect(script.ending == .noAnswer)
    #expect(script.ending?.description.contains("start it with --open") == true)
    #expect(script.client.deadline == nil)
  }

  @Test("a server that closes without a word is explained")
  func closedSilently() throws {
    var script = try ClientScript()
    script.finish()
    #expect(script.ending == .closedSilently)
    #expect(script.ending?.description.contains("start it with --open") == true)
  }

  @Test(
    "a server that speaks something else is explained, and gets no more bytes",
    arguments: [
      "\r\n* Welcome\r\n", "\r\n* Welcome to Parley.\nhi", "\r\n* Welcome to Parley.\n\r\n* W",
      "\r\n* Welcome to Parley." + String(repeating: "x", count: 600) + "\n",
      "HTTP/1.1 400 Bad Request\r\n", "SSH-2.0-x\r\n", "PLY1\0\u{1}\0\0",
      "        12ann: hello!!", "\0\u{2A}[2026-11-21T03:16:02] A:\n\thello", "x", "\0\0\0\u{1}c",
    ])
  func notNative(answer: String) throws {
    var script = try ClientScript()
    _ = try script.takeSent()
    for byte in answer.bytes { script.receive([byte]) }
    script.finish()
    #expect(script.ending == .notNative)
    #expect(script.actions.count == 1 && script.sent.isEmpty)
  }

  @Test(
    "a server that greets a person and closes, or says why it does, is lost", arguments: [1, 100])
  func greetedOnly(size: Int) throws {
    let greeting = "\r\n* Welcome to Parley. You are x.\r\n"
    for text in [greeting, greeting + "* The server is closing.\r\n", "\r\n* Wel"] {
      var script = try ClientScript()
      let bytes = text.bytes
      for start in stride(from: 0, to: bytes.count, by: size) {
        script.receive(Array(bytes[start..<min(start + size, bytes.count)]))
      }
      #expect(script.ending == nil)
      script.finish()
      #expect(script.ending == .lost)
    }
  }

  @Test("what is longer than the server takes is refused here, and nothing else")
  func bodyLimit() throws {
    var script = try ClientScript()
    let limits = NativeLimits(frame: 512, body: 5, idleMilliseconds: 0)
    try script.receive(
      .welcome(NativeWelcome(nick: "ann", seat: ClientScript.seat, limits: limits)))
    _ = try script.takeSent()
    let why = RoomRefusal.textTooLong(bytes: 6, limit: 5)
    #expect(throws: why) { try script.client.say("123456") }
    #expect(throws: why) {
      try script.client.command(.whisper(to: "bob", body: Array("123456".utf8)))
    }
    _ = try script.client.say("12345")
    script.drain()
    #expect(try script.takeSent().count == 1 && script.ending == nil)
  }

  @Test("a server that refuses or dismisses says why")
  func refused() throws {
    var script = try ClientScript()
    try script.receive(.refused(id: 0, code: 5, text: "full"))
    #expect(script.ending == .refused(code: 5, text: "full"))
    script = try ClientScript.entered()
    let bye = NativeBye(reason: 5, text: "out", retryAfterMilliseconds: 9)
    try script.receive(.bye(bye))
    #expect(script.ending == .dismissed(bye))
    script = try ClientScript.entered()
    script.finish()
    #expect(script.ending == .lost)
  }

  @Test("answers pings, pings in silence, and gives up after 90 seconds of it")
  func silence() throws {
    var script = try ClientScript.entered()
    try script.receive(.ping)
    #expect(try script.takeSent() == [.pong])
    script.wait(until: 60_000)
    #expect(try script.takeSent() == [.ping])
    try script.receive(.pong)
    script.wait(until: 149_999)
    #expect(try script.takeSent() == [.ping])
    #expect(script.ending == nil)
    script.wait(until: 150_000)
    #expect(script.ending == .timedOut)
  }

  @Test("history is told from what is new")
  func history() throws {
    var script = try ClientScript.entered()
    let span = NativeHistory(room: 7, count: 2, missed: 3)
    try script.receive(
      .history(span), .event(ClientScript.event(39)), .event(ClientScript.event(40)),
      .event(ClientScript.event(41)))
    #expect(
      script.takeActions() == [
        .history(span), .event(ClientScript.event(39), isHistory: true),
        .event(ClientScript.event(40), isHistory: true),
        .event(ClientScript.event(41), isHistory: false),
      ])
  }

  @Test("answers to nothing, a second welcome and a client's frames end it")
  func misbehaviour() throws {
    for frame in [
      NativeFrame.accepted(id: 5, number: 1), .reply(id: 5, .nick("x")), ClientScript.welcome,
      .hello(NativeHello(nick: "", room: "")), .command(id: 1, .rooms),
      .refused(id: 5, code: 1, text: ""),
    ] {
      var script = try ClientScript.entered()
      try script.receive(frame)
      guard case .misbehaved = script.ending else {
        Issue.record("\(frame) was taken")
        continue
      }
    }
  }

  @Test("every split of what a server says gives the same", arguments: 1...17)
  func splits(size: Int) throws {
    var stream: [UInt8] = []
    for frame in [
      .notice("hi"), ClientScript.welcome, .history(NativeHistory(room: 7, count: 1, missed: 0)),
      .event(ClientScript.event(40)), .ping,
      .presence(NativePresence(room: 7, wall: 0, change: .join, nick: "bob")),
      .whisper(NativeWhisper(from: "bob", wall: 0, body: "psst".bytes)), .bye(NativeBye()),
    ] as [NativeFrame] { try frame.encode(into: &stream) }
    var whole = try ClientScript()
    whole.receive(stream)
    whole.finish()
    var split = try ClientScript()
    for start in stride(from: 0, to: stream.count, by: size) {
      split.receive(Array(stream[start..<min(start + size, stream.count)]))
    }
    split.finish()
    #expect(split.actions == whole.actions)
    #expect(split.sent == whole.sent)
    #expect(whole.ending == .dismissed(NativeBye()))
  }

  @Test("random bytes of a server never trap, and end at most once", arguments: 0..<100)
  func randomBytes(seed: UInt64) throws {
    var random = Seeded(seed: seed)
    var script = try ClientScript.entered()
    for _ in 0..<40 {
      let type = NativeType.allCases.randomElement(using: &random)?.rawValue ?? 0
      let body = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        Bool.random(using: &random) ? 0 : UInt8.random(in: 0...255, using: &random)
      }
      script.receive([0, 0, 0, UInt8(body.count + 1), type] + body)
      _ = try? script.client.say("x")
      script.wait(until: Int.random(in: 0...200_000, using: &random))
    }
    script.finish()
    let endings = script.actions.filter { if case .ended = $0 { true } else { false } }
    #expect(endings.count == 1 && script.ending != nil)
  }
}
