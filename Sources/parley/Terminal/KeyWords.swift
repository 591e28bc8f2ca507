/// What the keys do, for people.
enum KeyWords {
  /// No wider than a terminal mostly is.
  static let lines = [
    "Tab, Shift-Tab  complete names, commands and rooms",
    "Up, Down        lines typed before;  Ctrl-R  searches them",
    "PageUp, PageDown, Ctrl-Home, Ctrl-End  what was said before",
    "Ctrl-W, Ctrl-U, Ctrl-K, Alt-D  take away words or all; Ctrl-Y  brings it back",
    "Ctrl-Left, Ctrl-Right  word by word;  Ctrl-T  swaps two letters",
    "Ctrl-L  draws all anew;  Ctrl-Z  goes to the shell, fg comes back",
    "Ctrl-C, or Ctrl-D on an empty line, leaves",
  ]
}
