package import Wire

/// Why a client's session is over.
package enum NativeEnding: Sendable, Equatable {
  /// We said goodbye.
  case left
  /// The server said goodbye.
  case dismissed(NativeBye)
  /// The server did not let us in.
  case refused(code: UInt8, text: String)
  /// The connection ended without a goodbye: the moment to resume.
  case lost
  /// Nothing was heard for too long, not even an answer to a ping.
  case timedOut
  /// The server took our hello and closed without a word.
  case closedSilently
  /// The server took our hello and said nothing.
  case noAnswer
  /// What answered does not speak the native protocol.
  case notNative
  /// The server broke the protocol; the text says how.
  case misbehaved(String)
}

/// Words for a person. Those of the server are in there as they came: make them safe to show.
extension NativeEnding: CustomStringConvertible {
  package var description: String {
    switch self {
    case .left: "you left"
    case .dismissed(let bye):
      bye.text.isEmpty
        ? "the server said goodbye (\(ByeReason(rawValue: bye.reason)?.words ?? "no reason"))"
        : "the server said goodbye: \(bye.text)"
    case .refused(_, let text): "the server did not let you in: \(text)"
    case .lost: "connection lost"
    case .timedOut: "timed out: nothing was heard from the server for 90 seconds"
    case .closedSilently:
      "the server closed the connection without a word; it may be protected: start it with --open"
    case .noAnswer: "no answer; it may be protected: start it with --open"
    case .notNative:
      "the server does not speak Parley's own protocol; --frame enters servers that speak another"
    case .misbehaved(let what): "the server broke the protocol: \(what)"
    }
  }
}

extension NativeEnding {
  /// The same for somebody who was in already, and needs no advice.
  package var brief: String {
    switch self {
    case .closedSilently: "the connection was closed without a word"
    case .noAnswer: "no answer"
    case .notNative: "something answers that is not the server"
    default: description
    }
  }
}

extension ByeReason {
  fileprivate var words: String {
    switch self {
    case .quit: "quit"
    case .closing: "it is closing"
    case .timedOut: "timed out"
    case .misbehaved: "protocol error"
    case .slow: "you read too slowly"
    case .removed: "you were removed"
    case .replaced: "you are here over another connection"
    case .full: "it is full"
    case .flood: "too much at once"
    }
  }
}
