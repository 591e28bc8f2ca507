internal import Rooms

/// A search through the lines typed before, which goes on with every key.
struct HistorySearch {
  /// Longer words find nothing that shorter ones do not.
  private static let limit = 64

  /// What was being typed when it began.
  let original: LineText
  private(set) var words = ""
  /// Where the line is that is shown now.
  private(set) var place: Int?
  private(set) var hasFailed = false

  init(original: LineText) { self.original = original }

  /// Looks for one more scalar, from the line that is shown.
  mutating func add(_ scalar: Unicode.Scalar, in history: LineHistory) -> String? {
    guard words.utf8.count < Self.limit else {
      hasFailed = true
      return nil
    }
    words.unicodeScalars.append(scalar)
    return take(history.find(words, before: place.map { $0 + 1 } ?? .max))
  }

  /// Looks for one character less, from the newest line again.
  mutating func shorten(in history: LineHistory) -> String? {
    _ = words.popLast()
    return take(history.find(words))
  }

  /// Looks further back.
  mutating func older(in history: LineHistory) -> String? {
    take(history.find(words, before: place ?? .max))
  }

  private mutating func take(_ found: (place: Int, line: String)?) -> String? {
    hasFailed = found == nil
    if let found { place = found.place }
    return found?.line
  }

  var hint: String {
    let outcome = hasFailed ? "nothing (more) found" : "Ctrl-R: older, Esc: back"
    return "Search: \(SafeText.safe(words))  (\(outcome))"
  }
}
