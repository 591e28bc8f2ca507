/// What the keys do, for people.
enum KeyWords {
  static let lines = [
    "Tab, Shift-Tab  complete names, commands and rooms    Up, Down  lines typed before",
    "Ctrl-R  searches them      PageUp, PageDown, Ctrl-Home, Ctrl-End  what was said before",
    "Ctrl-W, Ctrl-U, Ctrl-K, Alt-D  take away the word or the line; Ctrl-Y brings it back",
    "Ctrl-T  swaps two letters  Ctrl-Left, Ctrl-Right  word by word  Ctrl-L  draws all anew",
    "Ctrl-Z  stops for a while  Ctrl-C, and Ctrl-D on an empty line, leave",
  ]
}
