/// Why somebody is no longer in a room; the number is the one on the wire.
package enum LeaveReason: UInt8, CaseIterable, Sendable {
  /// Said goodbye, or ended the stream in order where there is no word for it.
  case quit = 0
  /// Is still on the server, in another room or in none.
  case moved = 1
  /// Was silent for too long.
  case timedOut = 2
  /// The connection broke.
  case lost = 3
  /// The operator removed them.
  case removed = 4
  /// Broke the protocol.
  case misbehaved = 5
  /// Read too slowly.
  case slow = 6
  /// The server is going away.
  case closing = 7

  /// A few words for people, such as `timed out`.
  package var words: String {
    switch self {
    case .quit: "quit"
    case .moved: "left the room"
    case .timedOut: "timed out"
    case .lost: "connection lost"
    case .removed: "removed"
    case .misbehaved: "protocol error"
    case .slow: "reads too slowly"
    case .closing: "server closing"
    }
  }
}
