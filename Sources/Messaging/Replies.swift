internal import Wire

/// Messages that are collected and sent with one write; see
/// ``MessageConnection/forEach(timeout:_:)``.
public struct Replies: ~Copyable {
  private let format: FrameFormat
  private let limit: Int
  var bytes: [UInt8] = []

  init(_ stream: FrameStream) {
    format = stream.format
    limit = stream.limit
  }

  /// Adds a message.
  ///
  /// - Parameter message: What to send.
  /// - Throws: ``MessagingError/unsendable(_:)`` when it does not fit the framing or the limit;
  ///   then nothing is added.
  public mutating func send(_ message: Span<UInt8>) throws(MessagingError) {
    do throws(WireError) {
      try format.encode(message, limit: limit, into: &bytes)
    } catch {
      throw MessagingError(sending: error)
    }
  }

  /// Adds a message.
  ///
  /// - Parameter message: What to send.
  /// - Throws: As ``send(_:)-(Span<UInt8>)``.
  public mutating func send(_ message: [UInt8]) throws(MessagingError) { try send(message.span) }

  /// Adds a message, the text in UTF-8.
  ///
  /// - Parameter text: What to send.
  /// - Throws: As ``send(_:)-(Span<UInt8>)``.
  public mutating func send(_ text: String) throws(MessagingError) {
    try send(Array(text.utf8).span)
  }
}
