import Sockets
import Testing

@testable import Chat

@Suite("a command of an operator")
struct ControlCommandTests {
  private static func read(_ text: String) -> Result<ControlCommand, ControlMistake> {
    do throws(ControlMistake) {
      return .success(try ControlCommand(Array(text.utf8)))
    } catch {
      return .failure(error)
    }
  }

  @Test("is read with or without a slash, in any case, with any blanks")
  func forms() throws {
    let network = try Network("10.0.0.0/8")
    let forms: [(String, ControlCommand)] = [
      ("", .nothing), (" \t", .nothing), ("stats", .stats), ("/stats", .stats), ("/ stats", .stats),
      ("STATS ", .stats),
      ("clients", .clients), ("rooms", .rooms), ("limits", .limits), ("bans", .bans),
      ("reload", .reload), ("stop", .stop), ("help", .help), ("?", .help),
      ("limit flood 5:10", .limit(name: "flood", value: "5:10")),
      ("kick ann", .kick(.nick("ann"), words: "")),
      ("kick #12  go  away ", .kick(.number(12), words: "go  away")),
      ("ban 10.0.0.0/8", .ban(.network(network), nil)),
      ("ban 10.0.0.0/8 60", .ban(.network(network), .seconds(60))),
      ("ban ann", .ban(.client(.nick("ann")), nil)),
      ("ban #3 1", .ban(.client(.number(3)), .seconds(1))),
      ("unban 10.0.0.0/8", .unban(network)), ("say hello, all", .say("hello, all")),
      ("\t/say /me waves", .say("/me waves")),
    ]
    for (text, command) in forms { #expect(Self.read(text) == .success(command), "\(text)") }
  }

  @Test(
    "that is not whole, or is too much, is refused with a reason",
    arguments: [
      "limit", "limit flood", "limit flood 5:10 x", "kick", "kick #", "kick #x", "kick #-1",
      "kick #99999999999999999999", "ban", "ban 10.0.0.1/8", "ban 10.0.0.0/99", "ban ::1::2",
      "ban ann 0", "ban ann -5", "ban ann 9999999999", "ban ann 5 6", "unban", "unban ann", "say",
      "say  ", "stop now", "stats 5", "//stats", "kik ann",
    ])
  func mistakes(text: String) {
    guard case .failure(let mistake) = Self.read(text) else {
      Issue.record("'\(text)' was taken")
      return
    }
    #expect(!mistake.description.isEmpty)
  }

  @Test(
    "may be any bytes: it is read or refused, and too long a line is refused", arguments: 0..<50)
  func anything(seed: UInt64) {
    var state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1
    func random(_ count: UInt64) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % count)
    }
    let words = ["kick ", "ban ", "limit ", "say ", "#", "/", " ", "10.0.0.0/8", "::", "\u{301}"]
    for _ in 0..<200 {
      var line: [UInt8] = []
      for _ in 0..<random(6) {
        line +=
          random(2) == 0 ? Array(words[random(UInt64(words.count))].utf8) : [UInt8(random(256))]
      }
      _ = try? ControlCommand(line)
    }
    let long = Array("say ".utf8) + Array(repeating: UInt8(random(256)), count: 4093)
    #expect(throws: ControlMistake.self) { try ControlCommand(long) }
  }

  @Test("is in the help with what it takes, and every one of them is understood")
  func help() {
    #expect(ControlCommand.helpLines.count == 13)
    for line in ControlCommand.helpLines {
      #expect(line.utf8.count <= 78, "\(line)")
      guard case .failure(let mistake) = Self.read(String(line.prefix { $0 != " " })) else {
        continue
      }
      #expect(mistake.description.hasPrefix("it is "), "\(mistake)")
    }
  }
}
