/// The names that one Tab after the other puts into a line.
struct CompletionCycle {
  private static let shownLimit = 8

  let start: Int
  /// The word as it was typed.
  let original: String
  private let texts: [String]
  private var place: Int

  init(_ choice: Completion.Choice, original: String, isBackwards: Bool) {
    (start, texts, self.original) = (choice.start, choice.texts, original)
    place = isBackwards ? texts.count - 1 : 0
  }

  var text: String { texts[place] }
  /// Whether another Tab changes anything.
  var hasOthers: Bool { texts.count > 1 }

  mutating func go(backwards isBackwards: Bool) {
    place = (place + (isBackwards ? texts.count - 1 : 1)) % texts.count
  }

  /// Some of the names around the one that is in the line, which is marked; nil when there is only one.
  var hint: String? {
    guard hasOthers else { return nil }
    let first = place / Self.shownLimit * Self.shownLimit
    let shown = texts.indices[first...].prefix(Self.shownLimit).map { place in
      let text = texts[place]
      let name = text.hasSuffix(": ") ? text.dropLast(2) : text.dropLast()
      return place == self.place ? "[\(name)]" : String(name)
    }
    let rest = texts.count - shown.count
    return shown.joined(separator: " ") + (rest > 0 ? " (and \(rest) more)" : "")
  }
}
