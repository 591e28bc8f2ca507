import Chat
import Rooms
import Testing
import Wire

@testable import parley

@Suite("What a chat reads like")
struct ChatWordsTests {
  /// An hour east of UTC.
  private let terminal = ChatWords(style: .terminal, offset: { _ in 3600 })
  private let pipe = ChatWords(style: .pipe, offset: { _ in 3600 })
  /// 13:05 in UTC.
  private let wall: Int64 = 1_704_200_700_000

  private func texts(_ words: ChatWords, _ event: MemberEvent) -> [String] {
    words.lines(for: event).map(\.text)
  }

  private func message(
    _ text: String, form: NativeForm = .text, room: String? = nil, isOwn: Bool = false
  ) -> MemberEvent {
    .message(
      MemberMessage(
        wall: wall, nick: "bob", form: form, body: Array(text.utf8), room: room, isOwn: isOwn))
  }

  @Test("messages have the time for people and none for programs")
  func messages() {
    #expect(texts(terminal, message("hi")) == ["14:05 bob: hi"])
    #expect(texts(pipe, message("hi")) == ["bob: hi"])
    #expect(texts(terminal, message("waves", form: .action)) == ["14:05 * bob waves"])
    #expect(texts(terminal, message("hi", room: "tea")) == ["14:05 [tea] bob: hi"])
  }

  @Test("a name that would read like another kind of line stands in quotation marks")
  func strangeNames() {
    func said(_ name: String) -> [String] {
      let text = ChatText(time: .unknown, name: name, text: "x")
      let event = PeerEvent.said(
        PeerName(name), time: .unknown, text: Array("x".utf8), isOwn: false, isCut: false)
      #expect(texts(pipe, .chatText(text)) == texts(pipe, .peer(event)))
      return texts(pipe, .peer(event))
    }
    #expect(said("  | bob") == ["\"  | bob\": x"])
    #expect(said("* bob left") == ["\"* bob left\": x"])
    #expect(said("! not said") == ["\"! not said\": x"])
    #expect(said("bob: yes") == ["\"bob: yes\": x"])
    #expect(said("") == ["\"\": x"])
    #expect(said("\"bob\"") == ["\"\"bob\"\": x"])
    #expect(said("bob:8080 *") == ["bob:8080 *: x"])
    #expect(texts(pipe, .peer(.joined(PeerName("* bob")))) == ["* \"* bob\" joined"])
  }

