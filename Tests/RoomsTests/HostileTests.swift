import Rooms
import Testing
import Wire

/// Hostile inputs, from a plain door through a room to every plain door; numbers name the rows of
/// the list of such inputs.
@Suite struct HostileTests {
  private static let texts: [(row: Int, bytes: [UInt8])] = [
    (69, [0x1B, 0x5B, 0x32, 0x4A]), (69, [0x1B, 0x63]), (69, [0x1B, 0x23, 0x38]),
    (70, [0x1B, 0x5D, 0x30, 0x3B, 0x70, 0x77, 0x6E, 0x07]),
    (70, "\u{1b}]8;;http://x\u{1b}\\x\u{1b}]8;;\u{1b}\\".bytes),
    (70, "\u{1b}]52;c;aGk=\u{7}".bytes), (71, "\u{1b}P$qm\u{1b}\\".bytes), (71, "\u{1b}[6n".bytes),
    (71, "\u{1b}[21t".bytes), (71, [0x05]), (72, [0xC2, 0x9B, 0x32, 0x4A]), (72, [0x9B]),
    (73, [0x1B, 0xCC, 0x81, 0x5B, 0x32, 0x4A]), (75, [0x41, 0x08, 0x08, 0x08]),
    (75, [0x41, 0x0D, 0x42, 0x0B, 0x0C, 0x7F, 0x00]), (76, "\u{202e}abc\u{2066}".bytes),
    (77, "a".bytes + Array(repeating: [0xCC, 0x81], count: 2000).flatMap(\.self)),
    (77, String(repeating: "\u{fdfd}", count: 1300).bytes),
    (77, Array(repeating: "👩", count: 500).joined(separator: "\u{200d}").bytes),
    (78, "\u{e0041}\u{feff}a\u{200b}b".bytes), (79, [0xC0, 0xAF]), (79, [0xED, 0xA0, 0x80]),
    (79, [0xF4, 0x90, 0x80, 0x80]), (79, [0xFE]), (79, [0x80]), (79, [0xE2, 0x82]),
    (87, "x\u{85}2026-01-01 INFO login ok".bytes),
  ]

  /// What everybody else behind `kind` gets of what came out of `script`.
  private func passedOn(_ script: Script, to kind: DoorKind) throws -> [UInt8] {
    var room = Room(id: 1, name: "r", historyID: [])
    try room.apply(.join(ClientID(1), nick: "eve", trust: .unverified), at: 0)
    _ = room.commit()
    for case .say(_, _, _, _, let body) in script.requests {
      try room.apply(.say(ClientID(1), form: .text, body: body), at: 0)
    }
    return room.commit().flatMap { kind.encode($0) }
  }

  private func isHarmless(_ bytes: [UInt8], _ kind: DoorKind) throws -> Bool {
    let texts: [[UInt8]] =
      switch kind {
      case .line, .native: try payloads(bytes, .line)
      case .dec10: try payloads(bytes, .dec10)
      case .u16: try payloads(bytes, .u16)
      case .u32: try payloads(bytes, .u32)
      }
    return texts.allSatisfy { text in
      guard let text = String(validating: text, as: UTF8.self) else { return false }
      return text.unicodeScalars.allSatisfy { scalar in
        let isFrame = (scalar == "\n" || scalar == "\t") && kind != .line
        return isFrame
          || scalar.value >= 0x20 && !(0x7F...0x9F ~= scalar.value)
            && !scalar.properties.isBidiControl && !(0xE0000...0xE007F ~= scalar.value)
            && ![0x200B, 0x2060, 0xFEFF].contains(scalar.value)
      }
    }
  }

  @Test("rows 69 to 79 and 87: no plain door lets it through to any other")
  func texts() throws {
    for (row, text) in HostileTests.texts {
      var scripts: [Script] = []
      for kind in [DoorKind.line, .dec10, .u16, .u32] {
        var script = Script(kind)
        switch kind {
        case .line: script.receive(text + [10])
        case .dec10: script.receive(try frame(text, .dec10))
        case .u16: script.receive(try frame(chat("eve", "") + text, .u16))
        case .u32, .native: script.receive(try frame(text, .u32))
        }
        scripts.append(script)
      }
      for script in scripts {
        for kind in DoorKind.allCases where kind != .native {
          let bytes = try passedOn(script, to: kind)
          #expect(!bytes.isEmpty, "row \(row): \(text) is lost")
          #expect(try isHarmless(bytes, kind), "row \(row): \(bytes)")
        }
      }
    }
  }

