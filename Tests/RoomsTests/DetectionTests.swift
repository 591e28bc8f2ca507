import Rooms
import Testing
import Wire

@Suite struct DetectionTests {
  @Test(
    "the first bytes tell the door, at every split",
    arguments: [
      ([0x00, 0x00, 0x00, 0x02, 0x68, 0x69], .u32), ([0x00, 0x00], .u32), ([0x00, 0x01], .u16),
      ([0x00, 0xFF], .u16), ([0x01], .u16), ([0x08], .u16), ([0x09], .line), ([0x0A], .line),
      ([0x0D], .line), ([0x0E], .line), ([0xFF], .line), ([0xC3], .line), ("PLY1".bytes, .native),
      ("         5".bytes, .dec10), ("0000000005".bytes, .dec10), ("          ".bytes, .line),
      ("12a".bytes, .line), (" 1 ".bytes, .line), ("         \n".bytes, .line),
      ("hello".bytes, .line),
      ("PLY2".bytes, .line), ("P\n".bytes, .line), ("GET\n".bytes, .line), ("get ".bytes, .line),
      ("NICKEL".bytes, .line), ("CONNECTED".bytes, .line), ([0x16, 0x02], .line),
      ("/nick".bytes, .line),
    ] as [([UInt8], DoorKind)])
  func owners(_ bytes: [UInt8], _ kind: DoorKind) {
    for way in cuts(of: bytes) {
      var script = Script(nil)
      for piece in way { script.receive(piece) }
      #expect(script.door.kind == kind, "\(way)")
      #expect(script.closeReason == nil)
    }
  }

  @Test(
    "decides on the byte that leaves one owner, and not before",
    arguments: [
      ([0x00, 0x00], .u32), ("PLY1".bytes, .native), ("1234567890".bytes, .dec10), ([0x03], .u16),
      ("         x".bytes, .line), ("POSX".bytes, .line), ("x".bytes, .line),
    ] as [([UInt8], DoorKind)])
  func earliest(_ bytes: [UInt8], _ kind: DoorKind) {
    var script = Script(nil)
    for byte in bytes.dropLast() {
      script.receive([byte])
      #expect(script.door.kind == nil)
      #expect(script.actions.isEmpty)
    }
    script.receive(bytes.suffix(1))
    #expect(script.door.kind == kind)
  }

  @Test(
    "protocols without a door are cut without a word, at every split",
    arguments: [
      ("GET / HTTP/1.1\r\n\r\n", .http), ("POST / HTTP/1.1\r\nHost: x\r\n\r\nhello\r\n", .http),
      ("HEAD ", .http), ("PUT ", .http), ("PATCH ", .http), ("DELETE ", .http), ("OPTIONS ", .http),
      ("TRACE ", .http), ("CONNECT ", .http), ("PRI * HTTP/2.0", .http), ("SSH-2.0-x\r\n", .ssh),
      ("NICK x\r\n", .irc), ("USER x", .irc), ("PASS x", .irc), ("CAP LS", .irc),
      ("\u{16}\u{3}\u{1}", .tls),
    ] as [(String, CloseReason.Stranger)])
  func strangers(_ text: String, _ stranger: CloseReason.Stranger) {
    for way in cuts(of: text.bytes) {
      var script = Script(nil)
      for piece in way { script.receive(piece) }
      #expect(script.actions == [.close(.stranger(stranger))])
    }
  }

  @Test("closed doors are silent", arguments: DoorKind.allCases)
  func closed(_ kind: DoorKind) {
    let first: [UInt8] =
      switch kind {
      case .line: "hello\r\n".bytes
      case .dec10: "         5hello".bytes
      case .u16: [0, 5] + "hello".bytes
      case .u32: [0, 0, 0, 5] + "hello".bytes
      case .native: "PLY1".bytes + [0, 1, 0, 0]
      }
    for way in cuts(of: first) {
      var script = Script(nil, open: OpenDoors.all.subtracting(OpenDoors(kind)))
      for piece in way { script.receive(piece) }
      #expect(script.actions == [.close(.closedDoor(kind))])
      script = Script(nil, open: OpenDoors(kind))
      for piece in way { script.receive(piece) }
      #expect(script.door.kind == kind)
    }
  }

  @Test("a silent client is greeted after 300 ms and let go after 10 minutes")
  func silence() throws {
    var script = Script(nil, givenNick: "guest-7")
    script.wait(until: 299)
    #expect(script.actions.isEmpty)
    script.wait(until: 300)
    let greeting = script.sent
    #expect(script.actions.count == 1)
    #expect(greeting.starts(with: [0x0D, 0x0A]) && greeting.count < 0x0D0A)
    #expect(greeting.text.contains("guest-7") && greeting.text.contains("/help"))
    #expect(script.door.isUndecided)
    script.wait(until: 599_999)
    #expect(script.closeReason == nil)
    script.wait(until: 600_000)
    #expect(script.closeReason == .silent)
    #expect(script.requests.isEmpty)
    #expect(script.door.deadline == nil)
  }

  @Test("where the line door is closed nobody is greeted")
  func noGreeting() {
    var script = Script(nil, open: [.native, .u16])
    script.wait(until: 599_999)
    #expect(script.actions.isEmpty)
    script.wait(until: 600_000)
    #expect(script.actions == [.close(.silent)])
  }

  @Test("the greeting does not fix the door")
  func greetingFixesNothing() {
    var script = Script(nil)
    script.wait(until: 5_000)
    _ = script.take()
    script.receive([0, 5] + "hello".bytes)
    #expect(script.door.kind == .u16)
    #expect(script.actions == [.request(.enter()), .request(.say("hello"))])
  }

  @Test("a preface has 5 seconds from its first byte", arguments: ["P", "PLY", "GE", " 12", "\0"])
  func slowPreface(_ text: String) {
    var script = Script(nil)
    script.wait(until: 1000)
    _ = script.take()
    for byte in text.bytes {
      script.receive([byte])
      script.wait(until: 4000)
    }
    script.wait(until: 5999)
    #expect(script.actions.isEmpty)
    script.wait(until: 6000)
    #expect(script.actions == [.close(.unfinished)])
  }

  @Test("an end before the door is known")
  func earlyEnd() {
    var script = Script(nil)
    script.finish()
    #expect(script.actions == [.close(.ended)])
    script = Script(nil)
    script.receive("PL")
    script.finish()
    #expect(script.actions == [.close(.truncated)])
  }
}
