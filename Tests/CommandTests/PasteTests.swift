import Testing

@testable import parley

@Suite("A paste")
struct PasteTests {
  private static let begin = "\u{1b}[200~"
  private static let end = "\u{1b}[201~"

  /// An editor into which something was pasted.
  private func pasted(
    _ text: String, into line: String = "", limit: Int = 16_384
  ) -> LineEditor {
    var editor = LineEditor(limit: limit)
    editor.receive((line + Self.begin + text + Self.end).utf8)
    #expect(!editor.awaitsPause)
    return editor
  }

  private func events(_ editor: inout LineEditor) -> [LineEditor.Event] {
    var events: [LineEditor.Event] = []
    while let event = editor.next() { events.append(event) }
    return events
  }

  @Test(
    "of one line is typed and not sent",
    arguments: [
      ("abc", "abc"), ("abc\r", "abc"), ("abc\r\n\r\n", "abc"), ("a\tb", "a b"), ("", ""),
      ("\n", ""),
      ("a\u{1b}[Ab\u{4}c\u{1}\u{9b}d", "abcd"),
    ])
  func oneLine(text: String, expected: String) {
    var editor = pasted(text, into: "so: ")
    #expect(editor.hint == nil)
    #expect(editor.text == "so: " + expected)
    #expect(events(&editor).isEmpty)
  }

  @Test("of several lines is sent only when the answer is yes", arguments: ["y", "Y", "\r"])
  func yes(answer: String) {
    var editor = pasted("one\r\ntwo\n\nthree\n", into: "so: |\u{1b}[D")
    #expect(editor.hint == "Send 4 lines? y: yes, n: no, e: edit as one")
    #expect(editor.before == "so: one")
    editor.receive("x\t\u{1b}[A".utf8)
    #expect(events(&editor) == [.bell, .bell, .bell], "no answer")
    editor.receive(answer.utf8)
    #expect(
      events(&editor) == [.line("so: one"), .line("two"), .line(""), .line("three|")])
    #expect(editor.text.isEmpty)
    #expect(editor.hint == nil)
  }

  @Test(
    "of several lines is dropped without a trace but for Ctrl-Y",
    arguments: ["n", "\u{3}", "\u{7}"])
  func no(answer: String) {
    var editor = pasted("one\ntwo", into: "so: ")
    editor.receive(answer.utf8)
    #expect(editor.text == "so: ")
    #expect(events(&editor).isEmpty)
    editor.receive([0x19])
    #expect(editor.hint?.hasPrefix("Send 2 lines?") == true)
    editor.receive("y".utf8)
    #expect(events(&editor) == [.line("so: one"), .line("two")])
  }

  @Test("Escape alone drops it, too")
  func escape() {
    var editor = pasted("one\ntwo")
    editor.receive([0x1b])
    editor.pause()
    #expect(editor.text.isEmpty)
    editor.receive("y".utf8)
    #expect(editor.text == "y")
  }

  @Test("of several lines can become one line to be edited")
  func edit() {
    var editor = pasted("one\ntwo\n", into: "so: !\u{1b}[D")
    editor.receive("e?".utf8)
    #expect(editor.before + "|" + editor.after == "so: one two?|!")
    #expect(events(&editor).isEmpty)
  }

  @Test("with commands in it says so")
  func commands() {
    let editor = pasted("/quit\n/etc/passwd\n//text\ntext")
    #expect(editor.hint?.hasSuffix("e: edit as one (2 commands)") == true)
  }

  @Test("ends with its mark: a key right behind it is a key")
  func mark() {
    var editor = LineEditor()
    editor.receive("\(Self.begin)a\rb\u{7f}\u{15}\(Self.end)\r".utf8)
    #expect(events(&editor) == [.line("a"), .line("b")])
    editor.receive("\(Self.begin)c\(Self.end)\r".utf8)
    #expect(events(&editor) == [.line("c")])
    #expect(editor.hint == nil)
  }

  @Test("answers no question")
  func answer() {
    var editor = pasted("one\ntwo")
    editor.receive("\(Self.begin)y\r\(Self.end)".utf8)
    #expect(events(&editor) == [.bell])
    #expect(editor.hint?.hasPrefix("Send 2 lines?") == true)
  }

  @Test("whose end was lost can be left by Ctrl-C")
  func lostEnd() {
    var editor = LineEditor()
    editor.receive("\(Self.begin)a".utf8)
    editor.pause()
    editor.receive("b\rc\r".utf8)
    #expect(editor.hint == "3 lines pasted so far; Ctrl-C ends the paste")
    // Ctrl-C among what is pasted is none.
    editor.receive([0x03])
    #expect(editor.awaitsPause)
    editor.receive("d".utf8)
    #expect(!editor.awaitsPause)
    editor.pause()
    #expect(editor.hint?.hasPrefix("3 lines pasted so far") == true)
    editor.receive([0x03])
    editor.pause()
    #expect(editor.hint?.hasPrefix("Send 3 lines?") == true)
    editor.receive("n".utf8)
    editor.receive([0x03])
    #expect(events(&editor) == [.interrupt])
  }

  @Test("that is too large is cut, with one bell and a question that says so")
  func tooLarge() {
    var editor = pasted(String(repeating: "0123456789\n", count: 10_000))
    #expect(events(&editor) == [.bell])
    #expect(
      editor.hint?.hasPrefix("Send 500 lines?") == true
        && editor.hint?.hasSuffix("(no more fit)") == true)
    var narrow = pasted("abc\nabcdefghij\nabc", limit: 8)
    #expect(events(&narrow) == [.bell])
    narrow.receive("y".utf8)
    #expect(events(&narrow) == [.line("abc"), .line("abcdefgh"), .line("abc")])
    editor.receive("n\u{19}".utf8)
    #expect(editor.hint?.hasSuffix("(no more fit)") == true, "brought back it is not whole either")
    var long = pasted("a\n" + String(repeating: "é", count: 40_000), limit: 100_000)
    #expect(events(&long) == [.bell])
    long.receive("y".utf8)
    #expect(events(&long) == [.line("a"), .line(String(repeating: "é", count: 32_767))])
  }

  @Test("of one line that is too long is cut, with one bell and words that stay until the next key")
  func tooLong() {
    let words = "No more fits: a line has at most 8 bytes"
    for end in ["", "\n"] {
      var editor = pasted("abcdefghij" + end, limit: 8)
      #expect(events(&editor) == [.bell])
      #expect(editor.hint == words && editor.text == "abcdefgh")
      editor.receive([0x7f])
      #expect(editor.hint == nil)
    }
    let holes = pasted("abcdefg\u{e9}hij", limit: 8)
    #expect(holes.text == "abcdefg" && holes.hint == words)
    var second = pasted("a\nbcdefgh\u{e9}ij\nk", limit: 8)
    second.receive("y".utf8)
    #expect(events(&second) == [.bell, .line("a"), .line("bcdefgh"), .line("k")])
    var first = pasted("abcdefghij\nb", limit: 8)
    #expect(events(&first) == [.bell])
    #expect(first.hint?.hasSuffix("(no more fit)") == true)
    var edited = pasted("abcdef\nghij", limit: 8)
    edited.receive("e".utf8)
    #expect(events(&edited) == [.bell])
    #expect(edited.hint == words && edited.text == "abcdef g")
  }
}
