/// What a piece of a line is; a ``Theme`` says how that looks.
enum Ink: Equatable {
  case plain
  /// Times, remarks, and whatever else is not said by anybody.
  case aside
  /// The name of whoever speaks: the same number is always the same colour.
  case nick(UInt32)
  /// One's own name.
  case own
  case warning
  /// Words that call the reader by name.
  case mention
  /// The row between the talk and the line being typed.
  case status

  /// The colour of a name: it depends on nothing but the name.
  static func nick(_ name: String) -> Ink {
    // FNV-1a.
    var hash: UInt32 = 0x811c_9dc5
    for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return .nick(hash)
  }
}

/// A line of the talk, safe to show: nothing is taken out of it any more.
struct TalkLine: Equatable {
  /// So many bytes in one ink.
  struct Run: Equatable {
    var ink: Ink
    var count: Int
  }

  private(set) var text = ""
  /// Of the beginning; what they do not reach is plain.
  private(set) var runs: [Run] = []

  init() {}

  init(_ text: String, _ ink: Ink = .plain) { add(text, ink) }

  mutating func add(_ piece: String, _ ink: Ink = .plain) {
    text += piece
    runs.append(Run(ink: ink, count: piece.utf8.count))
  }

  /// The ink at a place in the text, and where it ends.
  func ink(at offset: Int) -> (ink: Ink, end: Int) {
    var end = 0
    for run in runs {
      end += run.count
      if offset < end { return (run.ink, end) }
    }
    return (.plain, Int.max)
  }
}
