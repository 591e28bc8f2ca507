import Rooms

/// The row in which a line is typed; when that is wider than the row, the part around the cursor is seen.
struct InputRow {
  var prompt = ""
  var before = ""
  var after = ""
  /// How many columns of the line are hidden at the left.
  private var hidden = 0

  /// The row as it is to be written, and the column of the cursor.
  mutating func draw(columns: Int, theme: Theme) -> (bytes: [UInt8], cursor: Int) {
    let (before, after) = (shown(before), shown(after))
    // On a very narrow terminal the line matters more than the prompt. The last column stays free for
    // the cursor.
    let width = TextWidth.columns(of: prompt)
    var pen = RowPen(columns: columns, theme: theme)
    if width * 2 <= columns { pen.write(prompt) }
    let margin = pen.column
    let room = max(0, columns - margin - 1)
    let cursor = TextWidth.columns(of: before)
    let total = cursor + TextWidth.columns(of: after)
    scroll(to: cursor, total: total, room: room)
    var column = -hidden
    // What stands before the cursor and behind it are cells of their own, whatever they might join to.
    drawing: for part in [before, after] {
      let utf8 = part.utf8
      var start = utf8.startIndex
      for cell in TextCells(part.unicodeScalars) {
        let next = utf8.index(start, offsetBy: cell.byteCount)
        let end = column + cell.columns
        if end > room { break drawing }
        if column >= 0, cell.columns > 0 || end > 0 || hidden == 0 {
          pen.write(String(Substring(utf8[start..<next])))
        } else if end > 0 {
          pen.blanks(end)  // The right half of a wide character.
        }
        column = end
        start = next
      }
    }
    return (pen.finished(), min(margin + cursor - hidden, max(0, columns - 1)))
  }

  private mutating func scroll(to cursor: Int, total: Int, room: Int) {
    if total <= room {
      hidden = 0
    } else if cursor < hidden {
      hidden = max(0, cursor - room / 3)
    } else if cursor > hidden + room {
      // Jumps a little, so that the text does not move with every key.
      hidden = cursor - room + room / 3
    }
  }

  /// The line with a sign for each scalar that would steer the terminal or the direction of the text.
  private func shown(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x20...0x7e, 0xa0...0xac, 0xae...0x2ff: result.append(scalar)
      // The joiners belong to scripts and emoji.
      case 0x200c, 0x200d: result.append(scalar)
      default:
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .format: result.append("\u{fffd}")
        default: result.append(scalar)
        }
      }
    }
    return String(result)
  }
}
