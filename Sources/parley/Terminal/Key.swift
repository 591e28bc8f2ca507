/// What a person does at the keyboard, as far as a line editor cares.
enum Key: Equatable {
  case scalar(Unicode.Scalar)
  /// Text of a paste; LF for each end of a line, and no other control character.
  case pasted(Unicode.Scalar)
  /// The paste is complete.
  case pasteEnd
  case enter, backspace, delete
  /// Ctrl-D, which means "delete" in the middle of a line.
  case endOfInput
  case left, right, wordLeft, wordRight, home, end, up, down
  case killToStart, killToEnd, killWordLeft, killWordRight, yank, transpose
  /// Tab, and Shift-Tab for the way back.
  case complete, completeBack
  /// Ctrl-R.
  case search
  /// The Escape key alone, or Ctrl-G.
  case cancel
  case interrupt, suspend, redraw
  /// The terminal has become the one that people type at, or is no longer.
  case focus(Bool)
  /// Through what was said: a screenful, to the beginning, to the end.
  case pageUp, pageDown, top, bottom
}
