extension Unicode.Scalar {
  /// How many columns a terminal gives this scalar: 0, 1 or 2.
  ///
  /// Terminals disagree about the newest emoji; ``Screen`` stays in its row all the same.
  var columns: Int {
    guard value >= 0x300 else { return value == 0xad ? 0 : 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    // Vowels and finals of Hangul join the syllable before them.
    if (0x1160...0x11ff).contains(value) { return 0 }
    if Self.wide.contains(where: { $0.contains(value) }) { return 2 }
    // Half of a flag is one column, though it counts as emoji.
    let isFlagHalf = (0x1f1e6...0x1f1ff).contains(value)
    return properties.isEmojiPresentation && !isFlagHalf ? 2 : 1
  }

  /// Blocks of East Asian wide and full-width characters.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff,
    0xa000...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19,
    0xfe30...0xfe6f, 0xff01...0xff60, 0xffe0...0xffe6, 0x16fe0...0x18aff, 0x1b000...0x1b2ff,
    0x1f200...0x1f265, 0x20000...0x2fffd, 0x30000...0x3fffd,
  ]
}
