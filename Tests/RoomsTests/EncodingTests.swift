import Rooms
import Testing
import Wire

/// Everything that a kind of event can be, said by `nick`.
func event(
  _ kind: ChatEvent.Kind, _ body: [UInt8] = [], nick: String = "ann", wall: Int64 = 1_000
) -> ChatEvent {
  ChatEvent(kind: kind, number: 1, wall: wall, author: ClientID(1), nick: nick, body: body)
}

extension DoorKind {
  func encode(_ event: ChatEvent, offset: Int = 0) -> [UInt8] {
    var block: [UInt8] = []
    encode(event, room: 1, offset: offset, into: &block)
    return block
  }
}

/// The payloads of whole frames.
func payloads(_ bytes: [UInt8], _ format: FrameFormat) throws -> [[UInt8]] {
  var decoder = FrameDecoder(format, limit: 65_536)
  decoder.receive(bytes.span)
  var payloads: [[UInt8]] = []
  while let payload = try decoder.nextFrame() { payloads.append(payload) }
  try decoder.finish()
  return payloads
}

@Suite struct EncodingTests {
  private static let shown: [(ChatEvent.Kind, String, String)] = [
    (.text, "hi", "ann: hi"), (.action, "waves", "* ann waves"), (.join, "", "* ann joined"),
    (.leave(reason: .quit), "", "* ann left (quit)"),
    (.leave(reason: .timedOut), "", "* ann left (timed out)"),
    (.leave(reason: .lost), "", "* ann left (connection lost)"),
    (.leave(reason: .removed), "", "* ann left (removed)"),
    (.leave(reason: .quit), "so\nlong", "* ann left (quit: so<U+000A>long)"),
    (.rename(to: "anna"), "", "* ann is now anna"),
    (.text, "x\r\n[20:00] bob: hi", "ann: x‖  | [20:00] bob: hi"),
    (.text, "\u{1b}[2J", "ann: <U+001B>[2J"),
  ]

  @Test("the line door and dec10 show the same lines", arguments: shown)
  func lines(_ kind: ChatEvent.Kind, _ body: String, _ line: String) throws {
    let event = event(kind, body.bytes)
    let typed = line.split(separator: "‖").joined(separator: "\r\n") + "\r\n"
    #expect(DoorKind.line.encode(event).text.utf8.elementsEqual(typed.utf8))
    let framed = line.split(separator: "‖").joined(separator: "\n")
    let frame = DoorKind.dec10.encode(event)
    let count = String(framed.utf8.count)
    let header = String(repeating: " ", count: 10 - count.utf8.count) + count
    #expect(frame == (header + framed).bytes)
  }

