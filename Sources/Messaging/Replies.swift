internal import Wire

/// Messages that are collected and sent with one write; see
/// ``MessageConnection/forEach(timeout:_:)``.
public struct Replies: ~Copyable {
  var outgoing: Outgoing

  init(_ stream: FrameStream) { outgoing = Outgoing(stream.format, limit: stream.limit) }

  /// Adds a message.
  ///
  /// - Parameter message: What to send.
  /// - Throws: ``MessagingError/unsendable(_:)`` when it does not fit the framing or the limit;
  ///   then nothing is added.
  public mutating func send(_ message: Span<UInt8>) throws(MessagingError) {
    guard !outgoing.appendQuickly(message) else { return }
    try sendSlowly(message)
  }

  @inline(never)
  private mutating func sendSlowly(_ message: Span<UInt8>) throws(MessagingError) {
    do throws(WireError) {
      try outgoing.append(message)
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
    try send(text.utf8.span)
  }
}
