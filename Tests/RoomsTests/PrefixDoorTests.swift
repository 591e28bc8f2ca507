import Rooms
import Testing
import Wire

/// A chat text as the lessons' programs send it.
func chat(_ name: String, _ text: String) -> [UInt8] {
  ChatText(time: Timestamp(year: 2026, month: 11, day: 21), name: name, text: text).compose()
}

func frame(_ payload: [UInt8], _ format: FrameFormat) throws -> [UInt8] {
  var bytes: [UInt8] = []
  try format.encode(payload, into: &bytes)
  return bytes
}

@Suite struct PrefixDoorTests {
  private static let formats: [(DoorKind, FrameFormat)] = [(.u16, .u16), (.u32, .u32)]

  @Test("the first frame's NAME is the wished nick, later ones are ignored", arguments: formats)
  func names(_ kind: DoorKind, _ format: FrameFormat) throws {
    let bytes =
      try frame(chat("Ann Lee", "hi"), format) + frame(chat("Bob", "ho"), format)
    var fixed = Script(kind)
    #expect(fixed.requests == [.enter()])
    fixed.receive(bytes)
    #expect(
      fixed.requests == [
        .enter(), .nick(id: 0, "Ann Lee", nearest: true), .say("hi"), .say("ho"),
      ])
    var detected = Script(nil)
    detected.receive(bytes)
    #expect(detected.door.kind == kind)
    #expect(detected.requests == [.enter("Ann Lee"), .say("hi"), .say("ho")])
  }

  @Test("a join text only enters, a leave text leaves, others are said", arguments: formats)
  func presence(_ kind: DoorKind, _ format: FrameFormat) throws {
    var script = Script(nil)
    script.receive(try frame(chat("ann", "<JOINS THE CHAT>"), format))
    #expect(script.requests == [.enter("ann")])
    script.receive(try frame(chat("ann", "I like <LEAVES THE CHAT>"), format))
    script.receive(try frame(chat("ann", "<LEAVES THE CHAT>"), format))
    script.receive(try frame(chat("ann", "ghost"), format))
    #expect(
      script.actions.dropFirst() == [
        .request(.say("I like <LEAVES THE CHAT>")), .request(.quit(nil)), .close(.quit),
      ])
  }

  @Test("what is no chat text is said as it is", arguments: formats)
  func raw(_ kind: DoorKind, _ format: FrameFormat) throws {
    var script = Script(kind)
    script.receive(try frame("hello".bytes, format))
    script.receive(try frame("[nonsense] x".bytes, format))
    script.receive(try frame([0xC3], format))
    script.receive(try frame(chat("ann", "now\n\n"), format))
    #expect(
      script.requests.dropFirst() == [
        .say("hello"), .say("[nonsense] x"), .say("\u{FFFD}"), .nick(id: 0, "ann", nearest: true),
        .say("now"),
      ])
  }

  @Test("texts of nothing are not said", arguments: ["", " ", "\n", "\r\n \t"])
  func blank(_ text: String) throws {
    var script = Script(nil)
    script.receive(try frame(chat("ann", text), .u16))
    #expect(script.requests == [.enter("ann")])
  }

  @Test("a length of 0 ends a u16 client and is nothing to a u32 client")
  func emptyFrames() {
    var short = Script(.u16)
    short.receive([0, 0])
    #expect(short.actions == [.request(.enter()), .close(.ended)])
    var long = Script(.u32)
    long.receive([0, 0, 0, 0, 0, 0, 0, 2] + "hi".bytes)
    #expect(long.requests.last == .say("hi"))
    #expect(long.closeReason == nil)
  }

  @Test(
    "a length over the limit is refused when it is read",
    arguments: [
      [0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0], [0, 1, 0, 1],
      [0, 5, 0x68, 0x65], "    ".bytes,
    ] as [[UInt8]])
  func tooLong(_ header: [UInt8]) {
    var script = Script(.u32)
    script.receive(header)
    guard case .misbehaved = script.closeReason else {
      Issue.record("\(script.actions)")
      return
    }
  }

  @Test("the longest u16 frame arrives whole, for the room to refuse")
  func longest() throws {
    var script = Script(.u16)
    script.receive(try frame([UInt8](repeating: 65, count: 65_535), .u16))
    guard case .say(_, _, _, _, let body) = script.requests.last else {
      Issue.record("nothing said")
      return
    }
    #expect(body.count == 65_535)
  }

  @Test("a frame that stops has 5 seconds; silence between frames has no limit")
  func unfinished() {
    var script = Script(.u16)
    script.wait(until: 1_000_000)
    script.receive([0xFF])
    script.wait(until: 1_004_999)
    script.receive([0xFF, 1, 2, 3])
    #expect(script.closeReason == nil)
    script.wait(until: 1_005_000)
    #expect(script.closeReason == .unfinished)
  }

  @Test("an end inside a frame is not an end between frames")
  func ends() throws {
    var script = Script(.u16)
    script.receive([0, 1, 0xC3, 0xA8])
    script.finish()
    #expect(script.requests.last == .say("\u{FFFD}"))
    #expect(script.closeReason == .truncated)
    script = Script(.u16)
    script.receive([0, 1, 65])
    script.finish()
    #expect(script.closeReason == .ended)
  }
}
