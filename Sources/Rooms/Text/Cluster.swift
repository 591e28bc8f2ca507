/// Follows a text scalar by scalar and says what may be shown of it.
///
/// Remembers only how much hangs on the last base character.
struct Cluster {
  enum Verdict { case show, escape, lineBreak, tab, cut }

  /// Nothing to hang a mark on yet: the text or a line begins, and before it stand our own signs.
  private var hasBase = false
  /// What was shown just before, when a variation selector may choose its form.
  private var selectable: Unicode.Scalar?
  private var marks = 0
  private var joiners = 0
  private var isJoined = false

  mutating func verdict(on scalar: Unicode.Scalar) -> Verdict {
    switch scalar.value {
    case 0x20...0x7E, 0xA0...0xAC, 0xAE...0x2FF, 0x370...0x482, 0x620...0x64A, 0x3041...0x3096,
      0x309B...0x30FF, 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0x1F300...0x1FAFF:
      // Most of what people write; the slow questions to the Unicode tables are not needed.
      return base(scalar)
    case 0x0A: return breakCluster(.lineBreak)
    case 0x09: return breakCluster(.tab)
    case 0x200C, 0x200D: return joiner()
    case 0xFE00...0xFE0F: return selector { $0.properties.isEmoji || !$0.isASCII }
    case 0xE0100...0xE01EF: return selector(\.properties.isIdeographic)
    // Vowels and finals of Hangul are drawn into the syllable before them.
    case 0x1161...0x11FF, 0xD7B0...0xD7FB: return mark()
    case 0xAD: return base(scalar)
    default: return rare(scalar)
    }
  }

  private mutating func rare(_ scalar: Unicode.Scalar) -> Verdict {
    switch scalar.properties.generalCategory {
    // Bidi controls, tags, zero-width spaces, line separators, escape sequences of every kind.
    case .control, .format, .lineSeparator, .paragraphSeparator: breakCluster(.escape)
    case .nonspacingMark, .enclosingMark: mark()
    // Of these, fillers are drawn as nothing.
    case .otherLetter, .unassigned:
      scalar.properties.isDefaultIgnorableCodePoint ? breakCluster(.escape) : base(scalar)
    default: base(scalar)
    }
  }

  private mutating func base(_ scalar: Unicode.Scalar) -> Verdict {
    hasBase = true
    selectable = scalar
    marks = 0
    if !isJoined { joiners = 0 }
    isJoined = false
    return .show
  }

  private mutating func mark() -> Verdict {
    selectable = nil
    guard hasBase else { return breakCluster(.escape) }
    marks += 1
    return marks > SafeText.markLimit ? .cut : .show
  }

  /// Chooses between forms of what stands before it; anywhere else it hides, and says more than it
  /// shows.
  private mutating func selector(_ fits: (Unicode.Scalar) -> Bool) -> Verdict {
    guard let base = selectable, fits(base) else { return breakCluster(.escape) }
    selectable = nil
    return .show
  }

  private mutating func joiner() -> Verdict {
    selectable = nil
    guard hasBase else { return breakCluster(.escape) }
    // Two in a row would be an invisible run.
    guard !isJoined, joiners < SafeText.joinerLimit else { return .cut }
    joiners += 1
    isJoined = true
    return .show
  }

  private mutating func breakCluster(_ verdict: Verdict) -> Verdict {
    // An escape is printed as signs of ours, which may carry a mark; a line break is not.
    hasBase = verdict == .escape
    selectable = nil
    marks = 0
    joiners = 0
    isJoined = false
    return verdict
  }
}
