/// A line of text with a cursor in it.
///
/// Single steps go over what people see as one character, however many scalars it has. Whole words are
/// found by their blanks: going over a long line character by character costs too much, and where one
/// ends can depend on thousands of scalars before it.
struct LineText: Equatable {
  private(set) var before = ""
  private(set) var after = ""
  /// The most bytes of UTF-8 that it may have.
  let limit: Int

  init(limit: Int) { self.limit = limit }

  var text: String { before + after }
  var isEmpty: Bool { before.isEmpty && after.isEmpty }
  /// How many bytes may still be added.
  var room: Int { limit - before.utf8.count - after.utf8.count }

  /// Adds a scalar before the cursor.
  ///
  /// - Returns: Whether there was room for it.
  mutating func insert(_ scalar: Unicode.Scalar) -> Bool {
    guard UTF8.width(scalar) <= room else { return false }
    before.unicodeScalars.append(scalar)
    return true
  }

  /// Puts another text in the place of what follows the first `start` bytes before the cursor.
  ///
  /// - Returns: Whether there was room for it; nothing has happened if not.
  mutating func replace(from start: Int, with text: String) -> Bool {
    guard before.utf8.count - start + room >= text.utf8.count else { return false }
    _ = cut(from: start)
    before += text
    return true
  }

  /// Puts another text in the place of all; the cursor is at its end.
  mutating func set(_ text: String) { (before, after) = (text, "") }

  // MARK: - Steps

  mutating func left() {
    if let moved = before.popLast() { after = String(moved) + after }
  }

  mutating func right() {
    guard !after.isEmpty else { return }
    before.append(after.removeFirst())
  }

  mutating func wordLeft() { after = cutWordLeft() + after }
  mutating func wordRight() { before += cutWordRight() }
  mutating func home() { (before, after) = ("", text) }
  mutating func end() { (before, after) = (text, "") }

  // MARK: - Taking away

  mutating func backspace() { _ = before.popLast() }
  mutating func delete() { if !after.isEmpty { after.removeFirst() } }

  /// Takes away what follows the first `start` bytes before the cursor.
  mutating func cut(from start: Int) -> String {
    let place = before.utf8.index(before.startIndex, offsetBy: min(start, before.utf8.count))
    let cut = String(before[place...])
    before = String(before[..<place])
    return cut
  }

  mutating func cutToStart() -> String {
    defer { before = "" }
    return before
  }

  mutating func cutToEnd() -> String {
    defer { after = "" }
    return after
  }

  /// Takes away the word before the cursor, with the blanks behind it.
  mutating func cutWordLeft() -> String {
    let rest = before.utf8.reversed().drop { $0 == 0x20 }.drop { $0 != 0x20 }
    return cut(from: rest.count)
  }

  /// Takes away the word after the cursor, with the blanks before it.
  mutating func cutWordRight() -> String {
    let rest = after.utf8.drop { $0 == 0x20 }.drop { $0 != 0x20 }
    let word = String(after[..<rest.startIndex])
    after = String(after[rest.startIndex...])
    return word
  }

  /// Swaps the characters around the cursor and goes on; at the end of the line the last two.
  mutating func transpose() {
    guard !before.isEmpty else { return }
    if after.isEmpty { left() }
    guard let first = before.popLast() else { return end() }
    before.append(after.removeFirst())
    before.append(first)
  }
}
