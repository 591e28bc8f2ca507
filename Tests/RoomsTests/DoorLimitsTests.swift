import Testing
import Wire

@testable import Rooms

@Suite("what doors bound")
struct DoorLimitsTests {
  @Test(
    "a frame that comes at a kibibyte a second has its whole time, one that is slower goes when it falls behind",
    arguments: [(1024, nil), (1200, nil), (900, 5000), (100, 5000)] as [(Int, Int?)])
  func rate(perSecond: Int, end: Int?) {
    var script = Script(.u32)
    script.receive([0, 0, 0xFF, 0xFF])
    let piece = [UInt8](repeating: 0x61, count: perSecond)
    for second in 0..<10 {
      script.wait(until: second * 1000)
      script.receive(piece)
      if let end, script.now.nanoseconds > UInt64(end) * 1_000_000 { break }
    }
    if end == nil {
      script.wait(until: 9999)
      #expect(script.closeReason == nil)
      script.wait(until: 10_000)
    }
    #expect(script.closeReason == .unfinished)
  }

  @Test("the longest text that a client is told has room in a frame, with whom it is for")
  func textInFrame() throws {
    for frame in [512, 1024, 16_384, 16_500, 65_536] {
      let text = DoorLimits(frame: frame).text
      let nick = String(repeating: "n", count: Nick.byteLimit)
      var bytes: [UInt8] = []
      try NativeFrame.command(
        id: 1, .whisper(to: nick, body: Array(repeating: 0x61, count: text))
      ).encode(into: &bytes)
      #expect(bytes.count - 4 <= frame && text <= Body.limit)
    }
    #expect(DoorLimits(text: 100).text == 100 && DoorLimits().text == Body.limit)
  }

  @Test("no limit of time is none, whatever dribbles")
  func unlimited() throws {
    let limits = DoorLimits(frameTimeout: nil, helloTimeout: nil, idle: nil)
    for kind in [DoorKind.u16, .u32, .dec10, .native] {
      var script = Script(kind, limits: limits)
      script.receive(kind == .native ? NativePreface.bytes(.plain) : [0x20])
      script.wait(until: 1_000_000_000)
      #expect(script.closeReason == nil, "\(kind)")
    }
    var undecided = Script(nil, limits: limits)
    undecided.receive("P")
    undecided.wait(until: 1_000_000_000)
    #expect(undecided.closeReason == nil)
  }

  @Test(
    "silence behind a plain door ends only where that was asked for", arguments: DoorKind.allCases)
  func plainIdle(kind: DoorKind) throws {
    let asked = DoorLimits(idle: .seconds(30), plainIdle: .seconds(30))
    for limits in [asked, DoorLimits(idle: .seconds(30))] {
      var script = Script(kind, limits: limits)
      script.receive(try Self.words(kind))
      script.wait(until: 29_999)
      #expect(script.closeReason == nil)
      script.wait(until: 30_000)
      let ends = kind == .native || limits.plainIdle != nil
      #expect(script.closeReason == (ends ? .timedOut : nil))
      let words = String(decoding: script.sent, as: UTF8.self)
      #expect(words.contains("silent for too long") == ends)
    }
  }

  @Test("what a client says starts its time anew")
  func heard() {
    var script = Script(.line, limits: DoorLimits(plainIdle: .seconds(30)))
    for second in stride(from: 0, to: 600, by: 29) {
      script.wait(until: second * 1000)
      script.receive("hi\n")
    }
    #expect(script.closeReason == nil)
  }

  @Test(
    "another idle time holds at once, from then on: shorter, longer, or none",
    arguments: DoorKind.allCases)
  func changed(kind: DoorKind) throws {
    for idle in [nil, 10, 100] as [Int?] {
      var script = Script(kind, limits: DoorLimits(idle: .seconds(30), plainIdle: .seconds(30)))
      script.receive(try Self.words(kind))
      script.wait(until: 29_000)
      let limit = idle.map { Duration.seconds($0) }
      script.setLimits(DoorLimits(idle: limit, plainIdle: limit))
      script.wait(until: 29_000 + (idle ?? 1_000_000) * 1000 - 1)
      #expect(script.closeReason == nil, "\(idle ?? 0)")
      guard let idle else { continue }
      script.wait(until: 29_000 + idle * 1000)
      #expect(script.closeReason == .timedOut, "\(idle)")
    }
  }

  /// What takes a client in.
  private static func words(_ kind: DoorKind) throws -> [UInt8] {
    switch kind {
    case .line: return Array("hi\n".utf8)
    case .dec10: return Array("         2hi".utf8)
    case .u16: return [0, 2, 0x68, 0x69]
    case .u32: return [0, 0, 0, 2, 0x68, 0x69]
    case .native:
      var bytes = NativePreface.bytes(.plain)
      try NativeFrame.hello(NativeHello(nick: "ann", room: "")).encode(into: &bytes)
      return bytes
    }
  }

  @Test("a shorter hello and idle time are kept, and told in the welcome")
  func native() throws {
    let limits = DoorLimits(
      frame: 1000, text: 100, helloTimeout: .seconds(2), idle: .milliseconds(6500))
    var script = Script(.native, limits: limits)
    script.receive(NativePreface.bytes(.plain))
    script.wait(until: 1999)
    #expect(script.closeReason == nil)
    script.wait(until: 2000)
    #expect(script.closeReason == .unfinished)

    script = Script(.native, limits: limits)
    var bytes = NativePreface.bytes(.plain)
    try NativeFrame.hello(NativeHello(nick: "ann", room: "")).encode(into: &bytes)
    script.receive(bytes)
    let seat = RoomSeat(
      id: 1, name: "lobby", members: [], historyID: Array(repeating: 0, count: 16), head: 0)
    script.tell(.welcome(Welcome(nick: "ann", seat: seat)))
    var decoder = NativeDecoder(awaitsPreface: false)
    decoder.receive(script.sent.span)
    guard case .welcome(let welcome) = try decoder.next() else {
      Issue.record("no welcome")
      return
    }
    #expect(welcome.limits?.frame == 1000)
    #expect(welcome.limits?.body == 100)
    #expect(welcome.limits?.idleMilliseconds == 6500)
    script.wait(until: 6500)
    #expect(script.closeReason == .timedOut)
  }

  @Test("a longer frame is refused when its length is read", arguments: DoorKind.allCases)
  func frame(kind: DoorKind) throws {
    let limits = DoorLimits(frame: 1000)
    for (size, isGood) in [(1000, true), (1001, false)] {
      var script = Script(kind, limits: limits)
      switch kind {
      case .line:
        // The end of the line may still come.
        script.receive([UInt8](repeating: 0x61, count: size + (isGood ? 0 : 1)))
      case .dec10: script.receive("      \(size)")
      case .u16: script.receive([UInt8(size >> 8), UInt8(size & 0xFF)])
      case .u32: script.receive([0, 0, UInt8(size >> 8), UInt8(size & 0xFF)])
      case .native:
        var bytes = NativePreface.bytes(.plain)
        try NativeFrame.hello(NativeHello(nick: "ann", room: "")).encode(into: &bytes)
        script.receive(bytes + [0, 0, UInt8(size >> 8), UInt8(size & 0xFF)])
      }
      if case .misbehaved = script.closeReason {
        #expect(!isGood, "\(kind) \(size)")
      } else {
        #expect(isGood && script.closeReason == nil, "\(kind) \(size)")
      }
    }
  }
}
