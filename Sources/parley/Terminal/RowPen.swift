import Rooms

/// Draws one row from left to right, and never more than its columns.
struct RowPen {
  let columns: Int
  private(set) var bytes: [UInt8] = []
  /// Where the next cell goes.
  private(set) var column = 0
  private let theme: Theme
  private var style = ""

  init(columns: Int, theme: Theme) { (self.columns, self.theme) = (columns, theme) }

  /// The row as it is to be written: what follows it looks plain.
  func finished() -> [UInt8] { style.isEmpty ? bytes : bytes + Escape.plain.utf8 }

  mutating func take(_ ink: Ink) {
    let next = theme.style(of: ink)
    guard next != style else { return }
    if !style.isEmpty { bytes += Escape.plain.utf8 }
    if !next.isEmpty { bytes += Escape.style(next).utf8 }
    style = next
  }

  mutating func blanks(_ count: Int) {
    let count = min(count, columns - column)
    guard count > 0 else { return }
    bytes += repeatElement(UInt8(ascii: " "), count: count)
    column += count
  }

  /// Draws a text as far as there is room.
  mutating func write(_ text: String) {
    let utf8 = text.utf8
    var start = utf8.startIndex
    for cell in TextCells(text.unicodeScalars) {
      let end = utf8.index(start, offsetBy: cell.byteCount)
      guard write(cell, utf8[start..<end]) else { return }
      start = end
    }
  }

  /// Draws a part of a line in its inks.
  mutating func write(_ line: TalkLine, _ range: Range<Int>) {
    let utf8 = line.text.utf8
    var offset = range.lowerBound
    var start = utf8.index(utf8.startIndex, offsetBy: offset)
    let end = utf8.index(utf8.startIndex, offsetBy: range.upperBound)
    var (ink, inkEnd) = line.ink(at: offset)
    take(ink)
    for cell in TextCells(line.text.unicodeScalars[start..<end]) {
      if offset >= inkEnd {
        (ink, inkEnd) = line.ink(at: offset)
        take(ink)
      }
      let next = utf8.index(start, offsetBy: cell.byteCount)
      guard write(cell, utf8[start..<next]) else { return }
      start = next
      offset += cell.byteCount
    }
  }

  /// Draws what must not be torn apart; what is wider than the whole row becomes a sign for it.
  @discardableResult
  private mutating func write(_ cell: TextCell, _ text: Substring.UTF8View) -> Bool {
    guard column + cell.columns <= columns else {
      if column == 0, columns > 0 {
        bytes += "\u{fffd}".utf8
        column = 1
      }
      return false
    }
    bytes.append(contentsOf: text)
    column += cell.columns
    // Where terminals disagree, what follows is put where it belongs.
    if !cell.isCertain, column < columns { bytes += Escape.move(column: column).utf8 }
    return true
  }
}
