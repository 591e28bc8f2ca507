import Rooms

@testable import parley

/// A terminal in memory: what a person would see of what our programs write.
///
/// Knows what they use: text, CR, LF, BEL, the other page, places, erasing, styles, a region that
/// scrolls, and modes; anything else is noted in `unknown`. Each scalar takes its own columns, as at
/// xterm. The shell's page grows instead of scrolling.
struct TerminalModel {
  private struct Page {
    var rows: [[String]]
    var row = 0
    var column = 0
  }

  let columns: Int
  let height: Int
  private var page = Page(rows: [[]])
  /// The shell's page, while a program has another one.
  private var shell: Page?
  private var region: ClosedRange<Int>
  private(set) var modes: Set<String> = ["7", "25"]
  /// How the next character looks: the numbers of the last style, none if it is plain.
  private(set) var style = ""
  private(set) var bells = 0
  private(set) var unknown: [String] = []
  /// How often a character went to a place where it did not fit.
  private(set) var misfits = 0
  private var rest: [Unicode.Scalar] = []
  private var bytes: [UInt8] = []

  init(columns: Int, rows: Int = 24) {
    (self.columns, height) = (columns, rows)
    region = 0...(rows - 1)
  }

  var row: Int { page.row }
  var column: Int { min(page.column, columns - 1) }
  /// Whether a program has a page of its own.
  var isFull: Bool { shell != nil }
  var rows: [[String]] { page.rows }

  /// The rows as text, without blanks at their ends.
  var text: [String] {
    page.rows.map { cells in
      var cells = cells[...]
      while cells.last == " " { cells.removeLast() }
      return cells.joined()
    }
  }

  /// What stands above the status row, without the empty rows at the top.
  var talk: [String] { Array(text.dropLast(2).drop(while: \.isEmpty)) }

  mutating func receive(_ bytes: [UInt8]) {
    // A piece may end inside of a character or a sequence.
    self.bytes += bytes
    let cut = self.bytes.suffix(3).lastIndex { $0 >= 0xc0 } ?? self.bytes.endIndex
    let needed = cut < self.bytes.endIndex ? UTF8Length.of(self.bytes[cut]) : 0
    let end = self.bytes.endIndex - cut < needed ? cut : self.bytes.endIndex
    rest += String(decoding: self.bytes[..<end], as: UTF8.self).unicodeScalars
    self.bytes.removeSubrange(..<end)
    var scalars = rest[...]
    while let scalar = scalars.first {
      var ahead = scalars.dropFirst()
      switch scalar {
      case "\r": page.column = 0
      case "\n": lineFeed()
      case "\u{7}": bells += 1
      case "\u{1b}":
        guard let sequence = sequence(&ahead) else {
          rest = Array(scalars)
          return
        }
        control(sequence)
      default: put(scalar)
      }
      scalars = ahead
    }
    rest = []
  }

  /// The rest of a sequence; nil when its end has not come.
  private func sequence(_ scalars: inout ArraySlice<Unicode.Scalar>) -> String? {
    guard let first = scalars.popFirst() else { return nil }
    guard first == "[" else { return String(first) }
    let parameters = scalars.prefix { !("@"..."~").contains($0) }
    scalars = scalars.dropFirst(parameters.count)
    guard let final = scalars.popFirst() else { return nil }
    return parameters.map(String.init).joined() + String(final)
  }

  private mutating func control(_ sequence: String) {
    let numbers = sequence.dropLast().split(separator: ";").map { Int($0) ?? 0 }
    switch sequence.last {
    case "H":
      page.row = (numbers.first ?? 1) - 1
      page.column = (numbers.dropFirst().first ?? 1) - 1
      while page.rows.count <= page.row { page.rows.append([]) }
      if page.row >= height || page.column >= columns { misfits += 1 }
    case "G": page.column = (numbers.first ?? 1) - 1
    case "K" where numbers.isEmpty: page.rows[page.row] = Array(page.rows[page.row].prefix(column))
    case "J" where sequence == "2J": page.rows = page.rows.map { _ in [] }
    case "m": style = sequence == "0m" ? "" : String(sequence.dropLast())
    case "r":
      region = ((numbers.first ?? 1) - 1)...((numbers.dropFirst().first ?? height) - 1)
      (page.row, page.column) = (0, 0)
    case "h" where sequence.hasPrefix("?"): set(String(sequence.dropFirst().dropLast()), true)
    case "l" where sequence.hasPrefix("?"): set(String(sequence.dropFirst().dropLast()), false)
    default: unknown.append(sequence)
    }
  }

  private mutating func set(_ mode: String, _ isOn: Bool) {
    switch mode {
    case "1049" where isOn && shell == nil:
      shell = page
      page = Page(rows: Array(repeating: [], count: height))
    case "1049":
      if !isOn, let shell { page = shell }
      if !isOn { shell = nil }
    case "1", "7", "25", "2004", "1004":
      if isOn { modes.insert(mode) } else { modes.remove(mode) }
    default: unknown.append("?\(mode)")
    }
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    let width = TextWidth.columns(of: scalar)
    if width == 0 {
      let base = page.column - 1
      guard page.rows[page.row].indices.contains(base) else { return }
      // The right half of a wide character holds nothing itself.
      let isHalf = page.rows[page.row][base].isEmpty && base > 0
      page.rows[page.row][isHalf ? base - 1 : base].unicodeScalars.append(scalar)
      return
    }
    if page.column + width > columns {
      guard modes.contains("7") else {
        misfits += 1
        return
      }
      page.column = 0
      lineFeed()
    }
    while page.rows[page.row].count < page.column + width { page.rows[page.row].append(" ") }
    // Half of a wide character does not stay alone.
    if page.rows[page.row][page.column].isEmpty, page.column > 0 {
      page.rows[page.row][page.column - 1] = " "
    }
    let behind = page.column + width
    if behind < page.rows[page.row].count, page.rows[page.row][behind].isEmpty {
      page.rows[page.row][behind] = " "
    }
    page.rows[page.row][page.column] = String(scalar)
    if width == 2 { page.rows[page.row][page.column + 1] = "" }
    page.column += width
  }

  private mutating func lineFeed() {
    if shell != nil, page.row == region.upperBound {
      page.rows.remove(at: region.lowerBound)
      page.rows.insert([], at: region.upperBound)
      return
    }
    page.row += 1
    if page.row >= page.rows.count { page.rows.append([]) }
  }
}

private enum UTF8Length {
  static func of(_ lead: UInt8) -> Int { lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2 }
}
