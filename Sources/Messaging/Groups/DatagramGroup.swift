internal import Glibc
public import Sockets
internal import Wire

/// A datagram socket that speaks to a group: everybody who was named, and everybody who was heard.
///
///     let group = try await DatagramGroup.bind(
///       Address("8081"), peers: [Address("localhost:8080")], on: loop)
///     try group.onEvent { event in
///       guard case .message(let datagram) = event else { return }
///       print("\(datagram.sender): \(datagram.text.debugDescription)")
///     }
///     try await group.run { try await group.sendAll("hello") }
///
/// Whoever sends us a datagram is one of the group from then on. But anybody can write any sender on
/// a datagram, so who was heard only once gets at most 3 datagrams and 3 KiB until it is heard again,
/// and at most 32 are in that state: nobody can make us flood somebody who never asked. Who was named
/// stays; others are forgotten 10 minutes after their last datagram, and at most 256 of them are kept.
///
/// Nothing says whether a datagram arrives, nor that it arrives once and in order.
public final class DatagramGroup: EventSource {
  /// What happens to a group: any number of messages, at most one error, and one close.
  public enum Event: Sendable {
    /// Somebody has sent a message: any bytes but none, text or not.
    case message(Datagrams.Datagram)
    /// Why nothing can be received any more.
    case error(any Error)
    /// The socket is closed. Always the last event.
    case close
  }

  /// The most bytes that the lessons' programs take of a datagram.
  public static let defaultLimit = 1_024

  /// The most bytes of a message that is sent.
  public let limit: Int

  /// The order of the events, kept by the library.
  public let order = EventOrder(last: Event.close)

  /// The loop that the socket lives on.
  public var loop: EventLoop { socket.loop }

  /// The address that the socket is bound to; a port 0 has become the real one.
  public var localAddress: SocketAddress { socket.localAddress }

  private let socket: Datagrams
  private let roster = Locked(DatagramPeers())

  private init(_ socket: Datagrams, limit: Int) {
    self.socket = socket
    self.limit = min(max(limit, 1), 65_507)
  }

  /// Makes a socket, binds it, and names the first peers.
  ///
  /// - Parameters:
  ///   - address: Where to receive; without a host it is every address of this machine.
  ///   - peers: Who to send to; see ``add(_:)``.
  ///   - loop: Where the socket lives.
  ///   - limit: The most bytes of a message that is sent, 1 to 65,507; less and more are taken for
  ///     these. What others send is received up to the system's limit.
  ///   - resolver: Who resolves names.
  /// - Returns: The group.
  /// - Throws: `SocketError` of the operation `resolve`, `bind` or `add`; `CancellationError`.
  ///
  /// The corresponding C function is `bind`.
  public static func bind(
    _ address: Address, peers: [Address] = [], on loop: EventLoop, limit: Int = defaultLimit,
    resolver: Resolver = .shared
  ) async throws -> DatagramGroup {
    let socket = try await Datagrams.bind(address, on: loop, resolver: resolver)
    let group = DatagramGroup(socket, limit: limit)
    do {
      for peer in peers { try await group.add(peer, resolver: resolver) }
    } catch {
      group.close()
      throw error
    }
    return group
  }

  // MARK: - Who

  /// Who gets what is sent, in the order in which they came.
  public var peers: [SocketAddress] {
    withRoster { roster, _ in roster.all.filter(\.isRecipient).map(\.endpoint) }
  }

  /// Names a peer: it gets all that is sent from now on, whether or not it is heard.
  ///
  /// - Parameters:
  ///   - peer: Where it is. Of a name's addresses it is the IPv4 one if there is one, because the
  ///     lessons' programs speak only that.
  ///   - resolver: Who resolves the name.
  /// - Throws: `SocketError` of the operation `resolve`, or `add`: `EINVAL` for an address that nobody
  ///   can be at, such as port 0, and our own; `ENOBUFS` for one more than 256.
  public func add(_ peer: Address, resolver: Resolver = .shared) async throws {
    let address = try await resolver.peer(peer)
    let isOwn = localAddress.reachable.contains(address)
    let naming = withRoster { roster, now in
      isOwn ? .impossible : roster.name(address, at: now)
    }
    switch naming {
    case .added, .already: return
    case .full: throw SocketError(operation: "add", address: "\(peer)", code: ENOBUFS)
    case .impossible: throw SocketError(operation: "add", address: "\(peer)", code: EINVAL)
    }
  }

