import Testing

@testable import Chat

@Suite("an answer to an operator")
struct ControlAnswerTests {
  private static let hostile = [
    "plain", "", " ", "ok", "error: no", "a\nok", "a\r\nok\r\n", "\u{1b}[2J", "\u{9b}2J",
    "\u{202e}x",
    "\u{2028}ok", "x\u{0}y", "\u{1b}\u{301}[2J", "\u{85}ok",
  ]

  @Test("ends where it ends, whatever is in it", arguments: hostile)
  func ends(words: String) throws {
    for answer in [ControlAnswer([words, "b", words]), ControlAnswer([words], refusal: words)] {
      let bytes = answer.bytes
      #expect(!bytes.contains { $0 < 0x20 && $0 != UInt8(ascii: "\n") || $0 == 0x7f })
      let lines = bytes.split(separator: UInt8(ascii: "\n")).map {
        String(decoding: $0, as: UTF8.self)
      }
      try #require(lines.count == answer.lines.count + 1)
      for line in lines.dropLast() {
        guard case .text? = ControlAnswer.line(line) else {
          Issue.record("'\(line)' is no text")
          continue
        }
      }
      switch ControlAnswer.line(try #require(lines.last)) {
      case .done: #expect(answer.refusal == nil)
      case .refused: #expect(answer.refusal != nil)
      case .text, nil: Issue.record("no end in \(lines)")
      }
    }
  }

  @Test(
    "of another program is none", arguments: ["", "OK", "okay", "error", "HTTP/1.1 400", "+OK"])
  func foreign(line: String) {
    #expect(ControlAnswer.line(line) == nil)
  }

  @Test("is safe to show, whoever wrote it")
  func safe() {
    #expect(ControlAnswer.line(" \u{1b}[2J") == .text("<U+001B>[2J"))
    #expect(ControlAnswer.line("error: \u{9b}") == .refused("<U+009B>"))
  }
}
