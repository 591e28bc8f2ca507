import Testing

@testable import parley

@Suite("LineEditor")
struct LineEditorTests {
  private static let escape = "\u{1b}"

  /// Types a text and says what is left, with `|` for the cursor.
  private func typed(_ text: String) -> String {
    var editor = LineEditor()
    editor.receive(text.utf8)
    return editor.before + "|" + editor.after
  }

  private func events(_ editor: inout LineEditor) -> [LineEditor.Event] {
    var events: [LineEditor.Event] = []
    while let event = editor.next() { events.append(event) }
    return events
  }

  @Test(
    "a key does what people expect of it",
    arguments: [
      ("abc", "abc|"), ("abc\u{7f}", "ab|"), ("abc\u{8}\u{8}", "a|"), ("\u{7f}", "|"),
      ("abc\u{1}x", "x|abc"), ("abc\u{1}\u{5}x", "abcx|"), ("abc\u{1b}[Dx", "abx|c"),
      ("abc\u{1b}[D\u{1b}[D\u{1b}[Cx", "abx|c"), ("abc\u{1b}[H\u{1b}[3~", "|bc"),
      ("abc\u{1b}[1~x\u{1b}[4~y", "xabcy|"), ("abc\u{1}\u{4}", "|bc"),
      ("one two  \u{17}", "one |"), ("one two\u{15}", "|"), ("one\u{1}\u{6}\u{b}", "o|"),
      ("one two\u{1b}[1;5D\u{15}", "|two"), ("one two\u{1}\u{1b}f!", "one!| two"),
      ("one two\u{1b}\u{7f}", "one |"), ("one two\u{1b}b\u{1b}d", "one |"),
      ("one two\u{1}\u{1b}d", "| two"), ("one two\u{17}\u{17}\u{19}", "one two|"),
      ("one two\u{17}\u{1}\u{b}\u{19}\u{19}", "one one |"), ("ab\u{14}", "ba|"),
      ("abc\u{1b}[D\u{14}x", "acbx|"), ("abc\u{1b}[D\u{1b}[D\u{14}x", "bax|c"),
      ("a\u{14}\u{1}\u{14}", "|a"), ("one two\u{17}\u{5}\u{b}\u{19}", "one two|"),
    ])
  func keys(bytes: String, expected: String) {
    #expect(typed(bytes) == expected)
  }

  @Test(
    "backspace takes the whole character, however many bytes it has",
    arguments: ["é", "e\u{301}", "€", "日", "😀", "👨‍👩‍👧", "🇮🇹"])
  func wholeCharacters(character: String) {
    #expect(typed("a\(character)\u{7f}") == "a|")
    #expect(typed("a\(character)\u{1b}[Db") == "ab|\(character)")
  }

  @Test(
    "an unknown sequence leaves nothing behind",
    arguments: [
      "[24~", "[1;2P", "[?1;2c", "[<0;35;12M", "OP", "]11;rgb:0/0/0\u{7}", "]0;x\u{1b}\\",
      "P1$r0m\u{1b}\\", "(B", "x", "[200~\u{1b}[201~", "[I", "\u{1b}[15~",
      "[123456789012345678901q", "[[A", "[M !!", "[?2004;1$y", "[24;80R", "[2~", "[99~", "[;;;~",
      "P>|XTerm(366)\u{1b}\\", "]52;c;aGk=\u{7}", "[?62;c", "[>0;276;0c", "_G\u{1b}\\", "Op",
      "\u{1b}\u{1b}[15~", "[0n", "[?1u", "[1;99999999999999999999P",
    ])
  func unknownSequence(sequence: String) {
    #expect(typed("a\(Self.escape)\(sequence)b") == "ab|")
  }

  @Test(
    "a control key gets out of whatever Alt and a key began", arguments: ["]", "P", "[", "O", "_"])
  func wayOut(start: String) {
    var editor = LineEditor()
    editor.receive("ab\(Self.escape)\(start)\rcd".utf8)
    #expect(events(&editor) == [.line("ab")])
    #expect(editor.text == "cd")
  }

  @Test("Enter gives the line and begins a new one; CR LF is one Enter")
  func lines() {
    var editor = LineEditor()
    editor.receive("one\rtwo\nthree\r\n\r".utf8)
    #expect(events(&editor) == [.line("one"), .line("two"), .line("three"), .line("")])
  }

  @Test("Ctrl-D ends the input on an empty line only, Ctrl-C keeps the line")
  func ends() {
    var editor = LineEditor()
    editor.receive("a\u{4}\u{3}\u{7f}\u{4}\u{c}".utf8)
    #expect(events(&editor) == [.interrupt, .end, .redraw])
  }

  @Test("what was being typed or changed is there again, and what was typed twice is there once")
  func drafts() {
    let up = "\u{1b}[A"
    let down = "\u{1b}[B"
    #expect(typed("one\rtwo\r\(up)!\(up)?\(down)") == "two!|")
    #expect(typed("one\rtwo\r\(up)!\(up)?\(down)\(down)\(up)\(up)") == "one?|")
    #expect(typed("one\rtwo\rone\r\(up)\(up)") == "two|")
    #expect(typed("one\rtwo\rone\r\(up)\(up)\(up)") == "two|")
    #expect(typed("one\rdraft\(up)\r\(up)\(up)") == "draft|", "sent another one instead")
  }

  @Test("what is not about the line is told, and a question or a search goes on meanwhile")
  func told() {
    let keys = "\u{1b}[5~\u{1b}[6~\u{1b}[1;5H\u{1b}[1;5F\u{c}\u{1a}\u{1b}[I\u{1b}[O"
    let told: [LineEditor.Event] = [
      .pageUp, .pageDown, .top, .bottom, .redraw, .suspend, .focus(true), .focus(false),
    ]
    for start in ["abc", "abc\u{12}", "\u{1b}[200~a\nb\u{1b}[201~"] {
      var editor = LineEditor()
      editor.receive(start.utf8)
      editor.pause()
      let hint = editor.hint
      let text = editor.text
      editor.receive(keys.utf8)
      #expect(events(&editor) == told)
      #expect(editor.hint == hint)
      #expect(editor.text == text)
    }
  }

