/// A whole terminal: the talk, a status row, and at the bottom the row in which a line is typed.
///
/// Pure: what happens changes values, and ``draw()`` gives the bytes that show it, which are those of the rows
/// that look different now. The terminal neither wraps nor scrolls while it is ours, and each row is put
/// in its place, erased and written anew: whatever a terminal makes of a character stays in its row.
struct Screen {
  let theme: Theme
  private(set) var columns: Int
  private(set) var rows: Int
  var view: TalkView
  var input = InputRow()
  /// What the status row says.
  var status = ""
  /// Shown instead of it while it is there.
  var hint: String?

  /// What the terminal shows, row by row; nil where that is not known.
  private var shown: [[UInt8]?]
  private var cursor: (row: Int, column: Int)?

  init(columns: Int, rows: Int, theme: Theme) {
    self.theme = theme
    (self.columns, self.rows) = (max(1, columns), max(1, rows))
    shown = Array(repeating: nil, count: max(1, rows))
    view = TalkView(columns: max(1, columns), height: 0)
    view.height = talkHeight
  }

  /// What a very low terminal has no room for is left out: first the status, then the talk.
  private var hasStatus: Bool { rows > 2 || rows == 2 && hint != nil }
  private var talkHeight: Int { max(0, rows - (hasStatus ? 2 : 1)) }

  // MARK: - The terminal

  /// What makes the terminal ours; draw then.
  mutating func enter() -> [UInt8] {
    forget()
    return Array(Escape.enter.utf8)
  }

  /// What gives it back as it was.
  mutating func leave() -> [UInt8] {
    forget()
    return Array(Escape.leave.utf8)
  }

  /// The last screenful of the talk, in lines for a terminal that is not ours any more.
  var farewell: [UInt8] {
    var last = view
    last.toEnd()
    last.mark = nil
    last.height = max(1, rows - 1)
    return last.rows.flatMap { bytes(of: $0) + "\r\n".utf8 }
  }

  mutating func resize(columns: Int, rows: Int) {
    (self.columns, self.rows) = (max(1, columns), max(1, rows))
    view.columns = self.columns
    forget()
  }

  /// Draws everything the next time: somebody else may have written here.
  mutating func forget() {
    shown = Array(repeating: nil, count: rows)
    cursor = nil
  }

  // MARK: - Drawing

  /// What brings the terminal from what it shows to what it should show; nothing if it does.
  mutating func draw() -> [UInt8] {
    view.height = talkHeight
    let (typed, column) = input.draw(columns: columns, theme: theme)
    var wanted = talkRows()
    if hasStatus { wanted.append(statusRow()) }
    wanted.append(typed)
    // Of a size that it cannot have, a terminal shows the end.
    wanted = Array(wanted.suffix(rows))
    var output = ""
    if shown.allSatisfy({ $0 == nil }) {
      output += Escape.plain + Escape.wholeScreen + Escape.eraseAll
      shown = Array(repeating: [], count: rows)
    }
    output += scroll(to: wanted)
    var bytes = Array(output.utf8)
    for (row, wanted) in wanted.enumerated() where shown[row] != wanted {
      // Erased first: behind a character in the last column that would erase the character.
      bytes += (Escape.move(row: row, column: 0) + Escape.eraseRow).utf8
      bytes += wanted
      shown[row] = wanted
    }
    let place = (row: rows - 1, column: column)
    let isMoved = cursor.map { $0 != place } ?? true
    guard !bytes.isEmpty || isMoved else { return [] }
    cursor = place
    let move = Escape.move(row: place.row, column: place.column)
    guard !bytes.isEmpty else { return Array(move.utf8) }
    return Escape.hideCursor.utf8 + bytes + (move + Escape.showCursor).utf8
  }

  private func talkRows() -> [[UInt8]] {
    let rows = view.rows.map { bytes(of: $0) }
    return Array(repeating: [], count: max(0, talkHeight - rows.count)) + rows
  }

  private func bytes(of row: TalkView.Row) -> [UInt8] {
    var pen = RowPen(columns: columns, theme: theme)
    guard let range = row.range else {
      pen.take(.aside)
      pen.write("-- new --" + String(repeating: "-", count: max(0, columns - 9)))
      return pen.finished()
    }
    if range.lowerBound > 0 { pen.blanks(Wrapping.indent(columns: columns)) }
    pen.write(view.talk[row.line], range)
    return pen.finished()
  }

  private func statusRow() -> [UInt8] {
    var pen = RowPen(columns: columns, theme: theme)
    pen.take(.status)
    pen.write(hint ?? status)
    pen.blanks(columns)
    return pen.finished()
  }

  /// Moves the talk up by as many rows as leaves the fewest to be written.
  private mutating func scroll(to wanted: [[UInt8]]) -> String {
    let height = talkHeight
    guard height > 1 else { return "" }
    func kept(_ step: Int) -> Int {
      (0..<(height - step)).count { !wanted[$0].isEmpty && shown[$0 + step] == wanted[$0] }
    }
    let still = kept(0)
    guard still < height else { return "" }
    // Further than this nobody follows anyway.
    let steps = (1...min(height - 1, 64)).map { (step: $0, kept: kept($0)) }
    guard let best = steps.max(by: { $0.kept < $1.kept }), best.kept > still else { return "" }
    shown.replaceSubrange(
      0..<height, with: shown[best.step..<height] + Array(repeating: [], count: best.step))
    return Escape.scrolling(before: height) + Escape.move(row: height - 1, column: 0)
      + String(repeating: "\n", count: best.step) + Escape.wholeScreen
  }
}
