/// What the names of people and of rooms have in common.
///
/// Everything here works on scalars, never on `Character`: a grapheme can hide a control character
/// behind a combining mark. Names that only look alike (confusables) are not told apart here.
enum Name {
  static func check(
    _ name: String, byteLimit: Int, scalarLimit: Int
  ) throws(NameRefusal) {
    guard let first = name.unicodeScalars.first else { throw .empty }
    guard name.utf8.count <= byteLimit else { throw .tooLong(bytes: byteLimit) }
    guard name.unicodeScalars.count <= scalarLimit else { throw .tooManyCharacters(scalarLimit) }
    for scalar in name.unicodeScalars {
      if let refusal = refusal(of: scalar) { throw refusal }
    }
    guard !isBadStart(first) else { throw .badStart(first) }
  }

  /// Two names are the same when these are equal.
  ///
  /// Fullwidth letters are narrow ones, then each scalar is lower-cased. The standard library has
  /// no public normalisation, but its `==` and hash of strings are canonical equivalence, so a name
  /// composed or decomposed is one key. Compare keys as strings, never by their bytes.
  static func key(of name: String) -> String {
    var key = ""
    for scalar in name.unicodeScalars {
      key += narrow(scalar).properties.lowercaseMapping
    }
    return key
  }

  /// Why a name must not hold this scalar, if so.
  static func refusal(of scalar: Unicode.Scalar) -> NameRefusal? {
    if scalar.isASCII, scalar.value > 0x20, scalar.value < 0x7F {
      return markers.contains(scalar) ? .marker(scalar) : nil
    }
    // U+2800 is a blank that Unicode counts among the symbols.
    if scalar.properties.isWhitespace || scalar.value == 0x2800 { return .blank }
    if markers.contains(narrow(scalar)) || isBar(scalar) { return .marker(scalar) }
    switch scalar.properties.generalCategory {
    case .control: return .control
    case .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
      return .invisible
    default:
      // Variation selectors, Hangul fillers and their like: drawn as nothing.
      return scalar.properties.isDefaultIgnorableCodePoint ? .invisible : nil
    }
  }

  /// A name that begins so could be an option, a path, or sit on the letter before it.
  static func isBadStart(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "-", ".", "~": true
    default:
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .spacingMark: true
      default: false
      }
    }
  }

  /// What our own lines are drawn with, and what separates arguments.
  private static let markers: Set<Unicode.Scalar> = [
    "*", "<", ">", "[", "]", "#", "!", ":", "|", "/", "@", ",",
  ]

  /// Box drawing and the other upright strokes that could pass for our continuation bar.
  private static func isBar(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x2500...0x257F, 0x00A6, 0x01C0, 0x2223, 0x2758...0x275A, 0xFE31, 0xFE33, 0xFFE4, 0xFFE8:
      true
    default: false
    }
  }

  /// The ASCII twin of a fullwidth letter or sign.
  private static func narrow(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    guard 0xFF01...0xFF5E ~= scalar.value else { return scalar }
    return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
  }
}
