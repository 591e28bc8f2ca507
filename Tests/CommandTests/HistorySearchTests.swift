import Testing

@testable import parley

@Suite("The search through lines typed before")
struct HistorySearchTests {
  private static let search = "\u{12}"

  private func editor(after keys: String) -> LineEditor {
    var editor = LineEditor()
    editor.receive("ann goes\rbob comes\rANN stays\r".utf8)
    while editor.next() != nil {}
    editor.receive(keys.utf8)
    return editor
  }

  @Test(
    "finds the newest first, then older ones, and goes on with each letter",
    arguments: [
      ("", "ANN stays"), ("ann", "ANN stays"), ("ann\u{12}", "ann goes"), ("o", "bob comes"),
      ("go", "ann goes"), ("og\u{7f}", "bob comes"), ("\u{12}", "bob comes"),
      ("ann\u{12}\u{12}", "ann goes"), ("xyz", "ANN stays"),
      // The line that is shown is kept while it has the words, though newer ones have them too.
      ("ann\u{12} ", "ann goes"), ("e\u{12}s", "ann goes"),
    ])
  func finds(keys: String, line: String) {
    #expect(editor(after: "draft" + Self.search + Self.search + keys).text == line)
  }

  @Test("says what it searches, and whether it was found")
  func hint() {
    #expect(editor(after: Self.search + "go").hint == "Search: go  (Ctrl-R: older, Esc: back)")
    let kept = editor(after: Self.search + "e" + Self.search + "s")
    #expect(kept.hint == "Search: es  (Ctrl-R: older, Esc: back)")
    var lost = editor(after: Self.search + "gx")
    #expect(lost.hint == "Search: gx  (nothing (more) found)")
    #expect(lost.next() == .bell)
    #expect(editor(after: Self.search + "go\u{1b}[D").hint == nil)
  }

  @Test("a key that moves takes the line, and what had been typed is one step down")
  func taken() {
    let found = editor(after: "draft" + Self.search + "go\u{1b}[Dx")
    #expect(found.before + "|" + found.after == "ann goex|s")
    #expect(editor(after: "draft" + Self.search + "bob\u{1b}[A").text == "ann goes")
    #expect(editor(after: "draft" + Self.search + "ANN\u{1b}[B").text == "draft")
  }

  @Test("Enter sends the line found", arguments: ["\r", "\u{1b}OM"])
  func enter(key: String) {
    var found = editor(after: "draft" + Self.search + "bob" + key)
    #expect(found.next() == .line("bob comes"))
    #expect(found.text.isEmpty)
  }

  @Test("what cancels it brings back the line and the cursor", arguments: ["\u{7}", "\u{3}"])
  func cancel(key: String) {
    var found = editor(after: "draft\u{1b}[D" + Self.search + "bob" + key)
    #expect(found.before + "|" + found.after == "draf|t")
    #expect(found.next() == nil)
    found.receive((Self.search + "bob\u{1b}").utf8)
    found.pause()
    #expect(found.before + "|" + found.after == "draf|t")
    #expect(found.hint == nil)
  }

  @Test("the lines that are kept are bounded in number and size")
  func bounds() {
    var history = LineHistory()
    for number in 0..<300 { history.append("line \(number)") }
    #expect(history.find("line 99") == nil)
    #expect(history.find("line 100") != nil)
    for number in 10..<20 { history.append(String(repeating: "x", count: 50_000) + "\(number)") }
    #expect(history.find("line") == nil)
    #expect(history.find("x14") == nil)
    #expect(history.find("x15") != nil)
  }
}
