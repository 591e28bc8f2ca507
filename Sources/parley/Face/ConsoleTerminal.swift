import Chat

/// The terminal of somebody who chats: the line being typed, and messages above it.
///
/// Pure: every method returns the bytes to write, and nothing else may write to that terminal.
struct ConsoleTerminal {
  enum Wish: Equatable {
    case say(String)
    case leave
    /// Ctrl-C.
    case interrupt
  }

  private var editor = LineEditor()
  private var screen: Screen
  private var wishes: [Wish] = []

  init(columns: Int) { screen = Screen(columns: columns, prompt: "> ") }

  mutating func begin() -> [UInt8] { screen.begin() }
  func end() -> [UInt8] { screen.end() }
  mutating func resize(columns: Int) -> [UInt8] { screen.resize(columns: columns) }
  mutating func show(_ lines: [String]) -> [UInt8] { screen.show(lines) }

  /// Changes what stands before the line.
  mutating func rename(_ prompt: String) -> [UInt8] {
    screen.prompt = prompt
    return screen.edit(before: editor.before, after: editor.after)
  }

  /// Takes what the keyboard sent; what it means is in ``takeWishes()``.
  mutating func receive(_ bytes: [UInt8]) -> [UInt8] {
    editor.receive(bytes)
    return drain()
  }

  /// Takes notice of names, to complete them.
  mutating func learn(_ event: MemberEvent) { editor.learn(event) }

  /// Whether ``pause()`` is wanted when the keyboard is silent for a moment.
  var awaitsPause: Bool { editor.awaitsPause }

  mutating func pause() -> [UInt8] {
    editor.pause()
    return drain()
  }

  private mutating func drain() -> [UInt8] {
    var output: [UInt8] = []
    while let event = editor.next() {
      switch event {
      case .line(let line): wishes.append(.say(line))
      case .end: wishes.append(.leave)
      case .interrupt: wishes.append(.interrupt)
      case .redraw: break  // The row is drawn below in any case.
      case .bell: output.append(0x07)
      case .pageUp, .pageDown, .top, .bottom, .suspend, .focus: break
      }
    }
    return output + screen.edit(before: editor.before, after: editor.after)
  }

  mutating func takeWishes() -> [Wish] {
    defer { wishes = [] }
    return wishes
  }
}
