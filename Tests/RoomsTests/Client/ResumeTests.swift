import Rooms
import Testing
import Wire

@Suite("What a client resumes with")
struct ResumeTests {
  func lastNumber(_ script: ClientScript) -> UInt64? { script.client.resumePoint?.lastNumber }

  @Test("nothing without a welcome or a token")
  func nothing() throws {
    var script = try ClientScript()
    #expect(script.client.resumePoint == nil)
    try script.receive(.welcome(NativeWelcome(nick: "ann", seat: ClientScript.seat)))
    #expect(script.client.resumePoint == nil)
  }

  @Test("a newcomer has missed nothing of before")
  func newcomer() throws {
    let script = try ClientScript.entered()
    #expect(
      script.client.resumePoint
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
  }

  @Test("who resumes goes on from its number, and old history takes nothing back")
  func resumes() throws {
    let resume = NativeResume(
      historyID: ClientScript.history, lastNumber: 30, token: ClientScript.token)
    var script = try ClientScript(resume: resume)
    #expect(try script.takeSent() == [.hello(NativeHello(nick: "ann", room: "", resume: resume))])
    try script.receive(ClientScript.welcome)
    #expect(lastNumber(script) == 30)
    try script.receive(
      .history(NativeHistory(room: 7, count: 2, missed: 0)), .event(ClientScript.event(31)))
    #expect(lastNumber(script) == 31)
    try script.receive(.event(ClientScript.event(5)))
    #expect(lastNumber(script) == 31)
  }

  @Test("another history, or a shorter one, starts over at its head")
  func otherHistory() throws {
    let other = [UInt8](repeating: 9, count: 16)
    for (history, last) in [(other, 30), (ClientScript.history, 99)] as [([UInt8], UInt64)] {
      let resume = NativeResume(historyID: history, lastNumber: last, token: ClientScript.token)
      var script = try ClientScript(resume: resume)
      try script.receive(ClientScript.welcome)
      #expect(lastNumber(script) == 40)
    }
  }

  @Test("the largest numbers do not overflow")
  func largest() throws {
    var script = try ClientScript.entered()
    let (first, second) = (try script.client.say("x"), try script.client.say("y"))
    try script.receive(
      .accepted(id: first, number: .max), .event(ClientScript.event(.max - 1)),
      .event(ClientScript.event(.max)), .accepted(id: second, number: 0))
    #expect(lastNumber(script) == .max)
  }

  @Test("a room that one goes to has its own number")
  func otherRoom() throws {
    var script = try ClientScript.entered()
    let id = try script.client.command(.join(room: "den"))
    let den = NativeSeat(
      room: 8, name: "den", historyID: [UInt8](repeating: 3, count: 16), head: 5)
    try script.receive(.reply(id: id, .join(den, members: NativeNames(["ann"]))))
    #expect(script.client.seat == den)
    #expect(lastNumber(script) == 5)
    try script.receive(.event(ClientScript.event(50)))
    #expect(lastNumber(script) == 5)
    let leave = try script.client.command(.leave(room: ""))
    try script.receive(.reply(id: leave, .leave(room: "den")))
    #expect(script.client.seat == nil)
  }
}