  @Test("row 74: a forged header stays inside its message")
  func forgedHeader() throws {
    let text = "x\r\n[2026-11-21T03:16:02] Alice:\n\thi\nAlice: hi\n* Alice left (quit)"
    var script = Script(.u16)
    script.receive(try frame(chat("eve", text), .u16))
    let lines = try payloads(passedOn(script, to: .line), .line)
    #expect(lines.count == 5)
    #expect(lines.dropFirst().allSatisfy { $0.starts(with: "  | ".utf8) })
    #expect(lines[0].text == "eve: x")
    for (kind, format) in [(DoorKind.u16, FrameFormat.u16), (.u32, .u32), (.dec10, .dec10)] {
      let frames = try payloads(passedOn(script, to: kind), format)
      #expect(frames.count == 1)
      let lines = frames[0].split(separator: 10).dropFirst(kind == .dec10 ? 1 : 2)
      #expect(lines.count == 4)
      #expect(lines.allSatisfy { $0.starts(with: (kind == .dec10 ? "  | " : "\t| ").utf8) })
    }
  }

  @Test("row 80: empty is refused, blanks and 16,384 bytes are fine, one more is refused")
  func sizes() {
    #expect(throws: RoomRefusal.emptyText) { try Body.check([]) }
    #expect(throws: Never.self) { try Body.check("   ".bytes) }
    #expect(throws: Never.self) { try Body.check(Array(repeating: 65, count: 16_384)) }
    #expect(throws: RoomRefusal.textTooLong(bytes: 16_385)) {
      try Body.check(Array(repeating: 65, count: 16_385))
    }
  }

  @Test(
    "rows 82 to 85: what is no name is made one or a guest, and no name forges a line",
    arguments: [
      "../../etc/passwd", "a/b", ".", "..", "CON", "\0", String(repeating: "x", count: 255), "-rf",
      "~", "server", "*", "<alice>", "alice: hi", "[12:00] bob", "a\u{2502}", "%s%n", "$(id)",
      "`id`", "';DROP TABLE m;--", "<script>", "evan\u{200d}", "\u{1b}[2J", "a\r\nb", "",
      "<LEAVES THE CHAT>",
    ])
  func nicks(_ wish: String) throws {
    var roster = Roster()
    let nick = roster.claim(wish, for: ClientID(1)).nick
    #expect(nick.hasPrefix("guest-") || (try? Nick.check(nick)) != nil, "\(nick)")
    let line = DoorKind.line.encode(event(.text, "hi".bytes, nick: nick))
    #expect(line.text == "\(nick): hi\r\n")
  }

  @Test("row 117: a length counted in characters shows U+FFFD and ends as truncated")
  func countedInCharacters() {
    var script = Script(.u16)
    script.receive([0x00, 0x01, 0xC3, 0xA8])
    script.finish()
    #expect(script.requests.last == .say("\u{FFFD}"))
    #expect(script.closeReason == .truncated)
  }

  @Test(
    "row 118: bytes without our prefix end at the limit of a frame",
    arguments: ["raw".bytes, "         5hello".bytes])
  func noPrefix(_ bytes: [UInt8]) {
    var script = Script(.u16)
    script.receive(bytes)
    #expect(script.requests == [.enter()])
    script.wait(until: 10_000)
    #expect(script.closeReason == .unfinished)
  }

  @Test("row 111: the first frame or line of another is read by the wrong door, within its limits")
  func wrongDoor() throws {
    var digits = Script(nil)
    digits.receive("1234567890\n")
    guard case .misbehaved = digits.closeReason else {
      Issue.record("\(digits.actions)")
      return
    }
    var long = Script(nil)
    long.receive(try frame([UInt8](repeating: 65, count: 2304), .u16))
    #expect(long.door.kind == .line)
    var longer = Script(nil)
    longer.receive(try frame([UInt8](repeating: 65, count: 65_536), .u32))
    #expect(longer.door.kind == .u16)
  }

  @Test("row 96: ten megabytes without a line end are cut after 4096 bytes")
  func endlessLine() {
    var script = Script(.line)
    for _ in 0..<160 where script.closeReason == nil {
      script.receive([UInt8](repeating: 0x78, count: 65_536))
    }
    guard case .misbehaved = script.closeReason else {
      Issue.record("\(script.actions)")
      return
    }
  }

  @Test("row 77: the longest text of marks is made safe in no time")
  func manyMarks() {
    let marks = Array("a".utf8) + Array(repeating: [0xCC, 0x81], count: 8000).flatMap(\.self)
    let clock = ContinuousClock()
    // Generous for a debug build on a busy machine; quadratic work would take minutes.
    #expect(clock.measure { _ = SafeText.safe(marks) } < .seconds(2))
    #expect(SafeText.safe(marks).count == 9)
  }
}
