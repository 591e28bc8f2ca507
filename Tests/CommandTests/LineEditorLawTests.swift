import Testing

@testable import parley

/// What holds whatever is typed.
@Suite("LineEditor, whatever is typed")
struct LineEditorLawTests {
  /// Keys, pieces of keys, answers of a terminal, pastes, and moments of silence (nil).
  private static let pieces: [String?] = [
    nil, nil, "a", "an", "bob", " ", "/", "/msg ", "#", "é", "e\u{301}", "日本", "👨‍👩‍👧", "🇮🇹", "🇮",
    "\u{301}", "\u{200d}", "\u{202e}", "\u{600}", "y", "n", "e", "\r", "\n", "\r\n", "\t", "\t\t",
    "\u{1b}[Z", "\u{1}", "\u{2}", "\u{3}", "\u{4}", "\u{5}", "\u{6}", "\u{7}", "\u{8}", "\u{b}",
    "\u{c}", "\u{e}", "\u{10}", "\u{12}", "\u{12}", "\u{14}", "\u{15}", "\u{17}", "\u{19}",
    "\u{19}", "\u{7f}", "\u{1b}", "\u{1b}b", "\u{1b}f", "\u{1b}d", "\u{1b}\u{7f}", "\u{1b}[A",
    "\u{1b}[B", "\u{1b}[C", "\u{1b}[D", "\u{1b}[1;5C", "\u{1b}[1;5D", "\u{1b}[3~", "\u{1b}[5~",
    "\u{1b}[", "\u{1b}O", "\u{1b}]", "\u{1b}[200~", "\u{1b}[200~one\ntwo", "\u{1b}[200~\n\n",
    "\u{1b}[201~", "\u{1b}[201~", "\u{1b}[?62;22c", "\u{1b}[24;80R", "\u{1b}]11;rgb:0/0/0\u{7}",
    "\u{1b}P>|x\u{1b}\\", "\u{1b}[M !!", "\u{1b}[[A",
    "\u{1b}[I", "\u{1b}[O", "\u{1a}",
  ]

  private func editor() -> LineEditor {
    var editor = LineEditor(limit: 64)
    editor.completion.commands = ["msg", "me", "join"]
    for name in ["anna", "ANTON", "bob", "日本", "Ann Lee"] { editor.completion.people.use(name) }
    editor.completion.rooms.use("a")
    return editor
  }

  /// Types to the next silence; `size` bytes at a time.
  private func receive(
    _ bytes: [UInt8], by size: Int, _ editor: inout LineEditor, _ events: inout [LineEditor.Event]
  ) {
    for start in stride(from: 0, to: bytes.count, by: size) {
      editor.receive(bytes[start..<min(start + size, bytes.count)])
      while let event = editor.next() { events.append(event) }
    }
  }

  @Test(
    "it never holds a control or more than its limit, and any cut of the bytes is the same",
    arguments: 1...20)
  func cuts(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var (whole, parts) = (editor(), editor())
    var (wholeEvents, partEvents): ([LineEditor.Event], [LineEditor.Event]) = ([], [])
    for _ in 0..<200 {
      var bytes: [UInt8] = []
      while let piece = Self.pieces.randomElement(using: &random) ?? nil { bytes += piece.utf8 }
      if Int.random(in: 0..<4, using: &random) == 0 {
        bytes += (0..<3).map { _ in UInt8.random(in: 0...255, using: &random) }
      }
      receive(bytes, by: .max, &whole, &wholeEvents)
      receive(bytes, by: Int.random(in: 1...4, using: &random), &parts, &partEvents)
      whole.pause()
      parts.pause()
      #expect(
        parts.before == whole.before && parts.after == whole.after && parts.hint == whole.hint
          && parts.awaitsPause == whole.awaitsPause)
      #expect(whole.text == whole.before + whole.after && whole.text.utf8.count <= 64)
      let shown = (whole.text + (whole.hint ?? "")).unicodeScalars
      #expect(shown.allSatisfy { $0.properties.generalCategory != .control })
    }
    while let event = whole.next() { wholeEvents.append(event) }
    while let event = parts.next() { partEvents.append(event) }
    #expect(partEvents == wholeEvents)
    for case .line(let line) in wholeEvents {
      #expect(line.utf8.count <= 64)
      #expect(line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    }
  }

  @Test(
    "a key and the one that undoes it leave the text as it was",
    arguments: [
      ("\u{1b}[D", "\u{1b}[C"), ("\u{1b}b", "\u{5}"), ("\u{15}", "\u{19}"), ("\u{17}", "\u{19}"),
      ("\u{b}", "\u{19}"), ("\u{1b}d", "\u{19}"), ("\u{17}\u{17}", "\u{19}"), ("x", "\u{7f}"),
      ("\u{1b}[A", "\u{1b}[B"), ("\u{12}an", "\u{7}"), ("\t", "\u{7}"), ("\t\u{1b}[Z\t", "\u{7}"),
    ])
  func undo(key: String, undoing: String) {
    var random = SeededGenerator(seed: 1)
    let letters = ["a", "an", " ", "  ", "é", "日", "👨‍👩‍👧", "e\u{301}", "bob"]
    for _ in 0..<200 {
      var editor = editor()
      editor.receive("anna\rbob\r".utf8)
      for _ in 0..<Int.random(in: 0...6, using: &random) {
        editor.receive((letters.randomElement(using: &random) ?? "").utf8)
      }
      for _ in 0..<Int.random(in: 0...3, using: &random) { editor.receive("\u{1b}[D".utf8) }
      let text = editor.text
      editor.receive(key.utf8)
      // What had no room cannot be undone.
      var hasRung = false
      while let event = editor.next() { hasRung = hasRung || event == .bell }
      guard !hasRung else { continue }
      editor.receive(undoing.utf8)
      #expect(editor.text == text)
    }
  }
}
