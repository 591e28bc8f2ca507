/// The part of the talk that is looked at: its end, or a place further back that stays where it is.
///
/// Only what is seen is cut into rows, so neither a resize nor a long talk makes it slow.
struct TalkView {
  /// One row of the talk.
  struct Row: Equatable {
    var line: Int
    /// Where in the line it begins and ends; nil for the rule between what was read and what is new.
    var range: Range<Int>?
  }

  /// The beginning of a row: it stays the same when the rows become longer or shorter.
  private struct Place: Equatable {
    var line: Int
    /// -1 is the rule before the line.
    var offset: Int
  }

  private(set) var talk = Transcript()
  /// The line that the rule stands before.
  var mark: Int?
  var columns: Int
  var height: Int
  /// The last row that is seen; nil while that is the end, whatever comes.
  private var bottom: Place?
  /// What had been said when the view left the end.
  private var end = 0

  init(columns: Int, height: Int) { (self.columns, self.height) = (columns, height) }

  /// How many lines have come since the view left the end; nil while it is there.
  var countBelow: Int? { bottom == nil ? nil : talk.numbers.upperBound - end }

  mutating func append(_ line: TalkLine) { talk.append(line) }

  /// What is seen: as many rows as there are, the last one at the bottom.
  var rows: [Row] { rows(upTo: bottom, count: height) }

  // MARK: - Moving

  mutating func pageUp() {
    let step = max(2, height)
    let seen = rows(upTo: bottom, count: step)
    guard seen.count == step, let first = seen.first else { return }
    leaveEnd()
    bottom = place(of: first)
    // No further than to the beginning.
    if rows.count < height { top() }
  }

  mutating func pageDown() {
    guard bottom != nil else { return }
    bottom = place(down: max(1, height - 1), from: bottom)
  }

  mutating func top() {
    leaveEnd()
    bottom = place(down: height, from: nil)
  }

  mutating func toEnd() { bottom = nil }

  private mutating func leaveEnd() {
    if bottom == nil { end = talk.numbers.upperBound }
  }

  /// The place so many rows further down, from before the first line if from nowhere; nil at the end.
  private func place(down count: Int, from start: Place?) -> Place? {
    var line = max(start?.line ?? 0, talk.numbers.lowerBound)
    var left = count
    while line < talk.numbers.upperBound {
      let all = rows(of: line)
      // Behind the row that holds the place, if it is in this line.
      let first = start.map { $0.line == line ? index(of: $0, in: all) + 1 : 0 } ?? 0
      let rest = all.count - first
      if rest >= left, left > 0 {
        let index = first + left - 1
        let isLast = line == talk.numbers.upperBound - 1 && index == all.count - 1
        return isLast ? nil : place(of: all[index])
      }
      left -= rest
      line += 1
    }
    return nil
  }

  // MARK: - Rows

  /// The rows that end with a place, or with the end of the talk.
  private func rows(upTo place: Place?, count: Int) -> [Row] {
    var result: [Row] = []
    var line = min(place?.line ?? Int.max, talk.numbers.upperBound - 1)
    // The line may have gone meanwhile.
    line = max(line, min(talk.numbers.lowerBound, talk.numbers.upperBound - 1))
    while result.count < count, line >= talk.numbers.lowerBound {
      var rows = rows(of: line)
      if let place, place.line == line { rows = Array(rows[...index(of: place, in: rows)]) }
      result += rows.reversed()
      line -= 1
    }
    return result.prefix(count).reversed()
  }

  /// The rows of one line, the rule before it included; never none.
  private func rows(of line: Int) -> [Row] {
    let ranges = Wrapping.rows(of: talk[line].text, columns: columns)
    let rows = ranges.map { Row(line: line, range: $0) }
    return line == mark ? [Row(line: line, range: nil)] + rows : rows
  }

  private func place(of row: Row) -> Place {
    Place(line: row.line, offset: row.range?.lowerBound ?? -1)
  }

  /// The row of a line that holds a place: the last one that does not begin behind it.
  private func index(of place: Place, in rows: [Row]) -> Int {
    rows.lastIndex { ($0.range?.lowerBound ?? -1) <= place.offset } ?? 0
  }
}