  @Test("among peers a place and a mark say where there is doubt who it is")
  func peers() {
    let time = Timestamp(year: 2026, month: 11, day: 21, hour: 3, minute: 17)
    func said(_ who: PeerName, _ text: String, isOwn: Bool = false, isCut: Bool = false)
      -> MemberEvent
    {
      .peer(.said(who, time: time, text: Array(text.utf8), isOwn: isOwn, isCut: isCut))
    }
    let doubtful = PeerName("bob", place: "192.0.2.1:8080", isMarked: true)
    #expect(texts(terminal, said(PeerName("bob"), "hi")) == ["03:17 bob: hi"])
    #expect(texts(pipe, said(doubtful, "hi")) == ["bob@192.0.2.1:8080 (?): hi"])
    #expect(texts(pipe, said(PeerName("bob"), "hi", isOwn: true)).isEmpty)
    #expect(
      texts(pipe, said(PeerName("bob"), "one\ntw", isCut: true)) == ["bob: one", "  | tw [cut]"])
    #expect(
      texts(pipe, .peer(.raw([0xFF, 0x1B], from: "192.0.2.1:8080", isCut: false)))
        == ["192.0.2.1:8080 (no chat text): \u{FFFD}<U+001B>"])
    #expect(texts(pipe, .peer(.joined(PeerName("b\nob")))) == ["* b<U+000A>ob joined"])
    #expect(texts(pipe, .peer(.left(doubtful))) == ["* bob@192.0.2.1:8080 (?) left"])
    #expect(
      texts(pipe, .peer(.gone(PeerName("bob"), why: "silent for 10 minutes")))
        == ["* bob is gone (silent for 10 minutes)"])
    #expect(texts(pipe, .peer(.back(PeerName("bob")))) == ["* bob is back"])
  }

  @Test("one's own messages are shown to people only")
  func own() {
    #expect(texts(terminal, message("hi", isOwn: true)) == ["14:05 bob: hi"])
    #expect(texts(pipe, message("hi", isOwn: true)).isEmpty)
  }

  @Test("nothing that others send can steer a terminal or begin a line of its own")
  func hostile() {
    let evil = "one\n12:00 ann: two\r\u{1b}[2J\u{202e}"
    let lines = texts(terminal, message(evil))
    #expect(lines.count == 2)
    #expect(lines[0] == "14:05 bob: one")
    #expect(lines[1].hasPrefix("  | 12:00 ann: two"))
    let events: [MemberEvent] = [
      message(evil), .words(evil), .refused(evil), .hint(evil), .unsaid(evil, why: evil),
      .frame(Array(evil.utf8)), .whispered(to: evil, text: evil),
      .whisper(NativeWhisper(from: evil, wall: wall, body: Array(evil.utf8))),
      .presence(
        NativePresence(room: 1, wall: wall, change: .leave(reason: 0, words: evil), nick: evil),
        room: evil),
      .presence(
        NativePresence(room: 1, wall: wall, change: .rename(to: evil), nick: evil), room: nil),
      .reply(.nick(evil)), .reply(.leave(room: evil)), .reply(.whisper(to: evil)),
      .reply(.who(room: evil, members: NativeNames([evil]))),
      .reply(.rooms([NativeListing(name: evil, members: 1)])),
      .chatText(ChatText(time: .unknown, name: evil, text: evil)),
      .entered(
        NativeWelcome(
          nick: evil,
          seat: NativeSeat(room: 1, name: evil, historyID: [UInt8](0..<16), head: 0),
          members: NativeNames([evil, "ann"]), remark: evil)),
    ]
    for event in events {
      for words in [terminal, pipe] {
        for line in texts(words, event) {
          let scalars = line.unicodeScalars
          #expect(
            scalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{202e}" }, "\(line.debugDescription)")
        }
      }
    }
  }

  @Test("it says why somebody left", arguments: LeaveReason.allCases)
  func leaving(reason: LeaveReason) {
    let presence = NativePresence(
      room: 1, wall: wall, change: .leave(reason: reason.rawValue, words: "bye"), nick: "bob")
    #expect(
      texts(pipe, .presence(presence, room: nil)) == ["* bob left (\(reason.words): bye)"])
  }

  @Test("coming and changing names")
  func presence() {
    func text(_ change: NativePresence.Change) -> [String] {
      texts(
        terminal,
        .presence(NativePresence(room: 1, wall: wall, change: change, nick: "bob"), room: nil))
    }
    #expect(text(.join) == ["14:05 * bob joined"])
    #expect(text(.rename(to: "rob")) == ["14:05 * bob is now known as rob"])
    #expect(text(.leave(reason: 99, words: "")) == ["14:05 * bob left (reason 99)"])
  }

  @Test("a chat text is shown with its own time, presence as presence")
  func chatTexts() {
    let time = Timestamp(year: 2024, month: 1, day: 2, hour: 9, minute: 7)
    func text(_ text: String) -> [String] {
      texts(terminal, .chatText(ChatText(time: time, name: "bob", text: text)))
    }
    #expect(text("hi") == ["09:07 bob: hi"])
    #expect(text(ChatText.join) == ["09:07 * bob joined"])
    #expect(text(ChatText.leave) == ["09:07 * bob left"])
  }

  @Test("words for people do not come to programs")
  func people() {
    let unsaid = pipe.lines(for: .unsaid("hi", why: "Read only."))
    #expect(unsaid == [ChatWords.Line(text: "! not said (Read only): hi", isForPeople: true)])
    let help = pipe.lines(for: .help)
    #expect(help.filter(\.isForPeople) == help)
    let refused = ChatWords.Line(text: "! No.", isForPeople: true)
    #expect(pipe.lines(for: .refused("No.")) == [refused])
    #expect(pipe.lines(for: message("hi")) == [ChatWords.Line(text: "bob: hi")])
  }

  @Test("what became of the connection, and of what was typed meanwhile, is for people")
  func returning() {
    func welcome(_ members: [String], remark: String = "") -> NativeWelcome {
      let seat = NativeSeat(room: 1, name: "lob\u{1b}by", historyID: [UInt8](0..<16), head: 0)
      return NativeWelcome(
        nick: "ann", seat: seat, members: NativeNames(members), remark: remark)
    }
    let people: [(MemberEvent, [String])] = [
      (
        .away(why: "reset\u{7}", pause: .milliseconds(250)),
        ["* No connection: reset<U+0007>; trying again at once."]
      ),
      (
        .away(why: "no answer.", pause: .milliseconds(29_001)),
        ["* No connection: no answer; trying again in 30 s."]
      ),
      (
        .back(welcome(["ann", "bob"]), after: .seconds(12), goesOn: true),
        ["* Back after 12 s: you are ann in lob<U+001B>by, with bob."]
      ),
      (
        .back(welcome(["ann"], remark: "taken\n"), after: .zero, goesOn: false),
        [
          "* taken<U+000A>", "* Back after 1 s: you are ann in lob<U+001B>by, alone so far.",
          "* What was said meanwhile is not known: the history has begun anew.",
        ]
      ),
      (.waits("a\u{1b}\nb"), ["* waits for a connection: a<U+001B>", "  | b"]),
      (.doubtful("hi"), ["! nobody knows whether this was said: hi"]),
      (.talking(in: "t\re"), ["* You talk in t<U+000D>e now."]),
      (.talking(in: nil), ["* You are in no room; /join ROOM takes you to one."]),
    ]
    for (event, expected) in people {
      let lines = terminal.lines(for: event)
      #expect(lines.map(\.text) == expected)
      #expect(lines.allSatisfy(\.isForPeople) && lines == pipe.lines(for: event))
    }
    // What is missing is missing for programs, too.
    let missing = pipe.lines(for: .missing(2, room: nil))
    #expect(missing == [.init(text: "* 2 messages are missing here.")])
    #expect(
      texts(pipe, .missing(1, room: "t\u{1b}")) == ["* 1 message is missing here in t<U+001B>."])
  }

  @Test("a silent server is explained")
  func endings() {
    #expect(ChatWords.explanation(of: .left) == nil)
    #expect(ChatWords.explanation(of: .native(.closedSilently))?.contains("--open") == true)
    let bye = NativeBye(reason: 0, text: "bye\u{1b}[2J")
    #expect(
      ChatWords.explanation(of: .native(.dismissed(bye)))
        == "the server said goodbye: bye<U+001B>[2J")
  }
}