  @Test(
    "u16 and u32 are sent chat texts with the server's time and name",
    arguments: [
      (.text, "hi", "ann", "hi"), (.action, "waves", "ann", "* ann waves"),
      (.join, "", "ann", "<JOINS THE CHAT>"),
      (.leave(reason: .quit), "bye", "ann", "<LEAVES THE CHAT>"),
      (.leave(reason: .lost), "", "ann", "<LEAVES THE CHAT>"),
      (.rename(to: "anna"), "", "server", "ann is now anna"),
      (.text, "x\n[2026] bob:\n\thi", "ann", "x\n\t| [2026] bob:\n\t|     hi"),
      (.text, "no <LEAVES THE CHAT>", "ann", "no <LEAVES THE CHAT> "),
      (.text, "<LEAVES THE CHAT>", "ann", "<LEAVES THE CHAT> "),
      (.text, "<JOINS THE CHAT>", "ann", "<JOINS THE CHAT> "),
    ] as [(ChatEvent.Kind, String, String, String)])
  func chatTexts(_ kind: ChatEvent.Kind, _ body: String, _ name: String, _ text: String) throws {
    for (door, format) in [(DoorKind.u16, FrameFormat.u16), (.u32, .u32)] {
      let bytes = door.encode(event(kind, body.bytes, wall: 1_500), offset: 3600)
      #expect(
        try payloads(bytes, format) == ["[1970-01-01T01:00:01.500000] \(name):\n\t\(text)".bytes])
    }
  }

  @Test("long texts are cut into complete chat texts of at most 1400 bytes with the header")
  func longTexts() throws {
    let nick = String(repeating: "山", count: 10)
    for letter in ["a", "è", "€", "👩"] {
      let body = String(repeating: letter, count: Body.limit / letter.utf8.count)
      for (door, format, header) in [(DoorKind.u16, FrameFormat.u16, 2), (.u32, .u32, 4)] {
        let bytes = door.encode(event(.text, body.bytes, nick: nick, wall: 1_001))
        let payloads = try payloads(bytes, format)
        #expect(payloads.count < 14)
        let texts = payloads.compactMap { ChatText.parse($0) }
        #expect(texts.count == payloads.count)
        #expect(payloads.allSatisfy { $0.count + header <= 1400 })
        #expect(payloads.allSatisfy { String(validating: $0, as: UTF8.self) != nil })
        #expect(texts.map(\.text).joined() == body)
        #expect(texts.allSatisfy { $0.name == nick })
      }
    }
  }

  @Test("no cut makes a leave text of what somebody said", arguments: 0...40)
  func cutLeaveText(shift: Int) throws {
    let body = String(repeating: "x", count: 1330 + shift) + "<LEAVES THE CHAT>tail"
    for payload in try payloads(DoorKind.u16.encode(event(.text, body.bytes)), .u16) {
      #expect(!payload.text.hasSuffix("<LEAVES THE CHAT>"))
    }
  }

  @Test("dec10 frames stay under their limit, however a text grows in becoming safe")
  func longFrames() throws {
    let body = [UInt8](repeating: 1, count: Body.limit)
    let payloads = try payloads(DoorKind.dec10.encode(event(.text, body)), .dec10)
    #expect(payloads.count == 3)
    #expect(payloads.dropFirst().allSatisfy { $0.starts(with: "  | ".utf8) })
    #expect(payloads.reduce(0) { $0 + $1.count } >= 8 * Body.limit)
  }

  @Test("blocks grow by whole events, and any kind of door shows the same ones")
  func appends() throws {
    for kind in DoorKind.allCases {
      var block: [UInt8] = []
      var parts: [UInt8] = []
      for (what, body, _) in EncodingTests.shown {
        kind.encode(event(what, body.bytes), room: 1, offset: 0, into: &block)
        parts += kind.encode(event(what, body.bytes))
      }
      #expect(block == parts && !block.isEmpty)
    }
  }

  @Test("the native door carries bodies as they are")
  func native() throws {
    let body = "\u{1b}[2J\n<LEAVES THE CHAT>".bytes
    var decoder = NativeDecoder(awaitsPreface: false)
    decoder.receive(DoorKind.native.encode(event(.action, body)).span)
    decoder.receive(DoorKind.native.encode(event(.leave(reason: .slow), "x".bytes)).span)
    #expect(
      try decoder.next()
        == .event(
          NativeEvent(room: 1, number: 1, wall: 1000, form: .action, author: "ann", body: body)))
    let change = NativePresence.Change.leave(reason: LeaveReason.slow.rawValue, words: "x")
    #expect(
      try decoder.next()
        == .presence(NativePresence(room: 1, wall: 1000, change: change, nick: "ann")))
  }

  @Test("a gentle door's frames can be told apart again", arguments: [DoorKind.u16, .u32])
  func endsOfFrames(_ kind: DoorKind) throws {
    let long = String(repeating: "x", count: 4000).bytes
    let bytes = kind.encode(event(.join)) + kind.encode(event(.text, long))
    var ends: [Int] = []
    while ends.last ?? 0 < bytes.count {
      ends.append(kind.endOfFrame(in: bytes, from: ends.last ?? 0))
    }
    let header = kind == .u16 ? 2 : 4
    let sizes = try payloads(bytes, kind == .u16 ? .u16 : .u32).map { $0.count + header }
    #expect(sizes.count == 4)
    #expect(zip(ends, [0] + ends).map { $0 - $1 } == sizes)
    #expect(kind.endOfFrame(in: Array(bytes.dropLast()), from: ends[2]) == bytes.count - 1)
    #expect(kind.endOfFrame(in: [1], from: 0) == 1)
    #expect(DoorKind.line.endOfFrame(in: bytes, from: 3) == bytes.count)
  }

  @Test("no event is ever an empty frame, which would close a u16 client")
  func neverEmpty() throws {
    for kind in [ChatEvent.Kind.text, .action, .signed, .join] {
      let payloads = try payloads(DoorKind.u16.encode(event(kind, [])), .u16)
      #expect(!payloads.isEmpty && payloads.allSatisfy { !$0.isEmpty })
    }
  }
}
