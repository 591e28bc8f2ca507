extension Name {
  /// Lets names pass that are written in one script.
  ///
  /// As UTS 39 has it for "highly restrictive": Japanese, Korean and Chinese with Bopomofo take several,
  /// and Latin goes with each of them. Digits, signs and marks that every script shares do not count;
  /// those that some share do.
  static func checkScripts(_ scalars: [Unicode.Scalar]) throws(NameRefusal) {
    var shared: Scripts?
    for scalar in scalars {
      guard let scripts = Scripts(of: scalar) else { continue }
      guard let before = shared else {
        shared = scripts
        continue
      }
      guard let both = before.intersection(scripts) else {
        throw .mixedScripts(before.name, scripts.name)
      }
      shared = both
    }
  }
}

/// The scripts that a scalar belongs to, and the ways of writing with several scripts.
private struct Scripts {
  private var low: UInt64 = 0
  private var middle: UInt64 = 0
  private var high: UInt64 = 0
  /// Of the script that it is one of first of all.
  private var first: UInt16

  /// Nil for what belongs to all.
  init?(of scalar: Unicode.Scalar) {
    let region: UInt32
    if scalar.isASCII {
      guard 0x61...0x7A ~= scalar.value | 0x20 else { return nil }
      region = Scripts.latin
    } else {
      region = NameTable.regions.region(of: scalar.value)
    }
    guard region >= 3 else { return nil }
    self = Scripts.sets[Int(region) - 3]
  }

  private init(first: UInt16) {
    self.first = first
    insert(first)
  }

  var name: String { NameTable.scripts[Int(first)] }

  func intersection(_ other: Scripts) -> Scripts? {
    var both = self
    both.low &= other.low
    both.middle &= other.middle
    both.high &= other.high
    return both.low | both.middle | both.high == 0 ? nil : both
  }

  private mutating func insert(_ script: UInt16) {
    switch script / 64 {
    case 0: low |= 1 << script
    case 1: middle |= 1 << (script % 64)
    default: high |= 1 << (script % 64)
    }
  }

  private static let latin = NameTable.regions.region(of: 0x61)

  private static let sets: [Scripts] = {
    var sets: [Scripts] = []
    for member in NameTable.sets {
      if member & 0x100 != 0 {
        sets.append(Scripts(first: member & 0xFF))
      } else if !sets.isEmpty {
        sets[sets.count - 1].insert(member)
      }
    }
    return sets
  }()
}
