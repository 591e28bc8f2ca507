import Wire

/// Something that a user wants from the server.
enum Wish: Sendable {
  case words(String, action: Bool)
  case whisper(to: String, String)
  case command(NativeCommand)
  /// Into a room that we were in before the connection was lost.
  case rejoin(String)

  /// What is said with it, if it is said once and for all.
  var text: String? {
    switch self {
    case .words(let text, _), .whisper(_, let text): text
    case .command, .rejoin: nil
    }
  }

  /// Whether it takes us to another room, where all that comes behind it is meant for.
  var isMove: Bool {
    switch self {
    case .command(.join), .command(.leave): true
    // Nothing has been asked for when we are back, so that waits for nothing.
    case .command, .words, .whisper, .rejoin: false
    }
  }
}

/// A wish that was not sent, or was sent over a connection that is lost.
struct WaitingWish: Sendable {
  var wish: Wish
  /// Whether the server may have got it already.
  var isDoubtful = false
}
