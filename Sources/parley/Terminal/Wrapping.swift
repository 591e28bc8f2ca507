import Rooms

/// Where a line of the talk is cut into rows.
enum Wrapping {
  /// How far the rows of a line stand in, but for its first: out of the column where names stand.
  static func indent(columns: Int) -> Int { columns >= 16 ? 4 : columns >= 4 ? 1 : 0 }

  /// The rows of a text, as places in its UTF-8; at least one.
  ///
  /// Behind a blank in the second half of the row, or else between any two cells. The work grows with
  /// the length of the text alone.
  static func rows(of text: String, columns: Int) -> [Range<Int>] {
    let indent = indent(columns: columns)
    var rows: [Range<Int>] = []
    var start = 0
    var column = 0
    var offset = 0
    /// Behind the last blank of this row.
    var blank: (offset: Int, column: Int)?
    let blanks = text.utf8
    var place = blanks.startIndex
    for cell in TextCells(text.unicodeScalars) {
      // With marks on it, it is none.
      let isBlank = cell.byteCount == 1 && blanks[place] == UInt8(ascii: " ")
      if column + cell.columns > columns, offset > start {
        if isBlank {
          // It would only move the next row to the right.
          rows.append(start..<offset)
          (start, column, blank) = (offset + 1, indent, nil)
          offset += 1
          blanks.formIndex(after: &place)
          continue
        }
        if let cut = blank, cut.column * 2 >= columns, cut.offset > start {
          rows.append(start..<cut.offset)
          (start, column) = (cut.offset, indent + column - cut.column)
        }
        // Where there is no such blank, or the word is too wide for the next row, too.
        if column + cell.columns > columns, offset > start {
          rows.append(start..<offset)
          (start, column) = (offset, indent)
        }
        blank = nil
      }
      column += cell.columns
      offset += cell.byteCount
      blanks.formIndex(&place, offsetBy: cell.byteCount)
      if isBlank { blank = (offset, column) }
    }
    if start < offset || rows.isEmpty { rows.append(start..<offset) }
    return rows
  }
}
