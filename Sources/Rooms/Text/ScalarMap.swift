/// A map from scalars to a few scalars each, made of a table in the source.
///
/// The table is one row of numbers: a key with the highest bit set, then what it stands for. Keys grow.
struct ScalarMap {
  private static let keyMark: UInt32 = 1 << 31
  /// Set on a key of which the table says one thing more.
  private static let mark: UInt32 = 1 << 30
  private static let scalarBits: UInt32 = 0x1F_FFFF

  private let row: [UInt32]
  private var keys: [UInt32] = []
  /// Where the keys stand in the row, and its end.
  private var starts: [Int] = []

  init(_ row: [UInt32]) {
    self.row = row
    for (index, number) in row.enumerated() where number & ScalarMap.keyMark != 0 {
      keys.append(number & ScalarMap.scalarBits)
      starts.append(index)
    }
    starts.append(row.count)
  }

  /// What `scalar` stands for; nil when it is not in the map.
  subscript(scalar: Unicode.Scalar) -> ArraySlice<UInt32>? {
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if keys[middle] < scalar.value { low = middle + 1 } else { high = middle }
    }
    guard low < keys.count, keys[low] == scalar.value else { return nil }
    return row[(starts[low] + 1)..<starts[low + 1]]
  }

  /// Every key with its mark and what it stands for.
  func forEach(_ body: (_ key: UInt32, _ isMarked: Bool, _ values: ArraySlice<UInt32>) -> Void) {
    for (key, (start, end)) in zip(keys, zip(starts, starts.dropFirst())) {
      body(key, row[start] & ScalarMap.mark != 0, row[(start + 1)..<end])
    }
  }
}
