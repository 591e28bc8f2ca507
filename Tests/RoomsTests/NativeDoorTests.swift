import Rooms
import Testing
import Wire

@Suite struct NativeDoorTests {
  private let preface = NativePreface.bytes(.plain)

  private func bytes(_ frames: NativeFrame...) throws -> [UInt8] {
    var bytes: [UInt8] = []
    for frame in frames { try frame.encode(into: &bytes) }
    return bytes
  }

  private func hello(_ nick: String = "ann", resume: NativeResume? = nil) throws -> [UInt8] {
    try preface + bytes(.hello(NativeHello(nick: nick, room: "", resume: resume)))
  }

  private func frames(_ bytes: [UInt8]) throws -> [NativeFrame] {
    var decoder = NativeDecoder(awaitsPreface: false)
    decoder.receive(bytes.span)
    var frames: [NativeFrame] = []
    while let frame = try decoder.next() { frames.append(frame) }
    try decoder.finish()
    return frames
  }

  @Test("a hello enters, behind both kinds of listener", arguments: [DoorKind.native, nil])
  func enters(_ kind: DoorKind?) throws {
    var script = Script(kind)
    let id = [UInt8](repeating: 1, count: 16)
    let token = [UInt8](repeating: 2, count: 16)
    script.receive(
      try hello("", resume: NativeResume(historyID: id, lastNumber: 7, token: token)))
    #expect(script.door.kind == .native)
    #expect(
      script.actions == [
        .request(
          .enter(nick: nil, room: nil, resume: Resume(historyID: id, lastNumber: 7, token: token)))
      ])
  }

  @Test("frames are requests")
  func requests() throws {
    var script = Script(.native)
    script.receive(try hello())
    script.receive(
      try bytes(
        .say(NativeSay(id: 1, room: 0, body: "hi".bytes)),
        .say(NativeSay(id: 2, room: 9, form: .action, body: "waves".bytes)),
        .say(NativeSay(id: 3, room: 9, form: .signed, body: [0xFF])),
        .command(id: 4, .nick("bob")), .command(id: 5, .join(room: "swift")),
        .command(id: 6, .leave(room: "")), .command(id: 7, .who(room: "x")),
        .command(id: 8, .rooms), .command(id: 9, .whisper(to: "bob", body: "psst".bytes)),
        .command(id: 10, .history(room: "", last: .max)), .bye(NativeBye(text: "so long"))))
    #expect(
      script.actions.dropFirst() == [
        .request(.say(id: 1, room: nil, form: 0, action: false, body: "hi".bytes)),
        .request(.say(id: 2, room: 9, form: 0, action: true, body: "waves".bytes)),
        .request(.say(id: 3, room: 9, form: 1, action: false, body: [0xFF])),
        .request(.nick(id: 4, "bob", nearest: false)), .request(.join(id: 5, "swift")),
        .request(.leave(id: 6, nil)), .request(.who(id: 7, "x")), .request(.rooms(id: 8)),
        .request(.whisper(id: 9, to: "bob", "psst".bytes)),
        .request(.history(id: 10, room: nil, last: 1000)), .request(.quit("so long")),
        .close(.quit),
      ])
  }

  @Test("a ping is answered, an unknown command refused, both in order with the rest")
  func answers() throws {
    var script = Script(.native)
    script.receive(try hello())
    script.receive(
      try bytes(.ping, .command(id: 3, .unknown(verb: 99, arguments: [1])), .pong))
    let frames = try frames(script.sent)
    #expect(frames.first == .pong)
    guard case .refused(3, RefusalCode.unknownCommand.rawValue, _) = frames.last else {
      Issue.record("\(frames)")
      return
    }
    #expect(script.closeReason == nil)
  }

  @Test("what breaks the protocol gets a bye and the end")
  func misbehaviour() throws {
    let after: [[UInt8]] = [
      try hello() + hello().dropFirst(8), try hello() + bytes(.accepted(id: 1, number: 1)),
      try hello() + [0, 0, 0, 1, 99], try hello() + [0xFF, 0xFF, 0xFF, 0xFF],
      try hello() + [0, 0, 0, 0], preface + (try bytes(.ping)),
      preface + (try bytes(.say(NativeSay(id: 1, room: 0, body: [65])))),
      preface + (try bytes(.hello(NativeHello(version: 0, nick: "", room: "")))),
    ]
    for bytes in after {
      var script = Script(.native)
      script.receive(bytes)
      guard case .misbehaved = script.closeReason, case .bye(let bye) = try frames(script.sent).last
      else {
        Issue.record("\(script.actions)")
        continue
      }
      #expect(bye.reason == ByeReason.misbehaved.rawValue && !bye.text.isEmpty)
    }
  }

  @Test("other patterns and other protocols get silence", arguments: [1, 2, 3, 255] as [UInt8])
  func otherPatterns(_ pattern: UInt8) {
    var script = Script(nil)
    script.receive("PLY1".bytes + [pattern, 1, 0, 0])
    #expect(script.actions.count == 1)
    guard case .misbehaved = script.closeReason else {
      Issue.record("\(script.actions)")
      return
    }
    script = Script(.native)
    script.receive("GET / HTTP/1.1\r\n\r\n")
    #expect(script.sent.isEmpty && script.closeReason != nil)
  }

  @Test("a preface has 5 seconds, a hello 10, and one that has begun 5")
  func slowStart() throws {
    for (sent, limit) in [(0, 5000), (4, 5000), (7, 5000), (8, 10_000), (12, 5000)] {
      var script = Script(.native)
      script.receive(Array(try hello().prefix(sent)))
      script.wait(until: limit - 1)
      #expect(script.actions.isEmpty, "\(sent)")
      script.wait(until: limit)
      #expect(script.actions == [.close(.unfinished)], "\(sent)")
    }
  }

  @Test("a native client that is told apart may be silent first")
  func silentFirst() throws {
    var script = Script(nil)
    script.wait(until: 400_000)
    _ = script.take()
    script.receive("PLY1")
    script.wait(until: 404_999)
    #expect(script.actions.isEmpty)
    script.receive(Array(try hello().dropFirst(4)))
    #expect(script.requests == [.enter("ann")])
    script.wait(until: 450_000)
    #expect(script.closeReason == nil)
  }

  @Test("silence is pinged after 60 s and cut after 90 s, any byte begins anew")
  func keepalive() throws {
    var script = Script(.native)
    script.receive(try hello())
    _ = script.take()
    script.wait(until: 59_999)
    #expect(script.actions.isEmpty)
    script.wait(until: 60_000)
    #expect(try frames(script.sent) == [.ping])
    script.wait(until: 80_000)
    script.receive(try bytes(.pong))
    _ = script.take()
    script.wait(until: 139_999)
    #expect(script.actions.isEmpty)
    script.wait(until: 169_999)
    #expect(try frames(script.sent) == [.ping])
    script.wait(until: 170_000)
    #expect(script.closeReason == .timedOut)
    guard case .bye(let bye) = try frames(script.sent).last else {
      Issue.record("no bye")
      return
    }
    #expect(bye.reason == ByeReason.timedOut.rawValue)
  }

  @Test("a frame has 5 seconds, however its bytes dribble")
  func dribble() throws {
    var script = Script(.native)
    script.receive(try hello())
    let say = try bytes(.say(NativeSay(id: 1, room: 0, body: "hello there".bytes)))
    for (second, byte) in say.enumerated().dropLast() where second < 5 {
      script.wait(until: second * 1000)
      script.receive([byte])
    }
    #expect(script.closeReason == nil)
    script.wait(until: 5000)
    #expect(script.closeReason == .unfinished)
  }

  @Test("notices are frames")
  func notices() throws {
    var script = Script(.native)
    script.receive(try hello())
    let id = [UInt8](repeating: 1, count: 16)
    let seat = RoomSeat(id: 3, name: "lobby", members: ["ann", "bob"], historyID: id, head: 8)
    let event = ChatEvent(
      kind: .text, number: 8, wall: 5, author: ClientID(2), nick: "bob", body: "\u{1b}hi".bytes)
    let wireSeat = NativeSeat(room: 3, name: "lobby", historyID: id, head: 8)
    let wireEvent = NativeFrame.event(
      NativeEvent(room: 3, number: 8, wall: 5, author: "bob", body: "\u{1b}hi".bytes))
    var journal = Journal(historyID: id)
    journal.append(event)
    let (pages, _) = journal.events(after: 0)
    let cases: [(Notice, [NativeFrame])] = [
      (
        .welcome(Welcome(nick: "ann-2", refusal: .taken, seat: seat, token: id, resumed: true)),
        [
          .welcome(
            NativeWelcome(
              nick: "ann-2", seat: wireSeat, token: id,
              limits: NativeLimits(frame: 65_536, body: 16_384, idleMilliseconds: 90_000),
              members: NativeNames(["ann", "bob"]), remark: NameRefusal.taken.description,
              isResumed: true))
        ]
      ),
      (.accepted(id: 1, number: 9), [.accepted(id: 1, number: 9)]),
      (
        .refused(id: 1, code: .nameTaken, text: "no"),
        [.refused(id: 1, code: RefusalCode.nameTaken.rawValue, text: "no")]
      ),
      (.reply(id: 1, .renamed(nick: "x", refusal: nil)), [.reply(id: 1, .nick("x"))]),
      (
        .reply(id: 1, .joined(seat)),
        [.reply(id: 1, .join(wireSeat, members: NativeNames(["ann", "bob"])))]
      ),
      (.reply(id: 1, .left(room: "a")), [.reply(id: 1, .leave(room: "a"))]),
      (
        .reply(id: 1, .who(room: "a", members: ["x"])),
        [.reply(id: 1, .who(room: "a", members: NativeNames(["x"])))]
      ),
      (
        .reply(id: 1, .rooms([RoomListing(name: "a", members: 2)])),
        [.reply(id: 1, .rooms([NativeListing(name: "a", members: 2)]))]
      ),
      (.reply(id: 1, .whispered(to: "x")), [.reply(id: 1, .whisper(to: "x"))]),
      (
        .reply(id: 1, .history(room: 3, [event], missed: 2)),
        [.reply(id: 1, .history(NativeHistory(room: 3, count: 1, missed: 2))), wireEvent]
      ),
      (
        .history(room: 3, [event], missed: 0),
        [.history(NativeHistory(room: 3, count: 1, missed: 0)), wireEvent]
      ),
      (
        // The events are sent behind it.
        .catchUp(room: 3, pages, missed: 2), [.history(NativeHistory(room: 3, count: 1, missed: 2))]
      ),
      (
        .whisper(from: "bob", trust: .identified, body: [65]),
        [.whisper(NativeWhisper(from: "bob", wall: 0, trust: 1, body: [65]))]
      ),
      (.words("x"), [.notice("x")]),
      (
        .bye(.closing, text: "x", retryAfterMilliseconds: 7),
        [
          .bye(
            NativeBye(
              reason: ByeReason.closing.rawValue, text: "x", retryAfterMilliseconds: 7))
        ]
      ),
    ]
    for (notice, expected) in cases {
      _ = script.take()
      script.tell(notice)
      #expect(try frames(script.sent) == expected)
    }
    #expect(script.closeReason == .dismissed(.closing))
  }
}
