import Testing

@testable import parley

@Suite("Screen")
struct ScreenTests {
  private func make(
    columns: Int, rows: Int = 6, prompt: String = "> "
  ) -> (Screen, TerminalModel) {
    var screen = Screen(columns: columns, rows: rows, theme: Theme(nil))
    screen.input.prompt = prompt
    var terminal = TerminalModel(columns: columns, rows: rows)
    terminal.receive(screen.enter())
    terminal.receive(screen.draw())
    return (screen, terminal)
  }

  private func type(
    _ before: String, _ after: String = "", _ screen: inout Screen, _ terminal: inout TerminalModel
  ) {
    (screen.input.before, screen.input.after) = (before, after)
    terminal.receive(screen.draw())
  }

  @Test("a message goes above the line being typed and leaves it and its cursor alone")
  func messageAbove() {
    var (screen, terminal) = make(columns: 20)
    type("hel", "lo", &screen, &terminal)
    screen.view.append(TalkLine("bob: hi"))
    screen.view.append(TalkLine("eve: yo"))
    terminal.receive(screen.draw())
    #expect(terminal.talk == ["bob: hi", "eve: yo"])
    #expect(terminal.text.last == "> hello")
    #expect(terminal.column == 5 && terminal.row == 5)
    screen.view.append(TalkLine("a line that is far too wide for this terminal"))
    terminal.receive(screen.draw())
    #expect(terminal.talk.last == "    this terminal")
    #expect(terminal.text.last == "> hello")
    #expect(terminal.unknown.isEmpty)
  }

  @Test("what looks as before is not written again")
  func differences() {
    var (screen, terminal) = make(columns: 40, rows: 20)
    for number in 0..<30 { screen.view.append(TalkLine("bob: message \(number)")) }
    terminal.receive(screen.draw())
    #expect(screen.draw().isEmpty)
    screen.view.append(TalkLine("eve: one more"))
    let bytes = screen.draw()
    #expect(bytes.count < 100)
    terminal.receive(bytes)
    #expect(terminal.talk.suffix(2) == ["bob: message 29", "eve: one more"])
    screen.input.before = "x"
    #expect(screen.draw().count < 60)
  }

  @Test("what is left behind is the shell's page as it was, and the last of the talk")
  func farewell() {
    var (screen, terminal) = make(columns: 20, rows: 4)
    for number in 0..<9 { screen.view.append(TalkLine("line \(number)")) }
    terminal.receive(screen.draw())
    #expect(terminal.isFull)
    let modes = terminal.modes
    #expect(modes == ["25", "2004", "1004"])
    terminal.receive(screen.leave() + screen.farewell)
    #expect(!terminal.isFull)
    #expect(terminal.text == ["line 6", "line 7", "line 8", ""])
    #expect(terminal.modes == ["7", "25"])
  }

  @Test("what is left behind is the end without the rule, wherever one was looking")
  func farewellWithoutRule() {
    var (screen, terminal) = make(columns: 20, rows: 4)
    for number in 0..<9 { screen.view.append(TalkLine("line \(number)")) }
    screen.view.mark = 8
    screen.view.top()
    terminal.receive(screen.draw())
    terminal.receive(screen.leave() + screen.farewell)
    #expect(terminal.text == ["line 6", "line 7", "line 8", ""])
  }

  @Test(
    "a line wider than the terminal scrolls, and the cursor stays in sight", arguments: [5, 8, 20])
  func scrolling(columns: Int) {
    var (screen, terminal) = make(columns: columns)
    let line = String(repeating: "0123456789", count: 8)
    for cursor in Array(0...80) + Array((0...80).reversed()) {
      let (before, after) = (String(line.prefix(cursor)), String(line.dropFirst(cursor)))
      type(before, after, &screen, &terminal)
      #expect((2..<columns).contains(terminal.column))
      // What stands at the cursor is the character that comes next.
      let cells = terminal.rows[5]
      if terminal.column < cells.count { #expect(cells[terminal.column] == after.prefix(1)) }
      if cursor > 0, terminal.column > 2 { #expect(cells[terminal.column - 1] == before.suffix(1)) }
    }
  }

  @Test("wide and combining characters keep the cursor where it belongs")
  func widths() {
    var (screen, terminal) = make(columns: 20)
    type("日e\u{301}", "本", &screen, &terminal)
    #expect(terminal.text.last == "> 日e\u{301}本")
    #expect(terminal.column == 5)
  }

  @Test("where terminals disagree about a width, what follows is put in its place")
  func disagreement() {
    var (screen, _) = make(columns: 20)
    // Drawn with two columns or with more.
    screen.input.before = "👩\u{200d}💻"
    screen.input.after = "x"
    let text = String(decoding: screen.draw(), as: UTF8.self)
    #expect(text.contains("👩\u{200d}💻\u{1b}[7Gx\u{1b}[6;7H"))
  }

  @Test("what would steer the terminal is shown as a replacement character")
  func controls() {
    var (screen, terminal) = make(columns: 20)
    type("a\u{1b}[2J\u{202e}\u{9b}b\n", "", &screen, &terminal)
    #expect(terminal.text.last == "> a\u{fffd}[2J\u{fffd}\u{fffd}b\u{fffd}")
  }

  @Test("a narrow terminal gives up the prompt, and a low one the status and then the talk")
  func small() {
    for (columns, rows) in [(1, 1), (2, 1), (3, 2), (20, 2), (4, 3), (1, 24)] {
      var (screen, terminal) = make(columns: columns, rows: rows, prompt: "alice> ")
      screen.status = " lobby"
      screen.view.append(TalkLine("bob: 日本"))
      type("hello", "日", &screen, &terminal)
      #expect(terminal.row == rows - 1 && terminal.misfits == 0)
      #expect(terminal.text.count == rows)
      #expect(terminal.text.contains(" lobby") == (rows > 2 && columns > 6))
      screen.hint = "y?"
      terminal.receive(screen.draw())
      #expect(terminal.text.contains("y?") == (rows > 1 && columns > 1))
    }
  }

  @Test("after a resize everything is drawn for the new size")
  func resizing() {
    var (screen, terminal) = make(columns: 10)
    type("0123456789", "", &screen, &terminal)
    #expect((terminal.text.last ?? "").utf8.count < 10)
    screen.view.append(TalkLine("bob: some words more"))
    terminal = TerminalModel(columns: 30, rows: 4)
    terminal.receive(screen.enter())
    screen.resize(columns: 30, rows: 4)
    terminal.receive(screen.draw())
    #expect(terminal.text == ["", "bob: some words more", "", "> 0123456789"])
  }
}
