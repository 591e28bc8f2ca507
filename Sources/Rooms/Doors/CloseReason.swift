/// Why a door wants its connection closed.
///
/// What was transmitted before it still goes out. The door of a refused client has transmitted
/// nothing, so that a stranger learns nothing.
package enum CloseReason: Sendable, Equatable, CustomStringConvertible {
  /// The client said goodbye.
  case quit
  /// The client ended its stream between frames.
  case ended
  /// The client ended its stream inside a frame.
  case truncated
  /// The first bytes belong to a door that this listener does not open.
  case closedDoor(DoorKind)
  /// The first bytes belong to a protocol for which there is no door.
  case stranger(Stranger)
  /// Never said a byte.
  case silent
  /// Began a preface, a frame or a line and did not end it in time.
  case unfinished
  /// Answered no ping.
  case timedOut
  /// Broke the protocol; the text says what and where.
  case misbehaved(String)
  /// The server said bye (``Notice/bye(_:text:retryAfterMilliseconds:)``).
  case dismissed(ByeReason)

  /// Whom we know by the first bytes, and do not let in.
  package enum Stranger: String, Sendable, Equatable {
    case http = "HTTP"
    case irc = "IRC"
    case ssh = "SSH"
    case tls = "TLS"
  }

  /// What the people in the room are told of a client behind this door.
  package func leaveReason(behind kind: DoorKind?) -> LeaveReason {
    switch self {
    case .quit: .quit
    // Where there is a word for goodbye, an end without it is none.
    case .ended: kind == .native ? .lost : .quit
    case .truncated, .closedDoor, .stranger: .lost
    case .silent, .unfinished, .timedOut: .timedOut
    case .misbehaved: .misbehaved
    case .dismissed(let reason):
      switch reason {
      case .quit: .quit
      case .closing, .full: .closing
      case .timedOut: .timedOut
      case .misbehaved: .misbehaved
      case .slow: .slow
      case .removed, .flood: .removed
      case .replaced: .lost
      }
    }
  }

  /// One word for it, by which such ends are counted.
  package var name: String {
    switch self {
    case .quit: "quit"
    case .ended: "ended"
    case .truncated: "truncated"
    case .closedDoor: "closed-door"
    case .stranger: "stranger"
    case .silent: "silent"
    case .unfinished: "unfinished"
    case .timedOut: "timed-out"
    case .misbehaved: "misbehaved"
    case .dismissed(let reason): "\(reason)"
    }
  }

  /// Whether the client may want to come back over another connection, and so its nick waits for it.
  package var mayReturn: Bool {
    switch self {
    case .ended, .truncated, .silent, .unfinished, .timedOut: true
    case .dismissed(.slow), .dismissed(.flood), .dismissed(.timedOut): true
    case .quit, .closedDoor, .stranger, .misbehaved, .dismissed: false
    }
  }

  package var description: String {
    switch self {
    case .quit: "said goodbye"
    case .ended: "end of stream"
    case .truncated: "end of stream inside a frame"
    case .closedDoor(let kind): "the \(kind) door is closed here"
    case .stranger(let stranger): "there is no door for \(stranger.rawValue)"
    case .silent: "no byte came"
    case .unfinished: "a preface, frame or line was not finished in time"
    case .timedOut: "no answer to a ping"
    case .misbehaved(let what): "protocol error: \(what)"
    case .dismissed(let reason): "bye: \(reason)"
    }
  }
}
