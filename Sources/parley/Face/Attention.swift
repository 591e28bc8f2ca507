import Wire

/// Whether the person at the terminal looks, and where they stopped.
///
/// The terminal says when it gets and loses the focus; one that says nothing of the kind is taken to be left
/// alone when no key was pressed for a while.
struct Attention {
  private static let patience = Duration.seconds(60)

  /// The first line that the person has not seen: the rule stands before it.
  private(set) var mark: Int?
  /// How many lines came since nobody looks.
  private(set) var unread = 0
  private var hasFocus: Bool?
  private var lastKey: Instant
  /// Whether the absence that goes on has its mark.
  private var isMarked = false

  init(at now: Instant) { lastKey = now }

  mutating func turn(to hasFocus: Bool, at now: Instant) {
    self.hasFocus = hasFocus
    if hasFocus { lastKey = now }
    isMarked = false
  }

  /// Somebody is here; the rule stays, so that it can be found.
  mutating func press(at now: Instant) {
    lastKey = now
    unread = 0
    isMarked = false
  }

  /// Whoever answers has read.
  mutating func answer() { mark = nil }

  /// The line of this number comes.
  mutating func receive(line: Int, at now: Instant) {
    let isAway = hasFocus.map { !$0 } ?? (now >= lastKey + Attention.patience)
    guard isAway else { return }
    if !isMarked {
      isMarked = true
      mark = line
      unread = 0
    }
    unread += 1
  }
}
