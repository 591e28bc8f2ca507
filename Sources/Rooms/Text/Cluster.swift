/// Follows a text scalar by scalar and says what may be shown of it.
///
/// Remembers only how much hangs on the last base character.
struct Cluster {
  enum Verdict { case show, escape, lineBreak, tab, cut }

  /// Nothing to hang a mark on yet: the text or a line begins, and before it stand our own signs.
  private var hasBase = false
  private var marks = 0
  private var joiners = 0
  private var isJoined = false

  mutating func verdict(on scalar: Unicode.Scalar) -> Verdict {
    switch scalar.value {
    case 0x20...0x7E, 0xA0...0xAC, 0xAE...0x2FF, 0x400...0x482, 0x4E00...0x9FFF, 0xAC00...0xD7A3:
      // Most of what people write; the slow questions to the Unicode tables are not needed.
      return base()
    case 0x0A: return breakCluster(.lineBreak)
    case 0x09: return breakCluster(.tab)
    case 0x200C, 0x200D: return joiner()
    case 0xFE00...0xFE0F, 0xE0100...0xE01EF: return mark()
    case 0xAD: return base()
    default: return rare(scalar)
    }
  }

  private mutating func rare(_ scalar: Unicode.Scalar) -> Verdict {
    switch scalar.properties.generalCategory {
    // Bidi controls, tags, zero-width spaces, line separators, escape sequences of every kind.
    case .control, .format, .lineSeparator, .paragraphSeparator: breakCluster(.escape)
    case .nonspacingMark, .enclosingMark: mark()
    // Fillers and others that are drawn as nothing.
    default: scalar.properties.isDefaultIgnorableCodePoint ? breakCluster(.escape) : base()
    }
  }

  private mutating func base() -> Verdict {
    hasBase = true
    marks = 0
    if !isJoined { joiners = 0 }
    isJoined = false
    return .show
  }

  private mutating func mark() -> Verdict {
    guard hasBase else { return .escape }
    marks += 1
    return marks > SafeText.markLimit ? .cut : .show
  }

  private mutating func joiner() -> Verdict {
    guard hasBase else { return .escape }
    // Two in a row would be an invisible run.
    guard !isJoined, joiners < SafeText.joinerLimit else { return .cut }
    joiners += 1
    isJoined = true
    return .show
  }

  private mutating func breakCluster(_ verdict: Verdict) -> Verdict {
    // An escape is printed as signs of ours, which may carry a mark; a line break is not.
    hasBase = verdict == .escape
    marks = 0
    joiners = 0
    isJoined = false
    return verdict
  }
}