  /// Sends a peer nothing more, until it is heard or added again: it has said that it leaves.
  ///
  /// - Parameter peer: Its address; one that is no peer is ignored.
  public func remove(_ peer: SocketAddress) {
    _ = withRoster { roster, now in roster.leave(peer, at: now) }
  }

  private func withRoster<Result>(_ body: (inout DatagramPeers, Instant) -> Result) -> Result {
    // Read under the lock: the roster's time only goes forward.
    roster.withLock { roster in
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      let now = Instant(
        nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
      _ = roster.expire(at: now)
      return body(&roster, now)
    }
  }

  // MARK: - Messages

  /// Sends a message to every peer, one datagram each.
  ///
  /// - Parameters:
  ///   - message: 1 byte to ``limit`` bytes.
  ///   - timeout: How long to wait for room in the socket's buffer, in all.
  /// - Returns: What the system refused, with the address of the peer: `ENETUNREACH` for example.
  ///   The others have been sent the message all the same.
  /// - Throws: ``MessagingError/unsendable(_:)`` for a message that is empty or too long; `SocketError`
  ///   when the time is over or the group closed, `CancellationError`; then some may have been sent.
  ///
  /// The corresponding C function is `sendmmsg`.
  @discardableResult
  public func sendAll(
    _ message: [UInt8], timeout: Timeout = .inherited
  ) async throws -> [SocketError] {
    guard !message.isEmpty else { throw MessagingError.unsendable("it is empty") }
    guard message.count <= limit else {
      throw MessagingError.unsendable("it has \(message.count) bytes, over the limit of \(limit)")
    }
    let recipients = withRoster { roster, _ in roster.recipients(ofBytes: message.count) }
    guard !recipients.isEmpty else { return [] }
    // The roster is bounded to fewer than a batch can hold.
    var batch = DatagramBatch(capacity: recipients.count, maximumSize: message.count)
    for recipient in recipients { _ = batch.append(message, to: recipient) }
    try await socket.send(&batch, timeout: timeout)
    return batch.refusals.map { $0.error.about("\(batch.address(at: $0.index))") }
  }

  /// Sends a text to every peer, in UTF-8.
  ///
  /// - Parameters:
  ///   - text: What to send, 1 byte to ``limit`` bytes.
  ///   - timeout: How long to wait for room in the socket's buffer, in all.
  /// - Returns: As ``sendAll(_:timeout:)-([UInt8],_)``.
  /// - Throws: As ``sendAll(_:timeout:)-([UInt8],_)``.
  @discardableResult
  public func sendAll(
    _ text: String, timeout: Timeout = .inherited
  ) async throws -> [SocketError] {
    try await sendAll(Array(text.utf8), timeout: timeout)
  }

  /// Receives the next message that is not empty; its sender is a peer from then on.
  ///
  /// What a task gets from this is no event any more.
  ///
  /// - Parameter timeout: How long to wait.
  /// - Returns: The message and its sender, as far as anybody can know.
  /// - Throws: `SocketError` of the operation `receive`; `CancellationError`. Nothing is lost by either.
  ///
  /// The corresponding C function is `recvfrom`.
  public func receive(timeout: Timeout = .inherited) async throws -> Datagrams.Datagram {
    while true {
      let datagram = try await socket.receive(timeout: timeout)
      guard !datagram.bytes.isEmpty else { continue }
      _ = withRoster { roster, now in roster.hear(datagram.sender, at: now) }
      return datagram
    }
  }

  /// Waits for the next event.
  ///
  /// - Returns: What has happened; nil after ``Event/close``.
  public func nextEvent() async -> Event? {
    await order.next(failure: Event.error, close: close) { .message(try await receive()) }
  }

  /// Closes the socket; harmless when it is closed already.
  ///
  /// Nobody is told: a chat says farewell before. The corresponding C function is `close`.
  public func close() {
    order.close()
    socket.close()
  }
}
