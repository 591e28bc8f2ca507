/// The canonical normal forms of Unicode (UAX 15), for short texts such as names.
///
/// The standard library compares strings by them and gives none to its users. What takes long here is
/// a long run of marks only, and names have none.
enum NormalForm {
  /// NFC: what was typed in parts is one scalar where there is one.
  static func composed(_ text: some Sequence<Unicode.Scalar>) -> [Unicode.Scalar] {
    let scalars = Array(text)
    return scalars.allSatisfy(isSettled) ? scalars : compose(decomposed(scalars))
  }

  /// NFD: everything in its parts, marks in their canonical order.
  static func decomposed(_ text: some Sequence<Unicode.Scalar>) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    for scalar in text { append(scalar, to: &result) }
    return result
  }

  /// Whether nothing can become of it among others of its kind: what most names are made of.
  private static func isSettled(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x300, 0x400..<0x460, 0x620..<0x64B, 0x3041...0x3096, 0x30A1...0x30FF, 0x4E00...0x9FFF,
      0xAC00...0xD7A3:
      true
    default: false
    }
  }

  // MARK: - Parts

  private static let parts = ScalarMap(NormalTable.parts)

  private static func append(_ scalar: Unicode.Scalar, to result: inout [Unicode.Scalar]) {
    // Nothing before U+00C0 has parts or is a mark.
    guard scalar.value >= 0xC0 else { return result.append(scalar) }
    if let syllable = Hangul.parts(of: scalar) { return result += syllable }
    guard let values = parts[scalar] else { return insert(scalar, into: &result) }
    for value in values {
      guard let part = Unicode.Scalar(value) else { continue }
      append(part, to: &result)
    }
  }

  /// Puts a mark where it belongs among those before it.
  private static func insert(_ scalar: Unicode.Scalar, into result: inout [Unicode.Scalar]) {
    let order = scalar.properties.canonicalCombiningClass
    var index = result.count
    if order != .notReordered {
      while index > 0, result[index - 1].properties.canonicalCombiningClass > order { index -= 1 }
    }
    result.insert(scalar, at: index)
  }

  // MARK: - Wholes

  private struct Pair: Hashable {
    var first: Unicode.Scalar
    var second: Unicode.Scalar
  }

  private static let wholes: [Pair: Unicode.Scalar] = {
    var wholes: [Pair: Unicode.Scalar] = [:]
    parts.forEach { key, isExcluded, values in
      guard !isExcluded, values.count == 2, let first = values.first.flatMap(Unicode.Scalar.init),
        let second = values.last.flatMap(Unicode.Scalar.init)
      else { return }
      wholes[Pair(first: first, second: second)] = Unicode.Scalar(key)
    }
    return wholes
  }()

  private static func compose(_ parts: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var starter: Int?
    var last = Unicode.CanonicalCombiningClass.notReordered
    for scalar in parts {
      let order = scalar.properties.canonicalCombiningClass
      // A mark reaches its base over marks of lower classes only.
      if let starter, result.count - 1 == starter || last < order,
        let whole = whole(of: result[starter], scalar)
      {
        result[starter] = whole
        continue
      }
      if order == .notReordered { starter = result.count }
      last = order
      result.append(scalar)
    }
    return result
  }

  private static func whole(
    of first: Unicode.Scalar, _ second: Unicode.Scalar
  ) -> Unicode.Scalar? {
    guard second.value >= 0x300 else { return nil }
    return Hangul.syllable(of: first, second) ?? wholes[Pair(first: first, second: second)]
  }
}

/// The syllables of Hangul, which are arithmetic.
private enum Hangul {
  private static let syllables: UInt32 = 0xAC00
  private static let leads: UInt32 = 0x1100
  private static let vowels: UInt32 = 0x1161
  /// One before the first, which stands for none.
  private static let tails: UInt32 = 0x11A7
  private static let vowelCount: UInt32 = 21
  private static let tailCount: UInt32 = 28

  static func parts(of scalar: Unicode.Scalar) -> [Unicode.Scalar]? {
    guard 0xAC00...0xD7A3 ~= scalar.value else { return nil }
    let index = scalar.value - syllables
    var values = [
      leads + index / (vowelCount * tailCount), vowels + index / tailCount % vowelCount,
    ]
    if index % tailCount > 0 { values.append(tails + index % tailCount) }
    return values.compactMap(Unicode.Scalar.init)
  }

  static func syllable(of first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
    switch (first.value, second.value) {
    case (0x1100...0x1112, 0x1161...0x1175):
      let index = (first.value - leads) * vowelCount + second.value - vowels
      return Unicode.Scalar(syllables + index * tailCount)
    case (0xAC00...0xD7A3, 0x11A8...0x11C2):
      guard (first.value - syllables) % tailCount == 0 else { return nil }
      return Unicode.Scalar(first.value + second.value - tails)
    default: return nil
    }
  }
}
