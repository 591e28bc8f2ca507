import Chat
import Rooms
import Testing
import Wire

@Suite("A person at the native door")
struct NativeSessionTests {
  private func entered() throws -> SessionScript<NativeSession> {
    var script = SessionScript(try NativeSession(nick: "ann", at: .start))
    try script.receive(.welcome)
    _ = script.takeShown()
    _ = try script.takeSent()
    return script
  }

  @Test("what we say is shown once, when it is stored")
  func own() throws {
    var script = try entered()
    script.type("hello", "/me waves", "//slash")
    #expect(script.takeShown().isEmpty)
    let ids = try script.takeSent().compactMap { frame -> UInt64? in
      if case .say(let say) = frame { say.id } else { nil }
    }
    #expect(ids.count == 3)
    for (index, id) in ids.enumerated() {
      try script.receive(.accepted(id: id, number: UInt64(index + 1)))
    }
    let shown = script.takeShown()
    #expect(shown.map(\.saying) == ["ann: hello", "ann: waves", "ann: /slash"])
    #expect(script.session.unsaidCount == 0)
  }

  @Test("whoever is in no room is told how to enter one")
  func nowhere() throws {
    var script = try entered()
    script.type("/leave")
    try script.receive(.reply(id: 1, .leave(room: "lobby")))
    _ = script.takeShown()
    script.type("hello")
    let why = "You are in no room; /join ROOM takes you to one."
    #expect(script.takeShown() == [.unsaid("hello", why: why)])
  }

  @Test("what the server refuses, never answers or could not take counts as unsaid")
  func unsaid() throws {
    var script = try entered()
    script.type("refused", "unanswered", "/msg bob secret", String(repeating: "x", count: 20_000))
    let long = script.takeShown()
    #expect(long.count == 1)
    try script.receive(.refused(id: 1, code: 9, text: "Read only."))
    #expect(script.takeShown() == [.unsaid("refused", why: "Read only.")])
    script.finish()
    #expect(
      script.takeShown() == [
        .unsaid("unanswered", why: "no answer came"), .unsaid("secret", why: "no answer came"),
      ])
    #expect(script.session.unsaidCount == 4)
    #expect(script.ending == .native(.lost))
  }

  @Test("a line that is not understood counts as unsaid, a refused command does not")
  func hints() throws {
    var script = try entered()
    script.type("/nikc bob", "/nick bob")
    guard case .hint(let words)? = script.takeShown().first else {
      Issue.record("no hint")
      return
    }
    #expect(words.contains("/nick"))
    try script.receive(.refused(id: 1, code: 11, text: "Taken."))
    #expect(script.takeShown() == [.refused("Taken.")])
    #expect(script.session.unsaidCount == 1)
  }

  @Test("whoever is ignored stays so under another name, until asked back")
  func ignore() throws {
    var script = try entered()
    script.type("/ignore Bob")
    _ = script.takeShown()
    try script.receive(
      .said("one", by: "bob"), .presence(.rename(to: "rob"), of: "bob"),
      .said("two", by: "rob", number: 2),
      .whisper(NativeWhisper(from: "rob", wall: 0, body: [0x68])),
      .said("three", by: "eve", number: 3))
    #expect(script.takeShown().map(\.saying) == ["eve: three"])
    script.type("/ignore")
    #expect(script.takeShown() == [.words("You ignore rob.")])
    script.type("/ignore rob")
    try script.receive(.said("four", by: "rob", number: 4))
    #expect(script.takeShown().compactMap(\.saying) == ["rob: four"])
  }

  @Test("the end of the input waits for all answers, then says goodbye")
  func endOfInput() throws {
    var script = try entered()
    script.type("last words")
    script.endInput()
    #expect(!script.session.isReady)
    #expect(try script.takeSent().count == 1)
    try script.receive(.accepted(id: 1, number: 1))
    #expect(try script.takeSent() == [.bye(NativeBye())])
    script.finish()
    #expect(script.ending == .left)
  }

  @Test("input that ends before the welcome still enters and leaves in order")
  func emptyInput() throws {
    var script = SessionScript(try NativeSession(at: .start))
    script.endInput()
    #expect(script.ending == nil)
    _ = try script.takeSent()
    try script.receive(.welcome)
    #expect(try script.takeSent() == [.bye(NativeBye())])
  }

  @Test("leaving before the welcome ends at once")
  func leaveEarly() throws {
    var script = SessionScript(try NativeSession(at: .start))
    script.leave()
    #expect(script.ending == .left)
  }

  @Test("a server that never answers the hello is waited for as long as was asked")
  func patience() throws {
    var script = SessionScript(try NativeSession(patience: .seconds(3), at: .start))
    script.wait(.milliseconds(2999))
    #expect(script.ending == nil)
    script.wait(.milliseconds(1))
    #expect(script.ending == .native(.noAnswer))
  }

  @Test("a message of another room names it")
  func otherRoom() throws {
    var script = try entered()
    script.type("/join tea")
    let seat = NativeSeat(room: 8, name: "tea", historyID: [UInt8](0..<16), head: 0)
    try script.receive(.reply(id: 1, .join(seat, members: NativeNames(["ann"]))))
    _ = script.takeShown()
    try script.receive(.said("still here", by: "bob"))
    guard case .message(let message)? = script.takeShown().first else {
      Issue.record("no message")
      return
    }
    #expect(message.room == "lobby")
  }
}
