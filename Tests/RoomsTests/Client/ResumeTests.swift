import Rooms
import Testing
import Wire

@Suite("What a client resumes with")
struct ResumeTests {
  func lastNumber(_ script: ClientScript) -> UInt64? { script.client.memory.resume?.lastNumber }

  /// A client that is in again over another connection, at a room whose head is `head`.
  func back(
    _ script: ClientScript, head: UInt64, history: [UInt8] = ClientScript.history,
    in room: String = "lobby"
  ) throws -> ClientScript {
    var other = try ClientScript(memory: script.client.memory)
    other.sent = []
    let seat = NativeSeat(room: 9, name: room, historyID: history, head: head)
    try other.receive(
      .welcome(NativeWelcome(nick: "ann", seat: seat, token: ClientScript.token, isResumed: true)))
    return other
  }

  @Test("nothing without a welcome or a token")
  func nothing() throws {
    var script = try ClientScript()
    #expect(script.client.memory.resume == nil)
    try script.receive(.welcome(NativeWelcome(nick: "ann", seat: ClientScript.seat)))
    #expect(script.client.memory.resume == nil)
  }

  @Test("a newcomer has missed nothing of before")
  func newcomer() throws {
    let script = try ClientScript.entered()
    #expect(
      script.client.memory.resume
        == NativeResume(
          historyID: ClientScript.history, lastNumber: 40, token: ClientScript.token))
  }

  @Test("the number follows what others and oneself said")
  func follows() throws {
    var script = try ClientScript.entered()
    let id = try script.client.say("x")
    try script.receive(.event(ClientScript.event(41)), .accepted(id: id, number: 42))
    #expect(lastNumber(script) == 42)
  }

  @Test("a number of one's own counts only when everything below it was seen")
  func gap() throws {
    var script = try ClientScript.entered()
    let (first, second) = (try script.client.say("x"), try script.client.say("y"))
    try script.receive(.accepted(id: first, number: 42), .accepted(id: second, number: 43))
    #expect(lastNumber(script) == 40)
    try script.receive(.event(ClientScript.event(41)))
    #expect(lastNumber(script) == 43)
    let numbers = script.actions.filter { if case .gap = $0 { true } else { false } }
    #expect(numbers.isEmpty)
  }

  @Test("who resumes names its room and number, and gets the rest once")
  func resumes() throws {
    let lost = try ClientScript.entered()
    var hello = try ClientScript(memory: lost.client.memory)
    let resume = NativeResume(
      historyID: ClientScript.history, lastNumber: 40, token: ClientScript.token)
    #expect(
      try hello.takeSent() == [.hello(NativeHello(nick: "ann", room: "lobby", resume: resume))])

    var script = try back(lost, head: 42)
    #expect(script.client.goesOn && lastNumber(script) == 40)
    _ = script.takeActions()
    let events = (41...43).map { ClientScript.event($0, in: 9) }
    try script.receive(
      .history(NativeHistory(room: 9, count: 2, missed: 0)), .event(events[0]), .event(events[1]),
      .event(events[2]), .event(events[0]))
    #expect(
      script.takeActions() == [
        .history(NativeHistory(room: 9, count: 2, missed: 0)),
        .event(events[0], isHistory: true), .event(events[1], isHistory: true),
        .caughtUp(room: 9, isWhole: true), .event(events[2], isHistory: false),
      ])
    #expect(lastNumber(script) == 43)
  }

  @Test("with nothing said meanwhile all is there at once")
  func nothingMissed() throws {
    let script = try back(try ClientScript.entered(), head: 40)
    #expect(script.actions.last == .caughtUp(room: 9, isWhole: true))
  }

  @Test("a message of one's own that was shown is not told again")
  func own() throws {
    var lost = try ClientScript.entered()
    let id = try lost.client.say("x")
    try lost.receive(.accepted(id: id, number: 42))
    var script = try back(lost, head: 42)
    _ = script.takeActions()
    try script.receive(
      .history(NativeHistory(room: 9, count: 2, missed: 0)),
      .event(ClientScript.event(41, in: 9)), .event(ClientScript.event(42, in: 9)))
    #expect(
      script.takeActions().dropFirst() == [
        .event(ClientScript.event(41, in: 9), isHistory: true), .caughtUp(room: 9, isWhole: true),
      ])
  }

  @Test("what is gone, or does not come, leaves it incomplete")
  func incomplete() throws {
    let lost = try ClientScript.entered()
    var gone = try back(lost, head: 45)
    try gone.receive(
      .history(NativeHistory(room: 9, count: 1, missed: 4)), .event(ClientScript.event(45, in: 9)))
    #expect(gone.actions.last == .caughtUp(room: 9, isWhole: false))
    #expect(lastNumber(gone) == 45)

    var hole = try back(lost, head: 45)
    try hole.receive(
      .history(NativeHistory(room: 9, count: 2, missed: 0)), .event(ClientScript.event(41, in: 9)),
      .event(ClientScript.event(45, in: 9)))
    #expect(hole.actions.suffix(3).first == .gap(room: 9, count: 3))
    #expect(hole.actions.last == .caughtUp(room: 9, isWhole: false))

    var silent = try back(lost, head: 45)
    silent.wait(until: 9_999)
    #expect(silent.actions.count == 1)
    silent.wait(until: 10_000)
    #expect(silent.actions.last == .caughtUp(room: 9, isWhole: false))
  }

  @Test("another history, or a shorter one, starts over at its head")
  func otherHistory() throws {
    let lost = try ClientScript.entered()
    for (history, head) in [
      ([UInt8](repeating: 9, count: 16), 50), (ClientScript.history, 30),
    ] as [([UInt8], UInt64)] {
      let script = try back(lost, head: head, history: history)
      #expect(!script.client.goesOn && lastNumber(script) == head)
    }
    let elsewhere = try back(lost, head: 3, in: "den")
    #expect(!elsewhere.client.goesOn && elsewhere.client.memory.otherRooms.isEmpty)
  }

  @Test("the largest numbers do not overflow")
  func largest() throws {
    var script = try ClientScript.entered()
    let (first, second) = (try script.client.say("x"), try script.client.say("y"))
    try script.receive(
      .accepted(id: first, number: .max), .event(ClientScript.event(.max - 1)),
      .event(ClientScript.event(.max)), .accepted(id: second, number: 0))
    #expect(lastNumber(script) == .max)
    #expect(script.actions.last == .gap(room: 7, count: .max - 43))
    var lost = try back(script, head: .max)
    try lost.receive(.history(NativeHistory(room: 9, count: 0, missed: .max)))
    #expect(lastNumber(lost) == .max)
  }

  @Test("each room has a number of its own, and keeps it until one leaves")
  func otherRoom() throws {
    var script = try ClientScript.entered()
    let id = try script.client.command(.join(room: "den"))
    #expect(!script.client.isReady)
    let den = NativeSeat(
      room: 8, name: "den", historyID: [UInt8](repeating: 3, count: 16), head: 5)
    try script.receive(.reply(id: id, .join(den, members: NativeNames(["ann"]))))
    #expect(script.client.seat == den && script.client.isReady)
    #expect(lastNumber(script) == 5)
    try script.receive(.event(ClientScript.event(41)))
    #expect(lastNumber(script) == 5)
    let turned = script.client.turn(to: "LOBBY")
    #expect(turned)
    #expect(lastNumber(script) == 41)
    let leave = try script.client.command(.leave(room: "lobby"))
    try script.receive(.reply(id: leave, .leave(room: "lobby")))
    let back = script.client.turn(to: "lobby")
    #expect(script.client.seat == den && !back)
  }

  @Test("a number of another connection means no room of before")
  func staleNumbers() throws {
    var lost = try ClientScript.entered()
    let id = try lost.client.command(.join(room: "den"))
    let den = NativeSeat(
      room: 8, name: "den", historyID: [UInt8](repeating: 3, count: 16), head: 5)
    try lost.receive(.reply(id: id, .join(den, members: NativeNames(["ann"]))))
    var script = try ClientScript(memory: lost.client.memory)
    // The server has begun anew, and the den is the seventh room now.
    let seat = NativeSeat(
      room: 7, name: "den", historyID: [UInt8](repeating: 4, count: 16), head: 0)
    try script.receive(
      .welcome(NativeWelcome(nick: "ann", seat: seat, token: ClientScript.token)))
    #expect(script.client.memory.otherRooms == ["lobby"])
    try script.receive(.event(ClientScript.event(1)))
    #expect(lastNumber(script) == 1)
    let turned = script.client.turn(to: "lobby")
    #expect(!turned)
  }

  @Test("a longer history than any client would show ends it")
  func endlessHistory() throws {
    var script = try ClientScript.entered()
    try script.receive(.history(NativeHistory(room: 7, count: .max, missed: 0)))
    guard case .misbehaved = script.ending else { throw Unexpected() }
  }

  struct Unexpected: Error {}
}
