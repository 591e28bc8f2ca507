import Testing

@testable import parley

@Suite("Screen")
struct ScreenTests {
  private func make(columns: Int, prompt: String = "> ") -> (Screen, TerminalModel) {
    var screen = Screen(columns: columns, prompt: prompt)
    var terminal = TerminalModel(columns: columns)
    terminal.receive(screen.begin())
    return (screen, terminal)
  }

  @Test("a message goes above the line being typed and leaves it and its cursor alone")
  func messageAbove() {
    var (screen, terminal) = make(columns: 20)
    terminal.receive(screen.edit(before: "hel", after: "lo"))
    terminal.receive(screen.show(["bob: hi", "eve: yo"]))
    #expect(terminal.text == ["bob: hi", "eve: yo", "> hello"])
    #expect(terminal.column == 5)
    terminal.receive(screen.edit(before: "help", after: ""))
    terminal.receive(screen.show(["a line that is far too wide for this terminal"]))
    #expect(terminal.text.last == "> help")
    #expect(terminal.text.dropLast().joined().hasSuffix("for this terminal"))
    terminal.receive(screen.end())
    #expect(terminal.text.last == "" && terminal.column == 0)
    #expect(terminal.unknown.isEmpty)
  }

  @Test("showing nothing writes nothing")
  func nothing() {
    var (screen, _) = make(columns: 20)
    #expect(screen.show([]).isEmpty)
  }

  @Test(
    "a line wider than the terminal scrolls, and the cursor stays in sight", arguments: [5, 8, 20])
  func scrolling(columns: Int) {
    var (screen, terminal) = make(columns: columns)
    let line = String(repeating: "0123456789", count: 8)
    for cursor in Array(0...80) + Array((0...80).reversed()) {
      let (before, after) = (String(line.prefix(cursor)), String(line.dropFirst(cursor)))
      terminal.receive(screen.edit(before: before, after: after))
      #expect(terminal.rows.count == 1)
      #expect((2..<columns).contains(terminal.column))
      // What stands at the cursor is the character that comes next.
      let cells = terminal.rows[0]
      if terminal.column < cells.count { #expect(cells[terminal.column] == after.prefix(1)) }
      if cursor > 0, terminal.column > 2 { #expect(cells[terminal.column - 1] == before.suffix(1)) }
    }
  }

  @Test("wide and combining characters keep the cursor where it belongs")
  func widths() {
    var (screen, terminal) = make(columns: 20)
    terminal.receive(screen.edit(before: "日e\u{301}", after: "本"))
    #expect(terminal.text == ["> 日e\u{301}本"])
    #expect(terminal.column == 5)
  }

  @Test("what would steer the terminal is shown as a replacement character")
  func controls() {
    var (screen, terminal) = make(columns: 20)
    terminal.receive(screen.edit(before: "a\u{1b}[2J\u{202e}\u{9b}b\n", after: ""))
    #expect(terminal.text == ["> a\u{fffd}[2J\u{fffd}\u{fffd}b\u{fffd}"])
  }

  @Test("a narrow terminal gives up the prompt, and the narrowest only the text", arguments: 1...4)
  func narrow(columns: Int) {
    var (screen, terminal) = make(columns: columns, prompt: "alice> ")
    terminal.receive(screen.edit(before: "hello", after: "日"))
    #expect(terminal.rows.count == 1)
    #expect(terminal.column < columns)
  }

  @Test("a new width is used from the next row on")
  func resizing() {
    var (screen, terminal) = make(columns: 10)
    terminal.receive(screen.edit(before: "0123456789", after: ""))
    #expect(terminal.text[0].utf8.count < 10)
    terminal = TerminalModel(columns: 30)
    terminal.receive(screen.resize(columns: 30))
    #expect(terminal.text == ["> 0123456789"])
  }
}
