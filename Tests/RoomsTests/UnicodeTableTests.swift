import Testing

@testable import Rooms

@Suite struct UnicodeTableTests {
  private func string(_ scalars: [Unicode.Scalar]) -> String { Name.string(scalars) }

  @Test("whole and parts are canonically equal, by the standard library's own data")
  func parts() {
    var keys: [Unicode.Scalar] = []
    ScalarMap(NormalTable.parts).forEach { key, _, _ in
      keys += [Unicode.Scalar(key)].compactMap(\.self)
    }
    #expect(keys.count > 2000)
    for scalar in keys + ["\u{AC00}", "\u{AC01}", "\u{D7A3}"] {
      let parts = NormalForm.decomposed([scalar])
      let whole = NormalForm.composed(parts)
      #expect(parts != [scalar], "\(scalar.value)")
      #expect(string(parts) == String(scalar) && string(whole) == String(scalar), "\(scalar.value)")
      #expect(NormalForm.decomposed(whole) == parts && NormalForm.composed(whole) == whole)
    }
  }

  @Test("a map finds each of its keys, and no other")
  func map() {
    for row in [NormalTable.parts, LookalikeTable.prototypes] {
      let map = ScalarMap(row)
      var keys: Set<UInt32> = []
      map.forEach { key, _, values in
        keys.insert(key)
        #expect(!values.isEmpty)
        #expect(Unicode.Scalar(key).flatMap { map[$0] } == values, "\(key)")
      }
      for key in keys {
        guard let next = Unicode.Scalar(key + 1), !keys.contains(key + 1) else { continue }
        #expect(map[next] == nil)
      }
    }
    #expect(ScalarMap([])["a"] == nil)
  }

  @Test("the tables of names begin at 0, grow, and name what there is")
  func names() {
    for row in [NameTable.regions, NameTable.directions, WidthTable.regions] {
      #expect(row.first.map { $0 >> 8 } == 0)
      #expect(zip(row, row.dropFirst()).allSatisfy { $0 >> 8 < $1 >> 8 })
    }
    let sets = NameTable.sets.count { $0 & 0x100 != 0 }
    #expect(NameTable.regions.allSatisfy { Int($0 & 0xFF) < sets + 3 })
    #expect(NameTable.sets.first.map { $0 & 0x100 } == 0x100)
    #expect(NameTable.sets.allSatisfy { Int($0 & 0xFF) < NameTable.scripts.count })
    #expect(NameTable.scripts.count <= 192)
    #expect(NameTable.directions.allSatisfy { $0 & 0xFF <= 3 })
  }
}
