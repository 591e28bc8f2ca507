import Chat
import Rooms
import Wire

/// The terminal of somebody who chats: the line being typed, and the talk above it.
///
/// Pure: the keyboard's bytes go in, wishes come out, and ``draw()`` gives the bytes that show what has
/// changed since it was last called, however much that is. Nothing else may write to that terminal.
struct ConsoleTerminal {
  enum Wish: Equatable {
    case say(String)
    case leave
    /// Ctrl-C.
    case interrupt
    /// Ctrl-Z.
    case suspend
  }

  private var editor = LineEditor()
  private var screen: Screen
  private var attention: Attention
  private var wishes: [Wish] = []
  /// The room that is talked in, safe to show.
  private var room: String?
  /// Whom we talk with where there is no room, safe to show.
  private var company = ""
  private var isAway = false
  private var isLeaving = false
  private var rings = false

  init(columns: Int, rows: Int, theme: Theme, at now: Instant) {
    screen = Screen(columns: columns, rows: rows, theme: theme)
    screen.input.prompt = "> "
    attention = Attention(at: now)
  }

  // MARK: - The terminal

  /// What makes the terminal ours; draw then.
  mutating func enter() -> [UInt8] { screen.enter() }
  /// What gives it back, until the next ``enter()``.
  mutating func leave() -> [UInt8] { screen.leave() }
  /// What gives it back for good, with the last screenful of the talk on the shell's own page.
  mutating func end() -> [UInt8] { screen.leave() + screen.farewell }

  mutating func resize(columns: Int, rows: Int) { screen.resize(columns: columns, rows: rows) }

  /// What shows all that has changed; nothing if nothing has.
  mutating func draw() -> [UInt8] {
    screen.input.before = editor.before
    screen.input.after = editor.after
    screen.hint = editor.hint
    screen.status = status
    screen.view.mark = attention.mark
    defer { rings = false }
    return (rings ? [0x07] : []) + screen.draw()
  }

  /// Where one is, which gives way on a narrow terminal to what changes.
  private var status: String {
    var news: [String] = []
    if isLeaving { news.append("leaving; Ctrl-C leaves at once") }
    if isAway { news.append("no connection") }
    if attention.unread > 0 { news.append("\(attention.unread) unread") }
    if let count = screen.view.countBelow {
      news.append(count > 0 ? "\(count) new below, PageDown" : "scrolled back, PageDown")
    }
    let place = room ?? company
    let whole = " " + ((place.isEmpty ? [] : [place]) + news).joined(separator: " | ")
    let fits = news.isEmpty || TextWidth.columns(of: whole) <= screen.columns
    return fits ? whole : " " + news.joined(separator: " | ")
  }

  // MARK: - The talk

  mutating func show(_ lines: [TalkLine], at now: Instant) {
    for line in lines {
      attention.receive(line: screen.view.talk.numbers.upperBound, at: now)
      screen.view.append(line)
    }
  }

  /// Rings the bell, once with the next drawing.
  mutating func ring() { rings = true }

  /// Takes notice of what we are called, where we are and whether anybody hears us, which stands beside the
  /// line being typed, and of all names, to complete them.
  mutating func learn(_ event: MemberEvent) {
    editor.learn(event)
    switch event {
    case .entered(let welcome), .back(let welcome, _, _):
      call(welcome.nick)
      room = SafeText.safe(welcome.seat.name)
      isAway = false
    case .away: isAway = true
    case .reply(.nick(let nick)), .named(let nick): call(nick)
    case .reply(.join(let seat, _)): room = SafeText.safe(seat.name)
    case .talking(let name): room = name.map { SafeText.safe($0) } ?? "no room"
    default: break  // Nothing else changes either.
    }
  }

  /// Takes notice of whom we talk with, where there is no room.
  mutating func meet(_ others: String) { company = SafeText.safe(others) }

  private mutating func call(_ nick: String) { screen.input.prompt = SafeText.safe(nick) + "> " }

  // MARK: - The keyboard

  /// Takes what the keyboard sent; what it means is in ``takeWishes()``.
  mutating func receive(_ bytes: [UInt8], at now: Instant) {
    editor.receive(bytes)
    drain(at: now)
  }

  /// Whether ``pause(at:)`` is wanted when the keyboard is silent for a moment.
  var awaitsPause: Bool { editor.awaitsPause }

  mutating func pause(at now: Instant) {
    editor.pause()
    drain(at: now)
  }

  mutating func takeWishes() -> [Wish] {
    defer { wishes = [] }
    return wishes
  }

  private mutating func drain(at now: Instant) {
    var isKey = true
    while let event = editor.next() {
      switch event {
      case .line(let line):
        wishes.append(.say(line))
        attention.answer()
        screen.view.toEnd()
      case .end: wishes.append(.leave)
      case .interrupt:
        wishes.append(.interrupt)
        isLeaving = true
      case .suspend: wishes.append(.suspend)
      case .redraw: screen.forget()
      case .bell: rings = true
      case .pageUp: screen.view.pageUp()
      case .pageDown: screen.view.pageDown()
      case .top: screen.view.top()
      case .bottom: screen.view.toEnd()
      case .focus(let isOn):
        // The terminal says so by itself.
        attention.turn(to: isOn, at: now)
        isKey = false
      }
    }
    if isKey { attention.press(at: now) }
  }
}
