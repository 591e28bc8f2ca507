import Rooms
import Testing
import Wire

@Suite struct LineDoorTests {
  private func requests(_ text: String) -> [Request] {
    var script = Script(.line)
    script.receive(text)
    return Array(script.requests.dropFirst())
  }

  private func shown(_ text: String) -> String {
    var script = Script(.line)
    script.receive(text)
    return script.sent.text
  }

  @Test(
    "lines are messages, whatever ends them",
    arguments: [
      ("hello\n", "hello"), ("hello\r\n", "hello"), ("hello\r\r\n", "hello"),
      ("hello\r\0", "hello"),
      ("a\rb\n", "a\rb"), ("  two  words \n", "  two  words "), ("//who\n", "/who"),
      ("è €\n", "è €"),
      ("a\u{0}b\n", "a\0b"),
    ])
  func says(_ typed: String, _ said: String) { #expect(requests(typed) == [.say(said)]) }

  @Test("empty and blank lines are nothing", arguments: ["\n", "\r\n\r\n", "   \n", "\t \r\n"])
  func blank(_ typed: String) { #expect(requests(typed).isEmpty) }

  @Test(
    "commands are requests",
    arguments: [
      ("/nick bob\n", .nick(id: 0, "bob", nearest: false)),
      ("/NICK  bob  \n", .nick(id: 0, "bob", nearest: false)),
      ("/nick a b\n", .nick(id: 0, "a b", nearest: false)),
      ("/join swift\r\n", .join(id: 0, "swift")), ("/join #swift\n", .join(id: 0, "swift")),
      ("/leave\n", .leave(id: 0, nil)), ("/who\n", .who(id: 0, nil)),
      ("/who swift\n", .who(id: 0, "swift")), ("/rooms\n", .rooms(id: 0)),
      (
        "/me waves  a lot\n",
        .say(id: 0, room: nil, form: 0, action: true, body: "waves  a lot".bytes)
      ),
      ("/msg ann hi there\n", .whisper(id: 0, to: "ann", "hi there".bytes)),
      ("/history\n", .history(id: 0, room: nil, last: 20)),
      ("/history 7\n", .history(id: 0, room: nil, last: 7)),
      ("/history 999999999\n", .history(id: 0, room: nil, last: 1000)),
      ("/ignore ann\n", .ignore("ann")), ("/ignore\n", .ignore(nil)),
    ] as [(String, Request)])
  func commands(_ typed: String, _ request: Request) { #expect(requests(typed) == [request]) }

  @Test(
    "what is not understood gets a hint and goes nowhere",
    arguments: [
      ("/nick\n", "/nick NAME"), ("/join\n", "/join ROOM"), ("/me\n", "/me DOES"),
      ("/msg ann\n", "/msg NAME TEXT"), ("/history x\n", "/history [NUMBER]"),
      ("/history 0\n", "/history [NUMBER]"), ("/history -1\n", "/history [NUMBER]"),
      ("/history 9999999999999999999999\n", "/history [NUMBER]"),
      ("/whp\n", "did you mean /who?"), ("/exit\n", "did you mean /quit?"),
      ("/hsitory\n", "/history?"), ("/quti\n", "/quit?"),
      ("/etc/passwd\n", "There is no command /etc/passwd"), ("/foo\n", "no command /foo; /help"),
      ("/etc/passwd\n", "//"),
      ("/\n", "/help"),
      ("/\u{1b}[2J\n", "/<U+001B>[2j"), ("/help\n", "/nick NAME"), ("/help\n", "/quit"),
    ])
  func hints(_ typed: String, _ hint: String) {
    #expect(shown(typed).lowercased().contains(hint.lowercased()), "\(shown(typed))")
    #expect(requests(typed).isEmpty)
    for line in shown(typed).utf8.split(separator: 10) {
      #expect(line.starts(with: "* ".utf8) && line.last == 13)
    }
  }

  @Test("bytes that are not UTF-8 become U+FFFD")
  func invalid() {
    var script = Script(.line)
    script.receive([0x61, 0xC0, 0xAF, 0x0A])
    #expect(script.requests.last == .say("a\u{FFFD}\u{FFFD}"))
  }

  @Test("a goodbye is said and closes, and nothing after it counts")
  func quit() {
    var script = Script(.line)
    script.receive("hi\n/quit so long\nmore\n")
    #expect(
      script.actions == [
        .request(.enter()), .request(.say("hi")), .request(.quit("so long")),
        .transmit("* Goodbye.\r\n".bytes), .close(.quit),
      ])
    script.receive("x\n")
    script.tell(.words("x"))
    script.finish()
    #expect(script.closeReason == .quit)
  }

  @Test(
    "whoever is told apart enters with the first line, not before",
    arguments: [
      ("\n", [.enter()]), ("hi\n", [.enter(), .say("hi")]), ("/nick bob\n", [.enter("bob")]),
      ("/join swift\n", [.enter(room: "swift")]), ("/who\n", [.enter(), .who(id: 0, nil)]),
      ("/help\n", []), ("/foo\n", []), ("/quit\n", []), ("hi", []),
      ("/nick\n/help\n\r\n", [.enter()]),
    ] as [(String, [Request])])
  func entering(_ typed: String, _ requests: [Request]) {
    var script = Script(nil)
    script.receive(typed)
    #expect(script.requests == requests)
  }

  @Test("behind a fixed door one enters at once")
  func fixed() {
    var script = Script(.line, open: [])
    #expect(script.actions == [.request(.enter())])
    script.wait(until: 3_600_000)
    #expect(script.actions.count == 1)
    #expect(script.door.deadline == nil)
  }

  @Test("a line of 4096 bytes is fine, a longer one is the end", arguments: ["\n", "\r\n"])
  func longLine(_ end: String) {
    var script = Script(.line)
    script.receive(String(repeating: "x", count: 4096) + end)
    #expect(script.requests.count == 2 && script.closeReason == nil)
    script.receive(String(repeating: "x", count: 4098))
    guard case .misbehaved = script.closeReason else {
      Issue.record("\(script.actions)")
      return
    }
  }

  @Test("a flood of line ends and a flood of text without one cost nothing")
  func floods() {
    var script = Script(.line)
    script.receive([UInt8](repeating: 10, count: 100_000))
    #expect(script.requests == [.enter()])
    script.receive([UInt8](repeating: 65, count: 100_000))
    #expect(script.closeReason != nil)
  }

  @Test("an unfinished line may take 10 minutes, and an end inside it ends it too")
  func unfinished() {
    var script = Script(.line)
    script.receive("one\ntw")
    script.wait(until: 300_000)
    script.receive("o")
    script.wait(until: 599_999)
    #expect(script.closeReason == nil)
    var other = script
    script.wait(until: 600_000)
    #expect(script.closeReason == .unfinished)
    other.finish()
    #expect(other.requests.last == .say("two"))
    #expect(other.closeReason == .ended)
    var whole = Script(.line)
    whole.receive("one\n")
    whole.finish()
    #expect(whole.closeReason == .ended)
  }

  @Test("people who are ignored are known by their connection")
  func ignoring() {
    var script = Script(.line)
    #expect(!script.door.isIgnoring(ClientID(5)))
    script.door.toggleIgnore(of: ClientID(5), called: "ann")
    script.drain()
    #expect(script.door.isIgnoring(ClientID(5)) && !script.door.isIgnoring(ClientID(6)))
    script.door.tellIgnored()
    script.drain()
    #expect(script.sent.text.hasSuffix("* You ignore ann.\r\n"))
    script.door.toggleIgnore(of: ClientID(5), called: "anna")
    script.drain()
    #expect(script.sent.text.hasSuffix("* You see anna again.\r\n"))
    #expect(!script.door.isIgnoring(ClientID(5)))
    let crowd = (1...100).map { ClientID($0) }
    for author in crowd { script.door.toggleIgnore(of: author, called: "x") }
    #expect(crowd.filter { script.door.isIgnoring($0) }.count == Door.ignoreLimit)
  }
}
