/// Finds the word that somebody probably meant.
package enum Spelling {
  /// The first word that is one slip away, or two from four letters on, or nil.
  package static func nearest(to typed: String, among words: [String]) -> String? {
    let typed = Array(typed.unicodeScalars)
    var best: (word: String, slips: Int)?
    for word in words {
      let slips = slips(from: typed, to: Array(word.unicodeScalars))
      let most = word.count < 4 ? min(1, word.count - 1) : 2
      if slips <= most, slips < best?.slips ?? .max { best = (word, slips) }
    }
    return best?.word
  }

  /// How many letters must be added, left out, changed or swapped with their neighbour.
  package static func slips(from typed: [Unicode.Scalar], to word: [Unicode.Scalar]) -> Int {
    var older: [Int] = []
    var old = Array(0...word.count)
    for (row, letter) in typed.enumerated() {
      var new = [row + 1]
      for (column, wanted) in word.enumerated() {
        var slips = min(
          old[column] + (letter == wanted ? 0 : 1), old[column + 1] + 1, new[column] + 1)
        if row > 0, column > 0, letter == word[column - 1], typed[row - 1] == wanted {
          slips = min(slips, older[column - 1] + 1)
        }
        new.append(slips)
      }
      (older, old) = (old, new)
    }
    return old[word.count]
  }
}
