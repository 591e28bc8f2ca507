public import Sockets

/// Messages instead of bytes over a connection.
///
///     let peer = MessageConnection(connection, framing: .u32)
///     try await peer.send("hello")
///     for try await message in peer { … }      // ends once, when the peer has closed
///
/// Sending and receiving are independent: one task may receive while another sends. Several tasks,
/// on any threads, may do either: messages never mix, and each call is served in the order of the
/// calls. Once a connection carries messages, do not read or write its bytes directly: what has
/// been read ahead is kept here.
///
/// Operations throw `CancellationError` at once when their task is cancelled, `SocketError` for
/// what the system refused or when the time is over, and ``MessagingError`` for what is wrong with
/// a message.
public final class MessageConnection: Sendable {
  /// What carries the messages: addresses, the default timeout, half-close and close are there.
  public let connection: Connection

  /// How messages are told apart.
  public let framing: Framing

  /// The address of this side, as it was when the messages were put on the connection.
  ///
  /// The corresponding C function is `getsockname`.
  public let localAddress: SocketAddress

  /// The order of the events, kept by the library.
  public let order = EventOrder(last: Event.close)

  let stream: FrameStream
  let seat: Seat?

  /// Puts messages on a connection of which nothing has been read yet; on its loop's thread.
  ///
  /// - Parameters:
  ///   - connection: The connection; it stays with the scope that it belongs to.
  ///   - framing: How the peer tells messages apart.
  ///   - limit: The longest message in either direction, in bytes, from 0; nil for the framing's
  ///     ``Framing/defaultLimit``. A longer one from the peer is refused as soon as its length is known.
  public convenience init(_ connection: Connection, framing: Framing, limit: Int? = nil) {
    self.init(connection, framing: framing, limit: limit, seat: nil)
  }

  init(_ connection: Connection, framing: Framing, limit: Int?, seat: Seat?) {
    self.connection = connection
    self.framing = framing
    self.seat = seat
    localAddress =
      (connection.loop.isCurrent ? connection.localAddress : nil) ?? .unix(.unnamed)
    stream = FrameStream(connection, framing, limit: limit)
  }

  /// The longest message in either direction, in bytes.
  public var limit: Int { stream.limit }

  /// The address of the other side.
  public var remoteAddress: SocketAddress { connection.peerAddress }
}

// MARK: - Sending

extension MessageConnection {
  /// Sends one message, waiting for room as often as it takes; header and payload go in one write.
  ///
  /// - Parameters:
  ///   - message: What to send.
  ///   - timeout: How long it may take in all.
  /// - Throws: ``MessagingError/unsendable(_:)`` when the message does not fit the framing or the
  ///   limit; nothing was sent then, and the connection stays usable. Otherwise `SocketError` or
  ///   `CancellationError`; when a part had been sent by then, all further sends fail.
  public func send(_ message: [UInt8], timeout: Timeout = .inherited) async throws {
    guard loop.isHome else {
      return try await loop.perform { try await self.send(message, timeout: timeout) }
    }
    try await transmit(timeout) { stream in try stream.enqueue(message.span) }
  }

  /// Sends one message, the text in UTF-8.
  ///
  /// - Parameters:
  ///   - text: What to send.
  ///   - timeout: How long it may take in all.
  /// - Throws: As ``send(_:timeout:)-([UInt8],_)``.
  public func send(_ text: String, timeout: Timeout = .inherited) async throws {
    guard loop.isHome else {
      return try await loop.perform { try await self.send(text, timeout: timeout) }
    }
    try await transmit(timeout) { stream in try stream.enqueue(text.utf8.span) }
  }

  /// Sends several messages with one write: cheaper than one after the other.
  ///
  /// - Parameters:
  ///   - messages: What to send, in this order and with no other message between them.
  ///   - timeout: How long it may take in all.
  /// - Throws: As ``send(_:timeout:)-([UInt8],_)``; when one message does not fit, none is sent.
  public func send(contentsOf messages: [[UInt8]], timeout: Timeout = .inherited) async throws {
    guard loop.isHome else {
      return try await loop.perform { try await self.send(contentsOf: messages, timeout: timeout) }
    }
    try await transmit(timeout) { stream in
      for message in messages { try stream.enqueue(message.span) }
    }
  }

  /// Encodes and writes in one turn: a send that is cancelled while it stands in line sends
  /// nothing.
  func transmit(
    _ timeout: Timeout, _ encode: (FrameStream) throws -> Void
  ) async throws {
    try await stream.writing(timeout) { limit in
      do {
        try encode(stream)
        try await stream.drain(limit)
      } catch {
        stream.outgoing.reset()
        throw error
      }
    }
  }
}

// MARK: - Receiving

extension MessageConnection {
  /// Receives the next message, waiting until it is there whole.
  ///
  /// A receive that is cancelled or times out loses nothing: the next one goes on where it was.
  ///
  /// - Parameter timeout: How long to wait.
  /// - Returns: The message, or nil when the peer has ended the stream after a whole message; then
  ///   always nil.
  /// - Throws: ``MessagingError/tooLong(length:limit:)``, ``MessagingError/malformed(_:)`` or
  ///   ``MessagingError/truncated``, after which every receive throws the same; `SocketError`; or
  ///   `CancellationError`.
  public func receive(timeout: Timeout = .inherited) async throws -> [UInt8]? {
    guard loop.isHome else {
      return try await loop.perform { try await self.receive(timeout: timeout) }
    }
    return try await stream.reading(timeout) { limit in
      repeat {
        if let range = try stream.nextArrived() { return stream.copy(range) }
      } while try await stream.waitForMore(limit)
      return nil
    }
  }
}

// MARK: - Sequence

extension MessageConnection: AsyncSequence {
  /// Receives one message after the other; several iterators share the messages.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let peer: MessageConnection
    private var hasEnded = false

    fileprivate init(_ peer: MessageConnection) { self.peer = peer }

    /// The next message, or nil at the end and after an error; see
    /// ``MessageConnection/receive(timeout:)``.
    public mutating func next() async throws -> [UInt8]? {
      guard !hasEnded else { return nil }
      do {
        if let message = try await peer.receive() { return message }
        hasEnded = true
        return nil
      } catch {
        hasEnded = true
        throw error
      }
    }
  }

  /// Starts receiving, with the connection's timeout for each message.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}
