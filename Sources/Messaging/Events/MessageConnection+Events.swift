public import Sockets

extension MessageConnection: EventSource {
  /// What happens to a connection: any number of messages, at most one error, and one close.
  public enum Event: Sendable {
    /// The other side has sent a message: any bytes, text or not.
    case message([UInt8])
    /// Why the connection is of no use any more, such as a reset, or bytes that are not the framing.
    case error(any Error)
    /// The connection is closed, by whomever. Always the last event.
    case close
  }

  /// The loop that the connection lives on.
  public var loop: EventLoop { connection.loop }

  /// Waits for the next event, at most as long as the connection's timeout, which is an error then.
  ///
  /// When the other side has ended its direction, this one is closed, too: for half a conversation
  /// there is ``receive(timeout:)``. What a task gets from that is no event any more.
  ///
  /// - Returns: What has happened; nil after ``Event/close``.
  public func nextEvent() async -> Event? {
    await order.next(failure: Event.error, close: close) {
      try await receive().map(Event.message)
    }
  }

  /// Closes the connection now; harmless when it is closed already.
  ///
  /// What was sent before is still delivered, unless unread input makes the kernel reset the
  /// connection. Sends that wait fail.
  ///
  /// The corresponding C function is `close`.
  public func close() {
    order.close()
    seat?.leave()
    connection.close()
  }
}
