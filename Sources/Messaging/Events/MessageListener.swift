public import Sockets

/// A listening socket whose connections carry messages, and that tells of them by events.
///
///     let server = try await MessageListener.bind(Address("8080"), on: loop, framing: .u16)
///     try server.onEvent { event in
///       guard case .connect(let peer) = event else { return }
///       try? peer.onEvent { event in print(peer.remoteAddress, event) }
///     }
///     await server.run()
///
/// With a callback, ``run()`` is the scope of the connections: it gives each one's events to the
/// callback that was set on it in ``Event/connect(_:)``, and closes them all when it is cancelled.
/// Whoever takes ``EventSource/events`` instead owns each connection from then on; it is closed by
/// `close()` or when the last reference to it is gone. The socket itself is closed by ``close()``, or
/// when the last reference to the listener is gone. For one closure for each connection, and no
/// events, there is ``Endpoint``.
public final class MessageListener: EventSource {
  /// What happens to a listener: one listen, any number of connects and errors, and one stop.
  public enum Event: Sendable {
    /// It listens there; a port 0 has become the real one. Always the first event.
    case listen(SocketAddress)
    /// Somebody has connected.
    case connect(MessageConnection)
    /// Accepting failed. It goes on when descriptors or memory were short, otherwise stop is next.
    case error(any Error)
    /// Nobody is accepted any more. Always the last event.
    case stop
  }

  /// The address that the socket is bound to; a port 0 has become the real one.
  public let localAddress: SocketAddress

  /// How the peers tell messages apart.
  public let framing: Framing

  /// The loop that accepts and on which all connections live.
  public var loop: EventLoop { listener.loop }

  /// The order of the events, kept by the library.
  public let order: EventOrder<Event>

  private let listener: Listener
  private let limit: Int?
  private let seats: Seats
  /// Whose events are given to their callbacks.
  private let served = Locked<[ObjectIdentifier: MessageConnection]>([:])

  private init(_ listener: Listener, _ framing: Framing, _ limit: Int?, _ options: Listener.Options)
  {
    self.listener = listener
    self.framing = framing
    self.limit = limit
    seats = Seats(options)
    localAddress = listener.localAddress
    order = EventOrder(first: .listen(listener.localAddress), last: .stop)
  }

  /// Binds and listens; connections wait in the kernel until events are taken.
  ///
  /// Of the addresses that a name stands for it is the first that this machine has. The unspecified
  /// IPv6 address, which a port alone means, takes IPv4 as well.
  ///
  /// - Parameters:
  ///   - address: Where; port 0 lets the system choose.
  ///   - loop: Where the connections live.
  ///   - framing: How the peers tell messages apart.
  ///   - limit: The longest message in either direction, in bytes; nil for the framing's
  ///     ``Framing/defaultLimit``.
  ///   - options: Backlog, who may connect, and how many at a time; others are closed unseen.
  ///   - resolver: Who resolves names.
  /// - Returns: The listener.
  /// - Throws: `SocketError` of the operation `resolve` or `listen`; `CancellationError`.
  ///
  /// The corresponding C functions are `bind` and `listen`.
  public static func bind(
    _ address: Address, on loop: EventLoop, framing: Framing, limit: Int? = nil,
    options: Listener.Options = Listener.Options(), resolver: Resolver = .shared
  ) async throws -> MessageListener {
    let listener = try await Listener.bind(address, on: loop, options: options, resolver: resolver)
    return MessageListener(listener, framing, limit, options)
  }

  /// Waits for the next event.
  ///
  /// - Returns: What has happened; nil after ``Event/stop``.
  public func nextEvent() async -> Event? {
    await order.next(failure: Event.error, close: close) {
      do {
        return .connect(try await accept())
      } catch let error as SocketError where AcceptCore.isExhausted(error) {
        return .error(error)
      }
    }
  }

  private func accept() async throws -> MessageConnection {
    while true {
      let connection = try await listener.accept()
      if let seat = seats.take(connection) {
        return MessageConnection(connection, framing: framing, limit: limit, seat: seat)
      }
      connection.close()
    }
  }

  /// Gives events to the callback, and those of each connection to its own, until it is closed and
  /// all connections are.
  ///
  /// Cancelling the task closes the listener and the connections.
  public func run() async {
    guard loop.isHome else {
      // Nothing in it throws.
      try? await loop.perform { await self.run() }
      return
    }
    await withDiscardingTaskGroup { group in
      while let event = await nextEvent() {
        // Before the callback, which may wait: the end of everything closes this one, too.
        if let peer = event.peer { served.withLock { $0[ObjectIdentifier(peer)] = peer } }
        await order.call(event)
        if let peer = event.peer {
          group.addTask(executorPreference: loop) {
            await peer.run()
            self.served.withLock { $0[ObjectIdentifier(peer)] = nil }
          }
        }
      }
    }
    order.release()
  }

  /// Gives events to the callbacks for as long as `body` runs, and then closes the listener and all
  /// connections.
  ///
  /// The callbacks get their last events before this returns.
  ///
  /// - Parameter body: Runs on the loop's thread.
  /// - Returns: What `body` returned.
  /// - Throws: What `body` threw.
  public func run<Result: Sendable>(
    while body: @escaping @Sendable @concurrent () async throws -> Result
  ) async throws -> Result {
    try await run(while: body) {
      self.close()
      for peer in self.served.withLock({ Array($0.values) }) { peer.close() }
    }
  }

  /// Stops accepting now; harmless when done before.
  ///
  /// Connections stay. Nobody is accepted after it: those who still wait are reset, and stop is the next event.
  ///
  /// The corresponding C function is `close`.
  public func close() {
    order.close()
    listener.close()
  }
}

extension MessageListener.Event {
  fileprivate var peer: MessageConnection? {
    if case .connect(let peer) = self { peer } else { nil }
  }
}