  @Test("up and down walk through the lines, and back to the one being typed")
  func history() {
    #expect(typed("one\rtwo\rtwo\rdra\u{1b}[A") == "two|")
    #expect(typed("one\rtwo\rdra\u{1b}[A\u{1b}[A\u{1b}[A") == "one|")
    #expect(typed("one\rtwo\rdra\u{1b}[A\u{1b}[A\u{1b}[B\u{1b}[B\u{1b}[B") == "dra|")
    #expect(typed("\u{1b}[A\u{1b}[B") == "|")
  }

  @Test("bytes that are no UTF-8 show as replacement characters and take nothing with them")
  func badBytes() {
    var editor = LineEditor()
    editor.receive([
      0x61, 0xff, 0x62, 0xc3, 0x63, 0xe2, 0x82, 0x0d, 0xed, 0xa0, 0x80, 0x80, 0xc2, 0x85,
    ])
    #expect(events(&editor) == [.line("a\u{fffd}b\u{fffd}c\u{fffd}")])
    #expect(editor.text == "\u{fffd}\u{fffd}")
  }

  @Test("a line that is full rings once and keeps what fits")
  func full() {
    var editor = LineEditor(limit: 5)
    editor.receive("abcd€€€e".utf8)
    #expect(events(&editor) == [.bell])
    #expect(editor.text == "abcde")
    editor.receive("f".utf8)
    #expect(events(&editor) == [.bell])
  }

  @Test(
    "a key is what it is at every kind of terminal",
    arguments: [
      // xterm and tmux, their application mode, rxvt, the Linux console, PuTTY.
      (Key.home, ["[H", "OH", "[1~", "[7~"]), (.end, ["[F", "OF", "[4~", "[8~"]),
      (.wordLeft, ["[1;5D", "[1;3D", "[1;9D", "Od", "OD", "\u{1b}[D", "b"]),
      (.wordRight, ["[1;5C", "[1;3C", "[1;7C", "Oc", "OC", "\u{1b}[C", "f"]),
      (.left, ["[D", "[1;2D"]), (.right, ["[C", "[1;2C"]), (.up, ["[A", "OA"]),
      (.down, ["[B", "OB"]),
      (.delete, ["[3~"]), (.killWordRight, ["[3;5~", "[3^", "d"]),
      (.killWordLeft, ["\u{7f}", "\u{8}"]), (.completeBack, ["[Z", "\u{9}"]),
      (.pageUp, ["[5~", "[5;2~", "[5^"]), (.pageDown, ["[6~", "[6;5~"]),
      (.top, ["[1;5H", "[1;5~", "[7^"]), (.bottom, ["[1;5F", "[4;5~", "[8^"]),
      (.enter, ["OM"]),
    ])
  func everywhere(key: Key, sequences: [String]) {
    for sequence in sequences {
      var decoder = KeyDecoder()
      for byte in (Self.escape + sequence + "x").utf8 { decoder.receive(byte) }
      #expect(decoder.next() == key, "ESC \(sequence.debugDescription)")
    }
  }

  @Test("what looks like the start of a sequence is Escape or Alt, once nothing follows")
  func silence() {
    for start in ["", "[", "O", "]", "P", "_", "[1;5", "[7$"] {
      var editor = LineEditor()
      editor.receive("a\(Self.escape)\(start)".utf8)
      #expect(editor.awaitsPause)
      editor.pause()
      #expect(!editor.awaitsPause)
      editor.receive("b".utf8)
      #expect(editor.text == "ab", "ESC \(start)")
    }
    var editor = LineEditor()
    editor.receive("a".utf8)
    editor.pause()
    editor.receive([0xc3])
    editor.pause()
    editor.receive([0xa9])
    #expect(editor.text == "aé", "a character may come slowly")
  }

  @Test("survives any chunking", arguments: 1...9)
  func chunking(size: Int) {
    let bytes = Array(
      "hé€😀\u{1b}[D\u{1b}[1;5D\u{1b}[200~pa\r\nste\u{1b}[201~\r\n\u{1b}[Ax\u{1b}]0;t\u{7}\u{17}y\u{3}"
        .utf8)
    var whole = LineEditor()
    whole.receive(bytes)
    var parts = LineEditor()
    var partEvents: [LineEditor.Event] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      parts.receive(bytes[start..<min(start + size, bytes.count)])
      partEvents += events(&parts)
    }
    #expect(partEvents == events(&whole))
    #expect(parts.before == whole.before)
    #expect(parts.after == whole.after)
  }

  @Test(
    "whatever comes in, the line stays within its limit and free of controls", arguments: 1...20)
  func anyBytes(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let favourites: [UInt8] = [
      0x1b, 0x5b, 0x7e, 0x32, 0x30, 0x31, 0x7f, 0x0d, 0xc3, 0xa9, 0x41, 0x04,
    ]
    var editor = LineEditor(limit: 64)
    for _ in 0..<5_000 {
      let byte = Bool.random(using: &random) ? favourites.randomElement(using: &random) : nil
      editor.receive([byte ?? UInt8.random(in: 0...255, using: &random)])
      while let event = editor.next() {
        if case .line(let line) = event { #expect(line.utf8.count <= 64) }
      }
      let isClean = editor.text.unicodeScalars.allSatisfy {
        $0.properties.generalCategory != .control
      }
      #expect(isClean)
    }
  }
}
