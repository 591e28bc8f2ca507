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
    let result = message.withUnsafeBufferPointer { payload in
      Result { () throws(MessagingError) in try append(payload) }
    }
    try result.get()
  }

  /// Adds a message.
  ///
  /// - Parameter message: What to send.
  /// - Throws: As ``send(_:)-(Span<UInt8>)``.
  public mutating func send(_ message: [UInt8]) throws(MessagingError) { try append(message) }

  /// Adds a message, the text in UTF-8.
  ///
  /// - Parameter text: What to send.
  /// - Throws: As ``send(_:)-(Span<UInt8>)``.
  public mutating func send(_ text: String) throws(MessagingError) { try append(text.utf8) }

  private mutating func append(_ payload: some Collection<UInt8>) throws(MessagingError) {
    do throws(WireError) {
      try format.encode(payload, limit: limit, into: &bytes)
    } catch {
      throw MessagingError(sending: error)
    }
  }
}
