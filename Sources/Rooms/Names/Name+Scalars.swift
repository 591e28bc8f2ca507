extension Name {
  /// Why a name must not hold this scalar, if so.
  static func refusal(of scalar: Unicode.Scalar) -> NameRefusal? {
    let ordinary = scalar.ordinaryWidth
    if ordinary.isASCII, ordinary.value > 0x20, ordinary.value < 0x7F {
      return isMarker(ordinary) ? .unfit(scalar) : nil
    }
    switch NameTable.regions.region(of: ordinary.value) {
    case 0: return whyNot(ordinary)
    case 1: return .unfit(scalar)
    default: return nil
    }
  }

  /// A name that begins so could be an option, a path, or sit on the letter before it.
  static func isBadStart(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "-", ".", "~": true
    default: !scalar.isASCII && isMark(scalar.ordinaryWidth)
    }
  }

  /// As many marks on a base as are shown of any text; more would make two names look the same.
  static func checkMarks(_ scalars: [Unicode.Scalar]) throws(NameRefusal) {
    var marks = 0
    for scalar in scalars {
      marks = isMark(scalar) ? marks + 1 : 0
      guard marks <= SafeText.markLimit else { throw .tooManyMarks(SafeText.markLimit) }
    }
  }

  /// What our own lines are drawn with, and what separates arguments.
  private static func isMarker(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "*", "<", ">", "[", "]", "#", "!", ":", "|", "/", "@", ",": true
    default: false
    }
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .spacingMark: true
    default: false
    }
  }

  /// What to say of a scalar that the table does not have.
  private static func whyNot(_ scalar: Unicode.Scalar) -> NameRefusal {
    // U+2800 is a blank that Unicode counts among the symbols.
    if scalar.properties.isWhitespace || scalar.value == 0x2800 { return .blank }
    switch scalar.properties.generalCategory {
    case .control: return .control
    case .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
      return .invisible
    default:
      return scalar.properties.isDefaultIgnorableCodePoint ? .invisible : .unfit(scalar)
    }
  }
}

extension Unicode.Scalar {
  /// The same letter or sign as it is outside of East Asian type: neither fullwidth nor halfwidth.
  var ordinaryWidth: Unicode.Scalar {
    switch value {
    case 0xFF01...0xFF5E: Unicode.Scalar(value - 0xFEE0) ?? self
    case 0xFF61...0xFF9F: Unicode.Scalar.katakana[Int(value - 0xFF61)]
    default: self
    }
  }

  /// What the halfwidth forms of U+FF61 to U+FF9F are.
  private static let katakana = Array(
    """
    。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモ\
    ヤユヨラリルレロワン\u{3099}\u{309A}
    """.unicodeScalars)
}
