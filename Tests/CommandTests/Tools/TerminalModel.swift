@testable import parley

/// The little of a terminal that `Screen` needs, so that a test sees what a person would see.
///
/// Knows text, CR, LF, erase to the end of the row, cursor forward, and wrapping; anything else is noted
/// in `unknown`.
struct TerminalModel {
  private let columns: Int
  private(set) var rows: [[String]]
  private(set) var row = 0
  private(set) var column = 0
  private(set) var unknown: [String] = []
  private var wraps = true

  init(columns: Int) {
    self.columns = columns
    rows = [[]]
  }

  /// The rows as text, without blanks at their ends.
  var text: [String] {
    rows.map { cells in
      var cells = cells
      while cells.last == " " { cells.removeLast() }
      return cells.joined()
    }
  }

  mutating func receive(_ bytes: [UInt8]) {
    var rest = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\r": column = 0
      case "\n": lineFeed()
      case "\u{1b}":
        let sequence = rest.prefix { !("A"..."z").contains($0) || $0 == "[" }
        let final = rest.dropFirst(sequence.count).first
        rest = rest.dropFirst(sequence.count + 1)
        control(sequence.map(String.init).joined(), final ?? "?")
      default: put(scalar)
      }
    }
  }

  private mutating func control(_ parameters: String, _ final: Unicode.Scalar) {
    switch (parameters, final) {
    case ("[", "K"): rows[row] = Array(rows[row].prefix(column))
    case ("[?7", "l"): wraps = false
    case ("[?7", "h"): wraps = true
    case ("[?2004", _): break
    case (_, "C"): column = min(columns - 1, column + (Int(parameters.dropFirst()) ?? 1))
    case (_, _): unknown.append(parameters + String(final))
    }
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    let width = scalar.columns
    if width == 0 {
      if column > 0, column <= rows[row].count { rows[row][column - 1] += String(scalar) }
      return
    }
    if column + width > columns {
      guard wraps else { return }
      column = 0
      lineFeed()
    }
    while rows[row].count < column + width { rows[row].append(" ") }
    rows[row][column] = String(scalar)
    if width == 2 { rows[row][column + 1] = "" }
    column += width
  }

  private mutating func lineFeed() {
    row += 1
    if row == rows.count { rows.append([]) }
  }
}
