import Glibc
import Sockets

/// How a chat looks at a terminal: the same words for every verb that has one.
struct FaceOptions: Equatable, Sendable {
  enum ThemeName: String, CaseIterable {
    case light, dark, none
  }

  var isPlain = false
  /// nil: what the terminal says of itself.
  var theme: ThemeName?

  /// Whether standard input and output are a terminal.
  static var isAtTerminal: Bool { isatty(0) == 1 && isatty(1) == 1 }

  /// Whether a terminal shows rows that change, and not just one line after the other.
  var hasScreen: Bool {
    let isDumb = getenv("TERM").map { ["", "dumb"].contains(String(cString: $0)) } ?? true
    return FaceOptions.isAtTerminal && !isDumb && !isPlain
  }

  /// To be called before any thread is started.
  func prepare() {
    guard hasScreen else { return }
    // Now, and not with a connection over which nobody says a word.
    JobControl.awaitForeground()
    Signals.block(ConsoleFace.signals)
  }

  private var chosenTheme: Theme {
    Theme(asked: theme) { name in getenv(name).map { String(cString: $0) } }
  }

  /// Calls `interrupt` for Ctrl-C, where a raw terminal makes no signal of it.
  ///
  /// `remarks` are lines that standard error has had already: a screen covers them, and shows them itself.
  func face(
    on loop: EventLoop, remarks: [String], interrupt: @escaping () -> Void
  ) throws(SocketError) -> any ChatFace {
    hasScreen
      ? try ConsoleFace(on: loop, theme: chosenTheme, remarks: remarks, interrupt: interrupt)
      : try PipeFace(isTerminal: FaceOptions.isAtTerminal)
  }

  static func group<Options>(
    _ field: WritableKeyPath<Options, FaceOptions>
  ) -> Verb<Options>.Group {
    Verb.Group(
      "At a terminal",
      [
        .flag(
          "--plain-output",
          "one line after the other and nothing that moves: for screen readers and for logs"
        ) { $0[keyPath: field].isPlain = true },
        .value(
          "--theme", "NAME",
          """
          colours for a light or a dark background, or none; unless said otherwise what suits the \
          terminal, and none where NO_COLOR is set
          """, value: .choices(ThemeName.self)
        ) { (options, text) throws(UsageError) in
          options[keyPath: field].theme = try choice(text)
        },
      ])
  }
}
