import Rooms
import Testing
import Wire

@Suite struct NoticeTests {
  private let seat = RoomSeat(
    id: 1, name: "lobby", members: ["ann", "bob"], historyID: [], head: 3)
  private let said = ChatEvent(
    kind: .text, number: 3, wall: 0, author: ClientID(2), nick: "bob", body: "hi\nho".bytes)

  private func told(_ kind: DoorKind, _ notice: Notice) -> String {
    var script = Script(kind)
    script.tell(notice)
    return script.sent.text
  }

  @Test("people at the line door read what happened, in lines that begin with a star")
  func lines() {
    let cases: [(Notice, [String])] = [
      (
        .welcome(Welcome(nick: "ann", seat: seat)),
        ["* You are ann in lobby, with bob.", "* Type a line to say it; /help lists the commands."]
      ),
      (
        .welcome(Welcome(nick: "ann-2", refusal: .taken, seat: seat)),
        [
          "* That name is taken.", "* You are ann-2 in lobby, with ann, bob.",
          "* Type a line to say it; /help lists the commands.",
        ]
      ),
      (.accepted(id: 0, number: 3), []),
      (.refused(id: 0, code: .badName, text: "no\n* bob left"), ["* no", "  | * bob left"]),
      (.reply(id: 0, .renamed(nick: "x", refusal: nil)), ["* You are now x."]),
      (
        .reply(
          id: 0, .joined(RoomSeat(id: 1, name: "r", members: ["ann"], historyID: [], head: 0))),
        ["* You are now in r, alone so far."]
      ),
      (.reply(id: 0, .left(room: "r")), ["* You left r. /join ROOM takes you to another."]),
      (.reply(id: 0, .who(room: "r", members: ["a", "b"])), ["* In r (2): a, b"]),
      (
        .reply(id: 0, .rooms([.init(name: "r", members: 2), .init(name: "s", members: 0)])),
        ["* Rooms: r (2), s (0)"]
      ),
      (.reply(id: 0, .whispered(to: "bob")), ["* You whispered to bob."]),
      (.reply(id: 0, .history(room: 1, [], missed: 0)), ["* Nothing was said here yet."]),
      (
        .reply(id: 0, .history(room: 1, [said], missed: 0)),
        ["* Said before (1):", "bob: hi", "  | ho"]
      ),
      (.history(room: 1, [], missed: 0), []),
      (
        .history(room: 1, [said], missed: 2),
        [
          "* 2 messages missed.", "* Said before (1):", "bob: hi", "  | ho",
        ]
      ),
      (
        .whisper(from: "bob", trust: .unverified, body: "a\nb".bytes),
        ["* bob whispers: a", "  | b"]
      ),
      (.words("\u{1b}c"), ["* <U+001B>c"]),
      (
        .bye(.closing, text: "The server closes.", retryAfterMilliseconds: 1),
        ["* The server closes."]
      ),
    ]
    for (notice, lines) in cases {
      let expected = lines.map { $0 + "\r\n" }.joined()
      #expect(told(.line, notice).utf8.elementsEqual(expected.utf8), "\(notice)")
    }
  }

  @Test("programs that cannot ask are told only what they must know")
  func quiet() throws {
    #expect(told(.u16, .welcome(Welcome(nick: "ann", seat: seat))).isEmpty)
    #expect(told(.u16, .reply(id: 0, .renamed(nick: "ann", refusal: nil))).isEmpty)
    #expect(told(.u16, .accepted(id: 0, number: 1)).isEmpty)
    let cases: [(Notice, [String])] = [
      (
        .reply(id: 0, .renamed(nick: "ann-2", refusal: .taken)),
        ["server:\n\tThat name is taken. You are ann-2 here."]
      ),
      (
        .welcome(Welcome(nick: "ann-2", refusal: .taken, seat: seat)),
        ["server:\n\tThat name is taken. You are ann-2 here."]
      ),
      (.history(room: 1, [said], missed: 0), ["bob:\n\thi\n\t| ho"]),
      (
        .history(room: 1, [said], missed: 1),
        ["server:\n\t1 messages missed.", "bob:\n\thi\n\t| ho"]
      ),
      (.whisper(from: "bob", trust: .unverified, body: [65]), ["server:\n\tbob whispers: A"]),
      (.refused(id: 0, code: .full, text: "no"), ["server:\n\tno"]),
    ]
    for (notice, texts) in cases {
      var script = Script(.u16)
      script.tell(notice)
      #expect(
        try payloads(script.sent, .u16).map(\.text) == texts.map { "[1970-01-01T00:00:00] " + $0 })
    }
  }

  @Test("a goodbye of the server's ends everything that still waits", arguments: DoorKind.allCases)
  func bye(_ kind: DoorKind) {
    var door = Door(kind: kind, open: .all, at: .zero)
    door.tell(.bye(.slow, text: "bye", retryAfterMilliseconds: 0), at: 0, offset: 0)
    guard case .transmit? = door.next() else {
      Issue.record("no goodbye")
      return
    }
    #expect(door.next() == .close(.dismissed(.slow)))
    #expect(door.next() == nil)
  }

  @Test("a client that was not greeted gets no word, one that was gets a line")
  func undecided() {
    var script = Script(nil)
    script.tell(.bye(.closing, text: "bye", retryAfterMilliseconds: 0))
    #expect(script.actions == [.close(.dismissed(.closing))])
    script = Script(nil)
    script.wait(until: 300)
    script.tell(.bye(.closing, text: "bye", retryAfterMilliseconds: 0))
    #expect(script.sent.text.hasSuffix("\r\n* bye\r\n"))
  }

  @Test("long lists end in a count")
  func longLists() {
    let members = (1...10_000).map { "n\($0)" }
    let line = told(.line, .reply(id: 0, .who(room: "r", members: members)))
    #expect(line.hasPrefix("* In r (10000): n1, n2") && line.hasSuffix(" and 9800 more\r\n"))
  }
}
