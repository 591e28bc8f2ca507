/// What a person does at the keyboard, as far as a line editor cares.
enum Key: Equatable {
  case scalar(Unicode.Scalar)
  case enter, backspace, delete
  /// Ctrl-D, which means "delete" in the middle of a line.
  case endOfInput
  case left, right, wordLeft, wordRight, home, end, up, down
  case killToStart, killToEnd, killWord
  case interrupt, redraw
  /// Through what was said: a screenful, to the beginning, to the end.
  case pageUp, pageDown, top, bottom
}
