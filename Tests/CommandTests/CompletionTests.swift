import Testing

@testable import parley

@Suite("Completion")
struct CompletionTests {
  private var editor: LineEditor {
    var editor = LineEditor()
    editor.completion.commands = ["nick", "join", "leave", "who", "msg", "me", "history"]
    editor.completion.ownName = "carl"
    for name in ["anna", "ANTON", "bob", "Carl"] { editor.completion.people.add(name) }
    for name in ["antje", "anna"] { editor.completion.people.use(name) }
    for name in ["lobby", "lounge"] { editor.completion.rooms.use(name) }
    return editor
  }

  private func typed(_ keys: String) -> String {
    var editor = editor
    editor.receive(keys.utf8)
    return editor.before + "|" + editor.after
  }

  @Test(
    "Tab makes a name of its beginning",
    arguments: [
      ("b\t", "bob: |"), ("B\t", "bob: |"), ("ｂ\t", "bob: |"), ("hi b\t", "hi bob |"),
      ("an\t", "anna: |"), ("an\t\t", "antje: |"), ("an\t\t\t", "ANTON: |"),
      ("an\t\t\t\t", "anna: |"), ("\t", "anna: |"), ("/m\t", "/me |"), ("/m\t\t", "/msg |"),
      ("/JO\t", "/join |"), ("/join l\t", "/join lounge |"), ("/join #lob\t", "/join #lobby |"),
      ("/JOIN l\t", "/JOIN lounge |"), ("/msg a\t", "/msg anna |"),
      ("/me hugs bo\t", "/me hugs bob |"),
      ("bye bx\u{1b}[D\t", "bye bob |x"), ("x\t", "x|"), ("car\t", "car|"), ("//m\t", "//m|"),
      ("b\t\t", "bob: |"),
    ])
  func names(keys: String, expected: String) {
    #expect(typed(keys) == expected)
  }

  @Test("Shift-Tab goes back, and begins at the end")
  func back() {
    #expect(typed("an\t\t\u{1b}[Z") == "anna: |")
    #expect(typed("an\t\u{1b}[Z") == "ANTON: |")
    #expect(typed("an\u{1b}[Z") == "ANTON: |")
  }

  @Test("the names to choose from are shown, with a mark, until another key comes")
  func hint() {
    var editor = editor
    editor.receive("an\t\t".utf8)
    #expect(editor.hint == "anna [antje] ANTON")
    editor.receive("x".utf8)
    #expect(editor.hint == nil)
    #expect(editor.text == "antje: x")
    editor.receive(" bo\t".utf8)
    #expect(editor.hint == nil, "there is nothing to choose")
    for number in 0..<30 { editor.completion.people.use("zoe\(number)") }
    editor.receive("\u{15}zo\t".utf8)
    #expect(
      editor.hint == "[zoe29] zoe28 zoe27 zoe26 zoe25 zoe24 zoe23 zoe22 (and 22 more)")
  }

  @Test("Escape takes a completion back")
  func escape() {
    var editor = editor
    editor.receive("well, An\t\t\u{1b}".utf8)
    editor.pause()
    #expect(editor.text == "well, An")
    #expect(editor.hint == nil)
  }

  @Test("nothing fits, or does not fit into the line: the bell")
  func bell() {
    var editor = LineEditor(limit: 6)
    editor.completion.people.use("anna")
    editor.receive("xx\t".utf8)
    #expect(editor.next() == .bell)
    editor.receive("\u{15}x an\t".utf8)
    #expect(editor.next() == .bell)
    #expect(editor.text == "x an")
  }

  @Test("whoever leaves is offered no more, and a new name takes the old one's place")
  func changes() {
    var names = RecentNames()
    for name in ["bea", "ann", "bob"] { names.use(name) }
    names.remove("BOB")
    #expect(names.names(like: "", except: "") == ["ann", "bea"])
    names.rename("Ann", to: "zoe")
    #expect(names.names(like: "", except: "") == ["zoe", "bea"])
    #expect(names.names(like: "", except: "ZOE") == ["bea"])
    names.use("bea")
    #expect(names.names(like: "", except: "") == ["bea", "zoe"])
  }

  @Test(
    "a name that cannot be shown as it is is never put into the line",
    arguments: ["a\u{1b}[2J", "a\rb", "a\u{202e}b", "a\u{200b}b", "a\u{85}", "a\tb", ""])
  func unsafe(name: String) {
    var names = RecentNames()
    names.use(name)
    names.add(name)
    names.rename("x", to: name)
    #expect(names.names(like: "", except: "x").isEmpty)
  }

  @Test("a flood of names leaves the latest thousand")
  func flood() {
    var names = RecentNames()
    for number in 0..<1500 { names.use("n\(number)") }
    for number in 0..<1500 { names.add("m\(number)") }
    let kept = names.names(like: "", except: "")
    #expect(kept.count == RecentNames.limit)
    #expect(kept.first == "n1499")
    #expect(kept.filter { $0.hasPrefix("n") }.count >= RecentNames.limit - 1)
  }
}
