/// The known word that a mistyped one was probably meant to be.
///
/// - Returns: nil when none is near: a wrong guess is worse than none.
func nearest(to typed: String, among known: [String]) -> String? {
  let candidates = known.map {
    (word: $0, edits: edits(from: Array(typed.utf8), to: Array($0.utf8)))
  }
  guard let best = candidates.min(by: { $0.edits < $1.edits }) else { return nil }
  let letters = typed.utf8.drop { $0 == UInt8(ascii: "-") }.count
  if best.edits <= 1 + letters / 4, letters > 1 { return best.word }
  // A word that was cut short is near as well, if it can only be one.
  let longer = known.filter { $0.utf8.starts(with: typed.utf8) }
  return longer.count == 1 && letters > 1 ? longer[0] : nil
}

/// The number of insertions, deletions, replacements and swaps of neighbours between two words.
private func edits(from source: [UInt8], to target: [UInt8]) -> Int {
  var beforePrevious: [Int] = []
  var previous = Array(0...target.count)
  for row in source.indices {
    var current = [row + 1]
    for column in target.indices {
      let isSame = source[row] == target[column]
      var cost = min(
        previous[column + 1] + 1, current[column] + 1, previous[column] + (isSame ? 0 : 1))
      if row > 0, column > 0, source[row] == target[column - 1], source[row - 1] == target[column] {
        cost = min(cost, beforePrevious[column - 1] + 1)
      }
      current.append(cost)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[target.count]
}
