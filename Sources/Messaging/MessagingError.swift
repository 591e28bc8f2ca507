internal import Wire

/// What can go wrong with messages, as opposed to sockets.
///
/// What the system refused is a `SocketError`, and cancellation is always `CancellationError`. The
/// end of a stream between two messages is not an error.
@nonexhaustive
public enum MessagingError: Error, Hashable, Sendable {
  /// The peer's message is over the limit, in bytes; nothing was kept for it.
  ///
  /// `length` is what the peer announced; nil where the framing announces nothing, as lines do.
  case tooLong(length: Int?, limit: Int)
  /// The peer's bytes are not the agreed framing; the text says how.
  case malformed(String)
  /// The stream ended inside a message.
  case truncated
  /// A message of our own does not fit the framing or the limit; nothing was sent. The text says
  /// why.
  case unsendable(String)
  /// The ``Inbox`` was finished before it took the element.
  case closed
  /// ``EventSource/onEvent(_:)`` has been called before.
  case callbackIsSet
}

extension MessagingError: CustomStringConvertible {
  /// One line for people, with nothing of the peer's bytes in it.
  public var description: String {
    switch self {
    case .tooLong(let length?, let limit):
      "the peer announced a message of \(length) bytes, over the limit of \(limit)"
    case .tooLong(nil, let limit): "the peer sent a line over the limit of \(limit) bytes"
    case .malformed(let problem): "the peer does not keep to the framing: \(problem)"
    case .truncated: "the stream ended inside a message"
    case .unsendable(let problem): "the message cannot be sent: \(problem)"
    case .closed: "the inbox is closed"
    // The lessons' words.
    case .callbackIsSet: "Callback can only be set once"
    }
  }
}

extension MessagingError {
  /// What a decoder found wrong with the peer.
  init(receiving error: WireError) {
    self =
      switch error {
      case .frameTooLong(let length, let limit): .tooLong(length: length, limit: limit)
      case .lineTooLong(let limit): .tooLong(length: nil, limit: limit)
      case .truncated: .truncated
      case .malformedLength, .emptyFrame, .lineEndInLine, .trailingBytes, .invalidUTF8,
        .invalidValue, .unknownType, .notNative, .unsupported:
        .malformed(error.description)
      }
  }

  /// What an encoder found wrong with a message of ours.
  init(sending error: WireError) {
    self = .unsendable(error.description)
  }
}
