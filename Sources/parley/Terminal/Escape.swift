/// Every sequence that is ever written to a terminal: nothing else in this program has an escape character.
enum Escape {
  /// The screen is ours: another page than the shell's, where nothing wraps.
  ///
  /// The terminal marks what is pasted, says when somebody begins and stops to look, and sends the arrows
  /// that belong to a line, whatever a program before has left behind.
  static let enter =
    "\u{1b}[?1049h\u{1b}[?7l\u{1b}[?1l\u{1b}[?2004h\u{1b}[?1004h\u{1b}[r\u{1b}[0m\u{1b}[2J"
  /// As it was: also what the program writes that dies, whatever it was at.
  static let leave =
    "\u{1b}[r\u{1b}[0m\u{1b}[?1004l\u{1b}[?2004l\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l"

  static let hideCursor = "\u{1b}[?25l"
  static let showCursor = "\u{1b}[?25h"
  static let eraseRow = "\u{1b}[K"
  static let eraseAll = "\u{1b}[2J"
  static let plain = "\u{1b}[0m"
  static let wholeScreen = "\u{1b}[r"

  /// Rows and columns begin with 0 here, and with 1 at the terminal.
  static func move(row: Int, column: Int) -> String { "\u{1b}[\(row + 1);\(column + 1)H" }
  static func move(column: Int) -> String { "\u{1b}[\(column + 1)G" }
  /// Only the rows before `end` move when a line feed comes at their end.
  static func scrolling(before end: Int) -> String { "\u{1b}[1;\(end)r" }
  static func style(_ numbers: String) -> String { "\u{1b}[\(numbers)m" }
}
