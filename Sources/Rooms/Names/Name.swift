/// What the names of people and of rooms have in common.
///
/// The pieces are those of PRECIS (RFC 8264, 8265) and of UTS 39; docs/design.md says which, in what
/// order, and where we differ. Everything works on scalars, never on `Character`: a grapheme can hide
/// a control character behind a combining mark.
enum Name {
  /// The name in its normal form (NFC), in which it is stored and shown, when it may be one.
  static func check(
    _ name: String, byteLimit: Int, scalarLimit: Int
  ) throws(NameRefusal) -> String {
    guard let first = name.utf8.first else { throw .empty }
    // No normal form is a quarter of what it was made from.
    guard name.utf8.count <= 4 * byteLimit else { throw .tooLong(bytes: byteLimit) }
    let isPlain = name.utf8.allSatisfy { $0 < 0x80 }
    let scalars = isPlain ? Array(name.unicodeScalars) : NormalForm.composed(name.unicodeScalars)
    guard scalars.reduce(0, { $0 + UTF8.width($1) }) <= byteLimit else {
      throw .tooLong(bytes: byteLimit)
    }
    guard scalars.count <= scalarLimit else { throw .tooManyCharacters(scalarLimit) }
    for scalar in scalars {
      if let refusal = refusal(of: scalar) { throw refusal }
    }
    guard !isBadStart(scalars.first ?? Unicode.Scalar(first)) else {
      throw .badStart(scalars.first ?? Unicode.Scalar(first))
    }
    if isPlain { return name }
    try checkMarks(scalars)
    // Fullwidth letters are Latin ones here as everywhere.
    let wide = scalars.map(\.ordinaryWidth)
    try checkScripts(wide)
    try checkDirection(wide)
    return string(scalars)
  }

  /// Two names are the same when these are equal.
  ///
  /// Widths, then case, then the normal form; a text that is too long to be a name is its own key.
  static func key(of name: String) -> String {
    if name.utf8.allSatisfy({ $0 < 0x80 }) { return name.lowercased() }
    guard name.utf8.count <= longest else { return name }
    return string(NormalForm.composed(folded(parts(of: name.unicodeScalars))))
  }

  /// Two names look alike when these are equal: UTS 39's skeleton, without regard to case.
  static func skeleton(of name: String) -> String {
    guard name.utf8.count <= longest else { return name }
    if name.utf8.allSatisfy({ $0 < 0x80 }) {
      return String(decoding: name.utf8.flatMap { plainSkeletons[Int($0)] }, as: UTF8.self)
    }
    return string(prototypes(of: name.unicodeScalars))
  }

  /// Whether only we may be called so, or so that it looks like us.
  static func isReserved(key: String, skeleton: String) -> Bool {
    reserved.contains(key) || reservedSkeletons.contains(skeleton)
  }

  static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }

  // MARK: - The pieces

  /// More bytes than any name has, before or after its normal form.
  private static let longest = 4 * RoomName.byteLimit

  private static let lookalikes = ScalarMap(LookalikeTable.prototypes)

  private static let reserved: Set<String> = ["server", "admin", "system"]
  /// Case decides what a letter looks like, so each in the ways that it may be written.
  private static let reservedSkeletons = Set(
    reserved.flatMap { name in
      let capital = name.prefix(1).uppercased() + name.dropFirst()
      return [name, name.uppercased(), capital].map(skeleton)
    })

  /// The skeletons of ASCII, one by one.
  private static let plainSkeletons: [[UInt8]] = (0..<0x80).map { byte in
    Array(string(prototypes(of: [Unicode.Scalar(UInt8(byte))])).utf8)
  }

  private static func prototypes(
    of text: some Sequence<Unicode.Scalar>
  ) -> [Unicode.Scalar] {
    var prototypes: [Unicode.Scalar] = []
    for scalar in parts(of: text) {
      if let values = lookalikes[scalar] {
        prototypes += values.compactMap(Unicode.Scalar.init)
      } else {
        prototypes.append(scalar)
      }
    }
    return NormalForm.decomposed(folded(NormalForm.decomposed(prototypes)))
  }

  private static func parts(of text: some Sequence<Unicode.Scalar>) -> [Unicode.Scalar] {
    NormalForm.decomposed(text.lazy.map(\.ordinaryWidth))
  }

  /// Full case folding, of scalars without parts.
  private static func folded(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    for scalar in scalars {
      // Where folding is more than lower case; the others that Unicode lists are not for names.
      switch scalar.value {
      case 0xDF, 0x1E9E: result += ["s", "s"]
      case 0x3C2: result.append("\u{3C3}")
      case 0x345: result.append("\u{3B9}")
      case 0x1C80: result.append("\u{432}")
      case 0x1C81: result.append("\u{434}")
      case 0x1C82: result.append("\u{43E}")
      case 0x1C83: result.append("\u{441}")
      case 0x1C84, 0x1C85: result.append("\u{442}")
      case 0x1C86: result.append("\u{44A}")
      case 0x1C87: result.append("\u{463}")
      case 0x1C88: result.append("\u{A64B}")
      default: result += scalar.properties.lowercaseMapping.unicodeScalars
      }
    }
    return result
  }
}
