import Messaging
import Sockets

/// What happened, in short words, in the order in which it was told.
final class Record: Sendable {
  private let lines = Locked<[String]>([])

  var all: [String] { lines.withLock { $0 } }

  func note(_ line: String) { lines.withLock { $0.append(line) } }
  func note(_ event: MessageConnection.Event) { note(event.word) }
  func note(_ event: MessageListener.Event) { note(event.word) }
}

extension MessageConnection.Event {
  var word: String {
    switch self {
    case .message(let bytes): String(decoding: bytes, as: UTF8.self)
    case .error: "error"
    case .close: "close"
    }
  }
}

extension MessageListener.Event {
  var word: String {
    switch self {
    case .listen: "listen"
    case .connect: "connect"
    case .error: "error"
    case .stop: "stop"
    }
  }
}

extension MessageConnection {
  /// All events that still come, in short words.
  func remainingEvents() async -> [String] {
    var words: [String] = []
    for await event in events { words.append(event.word) }
    return words
  }
}
