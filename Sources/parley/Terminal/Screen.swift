/// The bottom row of a terminal, where a line is being typed while messages arrive above it.
///
/// Pure: every method returns the bytes to write, and they leave the input row whole. The input has one
/// row, always; when it is wider than the terminal, the part around the cursor is shown.
struct Screen {
  private static let eraseRow = "\r\u{1b}[K"
  private static let pasteMarkersOn = "\u{1b}[?2004h"
  private static let pasteMarkersOff = "\u{1b}[?2004l"
  /// Without wrapping, a character that is wider than we thought cannot leave the row.
  private static let wrapOff = "\u{1b}[?7l"
  private static let wrapOn = "\u{1b}[?7h"

  var prompt: String
  private var columns: Int
  private var before = ""
  private var after = ""
  /// How many columns of the input are hidden at the left.
  private var scroll = 0

  init(columns: Int, prompt: String) {
    self.columns = max(columns, 1)
    self.prompt = prompt
  }

  /// What to write first: from now on the terminal marks what is pasted, and the row is drawn.
  mutating func begin() -> [UInt8] {
    Array((Self.pasteMarkersOn + row()).utf8)
  }

  /// What to write last: the row is gone, and the cursor stands where it began.
  func end() -> [UInt8] {
    Array((Self.eraseRow + Self.pasteMarkersOff).utf8)
  }

  /// Shows the line as it is now.
  mutating func edit(before: String, after: String) -> [UInt8] {
    (self.before, self.after) = (before, after)
    return Array(row().utf8)
  }

  /// Prints lines above the row.
  ///
  /// - Parameter lines: Without line ends, and safe to show: nothing is taken out of them here.
  /// - Returns: What to write, in one piece; nothing when there are no lines.
  mutating func show(_ lines: [String]) -> [UInt8] {
    guard !lines.isEmpty else { return [] }
    var output = Self.eraseRow
    for line in lines { output += line + "\r\n" }
    return Array((output + row()).utf8)
  }

  mutating func resize(columns: Int) -> [UInt8] {
    self.columns = max(columns, 1)
    return Array(row().utf8)
  }

  /// Erases and draws the input row and puts the cursor into it.
  private mutating func row() -> String {
    // On a very narrow terminal the line matters more than the prompt. The last column stays free for
    // the cursor.
    let visiblePrompt = width(of: prompt) * 2 <= columns ? prompt : ""
    let margin = width(of: visiblePrompt)
    let room = columns - margin - 1
    let cursor = width(of: before)
    scrollTo(cursor, total: cursor + width(of: after), room: room)
    var output = Self.eraseRow + Self.wrapOff + visiblePrompt
    output.unicodeScalars += window(room: room)
    output += Self.wrapOn + "\r"
    let column = margin + cursor - scroll
    return column > 0 ? output + "\u{1b}[\(column)C" : output
  }

  private mutating func scrollTo(_ cursor: Int, total: Int, room: Int) {
    if total <= room {
      scroll = 0
    } else if cursor < scroll {
      scroll = max(0, cursor - room / 3)
    } else if cursor > scroll + room {
      // Jumps a little, so that the text does not move with every key.
      scroll = cursor - room + room / 3
    }
  }

  /// The part of the input that fits, beginning at `scroll`.
  private func window(room: Int) -> String.UnicodeScalarView {
    var result = String.UnicodeScalarView()
    var column = -scroll
    for scalar in (before + after).unicodeScalars {
      let scalar = shown(scalar)
      let end = column + scalar.columns
      if end > room { break }
      if column >= 0, end > 0 || scroll == 0 {
        result.append(scalar)
      } else if end > 0 {
        result.append(" ")  // The right half of a wide character.
      }
      column = end
    }
    return result
  }

  /// What stands for a scalar that would steer the terminal or the direction of the text.
  private func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: "\u{fffd}"
    // The joiners belong to scripts and emoji.
    case .format: scalar.value == 0x200c || scalar.value == 0x200d ? scalar : "\u{fffd}"
    default: scalar
    }
  }

  private func width(of text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + shown($1).columns }
  }
}
