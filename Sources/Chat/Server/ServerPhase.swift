/// How far a loop of a server is on its way from serving to its end.
///
/// Everybody gets the same of what was said, and everything that was accepted, because a loop goes
/// on only when all loops have: see ``ChatServer/end()``.
enum ServerPhase: Int, Comparable {
  case serving
  /// All were told that the server closes, and may say their last words.
  case warned
  /// Nothing more is taken: whoever says something is told so. What was taken is on its way to all.
  case refusing
  /// All were told goodbye, behind everything else.
  case dismissing

  static func < (one: ServerPhase, other: ServerPhase) -> Bool { one.rawValue < other.rawValue }

  static let refusal = "The server is closing: nothing more is said."
  static let goodbye = "The server is closing."

  static func warning(_ grace: Duration) -> String {
    let seconds = max(1, Int(grace.components.seconds))
    return "The server closes in \(seconds == 1 ? "a second" : "\(seconds) seconds")."
  }
}
