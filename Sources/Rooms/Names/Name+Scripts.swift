extension Name {
  /// Lets names pass that are written in one script.
  ///
  /// As UTS 39 has it for "highly restrictive": Japanese, Korean and Chinese with Bopomofo take several,
  /// and Latin goes with each of them. Digits, signs and marks that every script shares do not count;
  /// those that some share do.
  static func checkScripts(_ scalars: [Unicode.Scalar]) throws(NameRefusal) {
    var common: [UInt16]?
    // The script that was met first, for the words.
    var first: UInt16?
    for scalar in scalars {
      guard let set = scripts(of: scalar), let own = set.first else { continue }
      let members = set.map { $0 & 0xFF }
      let shared = common.map { $0.filter(members.contains) } ?? members
      guard !shared.isEmpty else {
        throw .mixedScripts(script(first ?? own), script(own))
      }
      common = shared
      first = first ?? own
    }
  }

  /// The scripts and ways of writing that a scalar belongs to, its own first; nil when to all.
  private static func scripts(of scalar: Unicode.Scalar) -> ArraySlice<UInt16>? {
    let region: UInt32
    if scalar.isASCII {
      guard scalar.properties.isAlphabetic else { return nil }
      region = latin
    } else {
      region = NameTable.regions.region(of: scalar.value)
    }
    guard region >= 3 else { return nil }
    let start = starts[Int(region) - 3]
    var end = start + 1
    while end < NameTable.sets.count, NameTable.sets[end] & 0x100 == 0 { end += 1 }
    return NameTable.sets[start..<end]
  }

  private static let latin = NameTable.regions.region(of: 0x61)

  private static let starts = NameTable.sets.indices.filter { NameTable.sets[$0] & 0x100 != 0 }

  private static func script(_ member: UInt16) -> String {
    NameTable.scripts[Int(member & 0xFF)]
  }
}
