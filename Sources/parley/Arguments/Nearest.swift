import Rooms

/// The known word that a mistyped one was probably meant to be.
///
/// - Returns: nil when none is near: a wrong guess is worse than none.
func nearest(to typed: String, among known: [String]) -> String? {
  let candidates = known.map {
    (
      word: $0,
      edits: Spelling.slips(from: Array(typed.unicodeScalars), to: Array($0.unicodeScalars))
    )
  }
  guard let best = candidates.min(by: { $0.edits < $1.edits }) else { return nil }
  let letters = typed.utf8.drop { $0 == UInt8(ascii: "-") }.count
  if best.edits <= 1 + letters / 4, letters > 1 { return best.word }
  // A word that was cut short is near as well, if it can only be one.
  let longer = known.filter { $0.utf8.starts(with: typed.utf8) }
  return longer.count == 1 && letters > 1 ? longer[0] : nil
}
