/// How many columns of a terminal a text takes.
///
/// Terminals agree about letters, combining marks, East Asian characters and most emoji. They do not
/// about what is joined of several scalars: xterm, VTE (GNOME), Alacritty, the Linux console and
/// older tmux give each scalar its own width, so a family of four takes eight columns and a heart with
/// U+FE0F one; kitty, WezTerm, foot, iTerm2 and Windows Terminal draw a cluster in one or two. What is
/// counted here is the **most** that any of them takes, so a row that fits by our count fits
/// everywhere; ``TextCell/isCertain`` says where fewer may be drawn and the cursor needs to be put.
/// Characters of ambiguous width count as one column, as outside of old East Asian settings.
package enum TextWidth {
  /// Of a scalar that stands alone: 0, 1 or 2.
  package static func columns(of scalar: Unicode.Scalar) -> Int { kind(of: scalar).columns }

  /// Of a text in one row, which should be safe to show: control characters count nothing.
  package static func columns(of text: some Sequence<Unicode.Scalar>) -> Int {
    var total = 0
    for cell in TextCells(text) { total += cell.columns }
    return total
  }

  /// Of a text in one row.
  package static func columns(of text: some StringProtocol) -> Int {
    let isPlain = text.utf8.allSatisfy { 0x20..<0x7F ~= $0 }
    return isPlain ? text.utf8.count : columns(of: text.unicodeScalars)
  }

  /// Columns at most, and whether every terminal agrees.
  static func kind(of scalar: Unicode.Scalar) -> (columns: Int, isCertain: Bool) {
    let value = scalar.value
    switch value {
    case 0x20...0x7E, 0xAE...0x2FF, 0x370...0x482: return (1, true)
    case 0x4E00...0x9FFF, 0xAC00...0xD7A3: return (2, true)
    default: break
    }
    switch WidthTable.regions.region(of: value) {
    case 0: return (0, true)
    case 1: return (1, true)
    case 2: return (2, true)
    case 3: return (1, false)
    default: return (2, false)
    }
  }
}

extension [UInt32] {
  /// The class in the last byte of the last entry that begins at or before `value`; the first
  /// entry begins at 0.
  func region(of value: UInt32) -> UInt32 {
    var low = 0
    var high = count
    while high - low > 1 {
      let middle = (low + high) / 2
      if self[middle] >> 8 <= value { low = middle } else { high = middle }
    }
    return low < high ? self[low] & 0xFF : 0
  }
}
