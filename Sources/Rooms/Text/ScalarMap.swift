/// A map from scalars to a few scalars each, in a table that is searched where it lies.
///
/// The table is one row of numbers: a key with the highest bit set, then what it stands for. Keys grow.
struct ScalarMap {
  private static let keyMark: UInt32 = 1 << 31
  /// Set on a key whose scalar has this mark as well; what it means is the table's affair.
  static let mark: UInt32 = 1 << 30
  private static let scalarBits: UInt32 = 0x1F_FFFF

  private let row: [UInt32]

  init(_ row: [UInt32]) { self.row = row }

  /// What `scalar` stands for; nil when it is not in the map.
  subscript(scalar: Unicode.Scalar) -> ArraySlice<UInt32>? {
    var low = 0
    var high = row.count
    while low < high {
      var start = (low + high) / 2
      while start > low, !isKey(start) { start -= 1 }
      let end = self.end(of: start)
      let key = row[start] & ScalarMap.scalarBits
      if key == scalar.value { return row[(start + 1)..<end] }
      if key < scalar.value { low = end } else { high = start }
    }
    return nil
  }

  /// Every key with its mark and what it stands for.
  func forEach(_ body: (_ key: UInt32, _ isMarked: Bool, _ values: ArraySlice<UInt32>) -> Void) {
    var start = 0
    while start < row.count {
      let end = self.end(of: start)
      let isMarked = row[start] & ScalarMap.mark != 0
      body(row[start] & ScalarMap.scalarBits, isMarked, row[(start + 1)..<end])
      start = end
    }
  }

  private func isKey(_ index: Int) -> Bool { row[index] & ScalarMap.keyMark != 0 }

  private func end(of start: Int) -> Int {
    var end = start + 1
    while end < row.count, !isKey(end) { end += 1 }
    return end
  }
}
