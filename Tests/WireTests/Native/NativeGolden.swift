import Wire

/// Every frame with its bytes, written out by hand; docs/wire.md shows the same bytes.
enum NativeGolden {
  static let history = hex("000102030405060708090a0b0c0d0e0f")
  static let token = hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
  static let seat = NativeSeat(room: 7, name: "lobby", historyID: history, head: 41)
  static let wall: Int64 = 1_700_000_000_123

  static let frames: [(name: String, frame: NativeFrame, bytes: String)] = [
    (
      "hello", .hello(NativeHello(nick: "ann", room: "lobby")),
      "0000000f 01 01 0003 616e6e 0005 6c6f626279 00"
    ),
    (
      "hello, resuming",
      .hello(
        NativeHello(
          nick: "ann", room: "",
          resume: NativeResume(historyID: history, lastNumber: 41, token: token))),
      """
      00000032 01 01 0003 616e6e 0000 01 000102030405060708090a0b0c0d0e0f
      0000000000000029 f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff
      """
    ),
    (
      "welcome", .welcome(NativeWelcome(nick: "ann", seat: seat)),
      """
      0000002d 03 01 0003 616e6e
      03 0023 00000007 0005 6c6f626279 000102030405060708090a0b0c0d0e0f 0000000000000029
      """
    ),
    (
      "welcome, every field",
      .welcome(
        NativeWelcome(
          nick: "ann-2", seat: seat, token: token,
          limits: NativeLimits(frame: 65_536, body: 16_384, idleMilliseconds: 90_000),
          members: NativeNames(["bob", "ann-2"]), remark: "taken", isResumed: true)),
      """
      0000006f 03 01 0005 616e6e2d32
      02 0010 f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff
      03 0023 00000007 0005 6c6f626279 000102030405060708090a0b0c0d0e0f 0000000000000029
      04 000c 00010000 00004000 00015f90
      06 0010 00000002 0003 626f62 0005 616e6e2d32
      08 0005 74616b656e
      0a 0000
      """
    ),
    (
      "say", .say(NativeSay(id: 1, room: 7, body: Array("hé".utf8))),
      "00000011 05 0000000000000001 00000007 00 68c3a9"
    ),
    (
      "say, in the third person",
      .say(NativeSay(id: 2, room: 7, form: .action, body: Array("waves".utf8))),
      "00000013 05 0000000000000002 00000007 02 7761766573"
    ),
    (
      "say, signed", .say(NativeSay(id: 3, room: 7, form: .signed, body: [0xFF, 0])),
      "00000010 05 0000000000000003 00000007 01 ff00"
    ),
    ("accepted", .accepted(id: 1, number: 42), "00000011 07 0000000000000001 000000000000002a"),
    (
      "refused", .refused(id: 2, code: 6, text: "empty"),
      "00000011 09 0000000000000002 06 0005 656d707479"
    ),
    (
      "event",
      .event(
        NativeEvent(
          room: 7, number: 42, wall: wall, author: "ann", trust: 0, body: Array("hé".utf8))),
      """
      0000001f 0b 00000007 000000000000002a 0000018bcfe5687b 00 0003 616e6e 00 68c3a9
      """
    ),
    (
      "presence, join",
      .presence(NativePresence(room: 7, wall: wall, change: .join, nick: "bob")),
      "00000013 02 00000007 0000018bcfe5687b 01 0003 626f62"
    ),
    (
      "presence, leave",
      .presence(
        NativePresence(room: 7, wall: wall, change: .leave(reason: 0, words: "bye"), nick: "bob")),
      "00000019 02 00000007 0000018bcfe5687b 02 0003 626f62 00 0003 627965"
    ),
    (
      "presence, rename",
      .presence(NativePresence(room: 7, wall: wall, change: .rename(to: "rob"), nick: "bob")),
      "00000018 02 00000007 0000018bcfe5687b 03 0003 626f62 0003 726f62"
    ),
    ("command nick", .command(id: 4, .nick("eve")), "0000000f 0d 0000000000000004 01 0003 657665"),
    (
      "command join", .command(id: 5, .join(room: "den")),
      "0000000f 0d 0000000000000005 02 0003 64656e"
    ),
    ("command leave", .command(id: 6, .leave(room: "")), "0000000c 0d 0000000000000006 03 0000"),
    (
      "command who", .command(id: 7, .who(room: "den")),
      "0000000f 0d 0000000000000007 04 0003 64656e"
    ),
    ("command rooms", .command(id: 8, .rooms), "0000000a 0d 0000000000000008 05"),
    (
      "command whisper", .command(id: 9, .whisper(to: "bob", body: Array("psst".utf8))),
      "00000013 0d 0000000000000009 06 0003 626f62 70737374"
    ),
    (
      "command history", .command(id: 10, .history(room: "", last: 50)),
      "00000010 0d 000000000000000a 07 0000 00000032"
    ),
    (
      "command of a later version",
      .command(id: 11, .unknown(verb: 99, arguments: [1, 2])),
      "0000000c 0d 000000000000000b 63 0102"
    ),
    ("reply nick", .reply(id: 4, .nick("eve")), "0000000f 0f 0000000000000004 01 0003 657665"),
    (
      "reply join", .reply(id: 5, .join(seat, members: NativeNames(["ann"]))),
      """
      00000036 0f 0000000000000005 02
      00000007 0005 6c6f626279 000102030405060708090a0b0c0d0e0f 0000000000000029
      00000001 0003 616e6e
      """
    ),
    (
      "reply leave", .reply(id: 6, .leave(room: "den")),
      "0000000f 0f 0000000000000006 03 0003 64656e"
    ),
    (
      "reply who", .reply(id: 7, .who(room: "den", members: NativeNames(["ann", "bob"]))),
      "0000001d 0f 0000000000000007 04 0003 64656e 00000002 0003 616e6e 0003 626f62"
    ),
    (
      "reply rooms", .reply(id: 8, .rooms([NativeListing(name: "den", members: 3)])),
      "00000017 0f 0000000000000008 05 00000001 0003 64656e 00000003"
    ),
    (
      "reply whisper", .reply(id: 9, .whisper(to: "bob")),
      "0000000f 0f 0000000000000009 06 0003 626f62"
    ),
    (
      "reply history", .reply(id: 10, .history(NativeHistory(room: 7, count: 2, missed: 1))),
      "0000001a 0f 000000000000000a 07 00000007 00000002 0000000000000001"
    ),
    (
      "whisper",
      .whisper(NativeWhisper(from: "ann", wall: wall, trust: 0, body: Array("psst".utf8))),
      "00000013 11 0003 616e6e 0000018bcfe5687b 00 70737374"
    ),
    (
      "history", .history(NativeHistory(room: 7, count: 20, missed: 0)),
      "00000011 13 00000007 00000014 0000000000000000"
    ),
    ("notice", .notice("hi"), "00000005 04 0002 6869"),
    ("ping", .ping, "00000001 15"),
    ("pong", .pong, "00000001 06"),
    (
      "bye", .bye(NativeBye(reason: 1, text: "later", retryAfterMilliseconds: 2000)),
      "0000000d 17 01 0005 6c61746572 000007d0"
    ),
  ]
}
