import Glibc

/// A socket that accepts connections and gives each one a task of its own.
///
///     let listener = try await Listener.bind(.ipv4(.loopback, port: 0), on: loop)
///     try await listener.run { connection in
///       while case let bytes = try await connection.read(), !bytes.isEmpty {
///         try await connection.write(bytes)
///       }
///     }
///
/// The socket is closed, and its file removed if it has one, by ``close()``, or when the last reference to
/// the listener is gone. ``Listen`` takes an address as people type it, and all that its name stands for.
public final class Listener: Sendable {
  /// How a listener accepts.
  public struct Options: Sendable {
    /// The connections that may wait to be accepted.
    ///
    /// When they are full, Linux does not refuse further ones: they try again and time out.
    public var backlog = 1024
    /// Which networks are allowed and denied.
    public var filter = AddressFilter()
    /// The most connections at a time, nil for no limit; one more is closed at once.
    public var maximumConnections: Int?
    /// The most connections at a time of one IPv4 address or one IPv6 /64 network, nil for no limit.
    public var maximumPerAddress: Int?
    /// Whether several listeners may share the address (`SO_REUSEPORT`).
    public var reusePort = false
    /// Whether connections may be made from the listener's port, by ``Connect/Options/localAddress``.
    ///
    /// Unlike with ``reusePort``, a port that another listener has is an error.
    public var lendsPort = false

    /// The defaults: no limits.
    public init() {}
  }

  /// Something that a listener went on after.
  @nonexhaustive
  public enum Incident: Sendable, CustomStringConvertible {
    /// A connection was closed unserved, for the reason given.
    case refused(SocketAddress, String)
    /// The body for a connection threw; not told of a `CancellationError`.
    case failed(SocketAddress, any Error)
    /// No descriptor or memory was left; accepting goes on after a pause.
    case exhausted(SocketError)

    /// One line for people, with the peer's address: `receive 10.0.0.1:4711: Connection reset by peer`.
    public var description: String {
      switch self {
      case .failed(let peer, let error as SocketError) where error.address == peer.description:
        error.description
      case .refused(let peer, let reason): "refused \(peer): \(reason)"
      case .failed(let peer, let error): "\(peer): \(error)"
      case .exhausted(let error): "\(error); going on"
      }
    }
  }

  private let source: Source
  private let options: Options
  private let filter: Locked<AddressFilter>
  private let file: SocketFile?

  /// The address that the socket is bound to; a port 0 has become the real one.
  public let localAddress: SocketAddress

  /// The loop that accepts and on which all connections live.
  public var loop: EventLoop { source.loop }

  private init(_ source: Source, _ address: SocketAddress, _ options: Options) {
    self.source = source
    self.options = options
    filter = Locked(options.filter)
    localAddress = address
    file = SocketFile(address)
  }

  deinit { close() }

  /// Binds and listens.
  ///
  /// `SO_REUSEADDR` is set, so that a server can come back at once. The unspecified IPv6 address takes IPv4 as well.
  /// A Unix-domain path gets mode 0600; one left behind by a dead server is replaced. It is removed with the
  /// listener's end, as long as it still is this listener's.
  ///
  /// - Parameters:
  ///   - address: Where; port 0 lets the system choose.
  ///   - loop: Where the connections live.
  ///   - options: Backlog, filter and limits.
  /// - Returns: The listener.
  /// - Throws: ``SocketError`` with the operation `listen`.
  ///
  /// The corresponding C functions are `bind` and `listen`.
  public static func bind(
    _ address: SocketAddress, on loop: EventLoop, options: Options = Options()
  ) async throws -> Listener {
    guard loop.isHome else {
      return try await loop.perform { try await bind(address, on: loop, options: options) }
    }
    let descriptor = try AcceptCore.listen(
      on: address, backlog: options.backlog, reusePort: options.reusePort,
      lendsPort: options.lendsPort)
    let bound = try SocketAddress.local(of: descriptor)
    return Listener(try Source(descriptor, on: loop), bound, options)
  }

  /// Binds the first of the addresses that a name stands for and this machine has, and listens.
  package static func bind(
    _ address: Address, on loop: EventLoop, options: Options = Options(),
    resolver: Resolver = .shared
  ) async throws -> Listener {
    var limit: Duration?
    if case .after(let total) = loop.defaultTimeout { limit = total }
    let addresses = try await resolver.resolve(address, for: .listening, timeout: limit)
    for address in addresses.dropLast() {
      do {
        return try await bind(address, on: loop, options: options)
      } catch let error as SocketError where error.isMissingAddress {}
    }
    return try await bind(addresses[addresses.count - 1], on: loop, options: options)
  }

  /// Stops listening: connections that wait are reset, ``run(report:_:)`` returns when its bodies have.
  public func close() {
    file?.remove()
    source.close()
  }

  /// Replaces the filter while the listener runs, for connections that come from now on.
  ///
  /// - Parameter filter: Which networks are allowed and denied.
  public func setFilter(_ filter: AddressFilter) {
    self.filter.withLock { $0 = filter }
  }

  fileprivate var currentFilter: AddressFilter { filter.withLock { $0 } }

  /// Accepts connections until the listener is closed or the task cancelled, and runs `body` for each.
  ///
  /// A connection is closed when its body returns or throws; an error in it ends that connection only.
  /// Cancellation stops accepting, cancels all bodies and waits for them.
  ///
  /// - Parameters:
  ///   - report: Told of what does not stop the listener.
  ///   - body: Runs on the loop's thread, for each connection at the same time.
  /// - Throws: ``SocketError`` when the listener itself fails, `CancellationError` when cancelled.
  ///
  /// The corresponding C function is `accept4`.
  public func run(
    report: @escaping @Sendable (Incident) -> Void = { _ in },
    _ body: @escaping @Sendable (Connection) async throws -> Void
  ) async throws {
    guard loop.isHome else {
      return try await loop.perform { try await self.run(report: report, body) }
    }
    let door = Door(
      self,
      Admission(
        total: options.maximumConnections, perAddress: options.maximumPerAddress), report, body)
    let limit = source.limit("accept", nil)
    try await withThrowingDiscardingTaskGroup { group in
      while let number = source.core?.number {
        try Task.checkCancellation()
        switch try door.accept(number, &group) {
        case .nobody: source.core?.noteNothingToRead()
        case .many:
          source.core?.noteNothingToRead()
          source.core?.registered.retryNextTurn()
        case .exhausted:
          try await loop.sleep(for: AcceptCore.pause)
          continue
        }
        do {
          // Another run of this listener may wait as well.
          try await source.begin(.reading, limit)
          defer { source.end(.reading) }
          try await source.wait(.reading, limit)
        } catch let error as SocketError where error.reason == .closed {
          return
        }
      }
    }
  }
}

extension Listener {
  /// Accepts one connection, for an owner that asks filter and limits itself.
  ///
  /// - Throws: ``SocketError``, after a pause when it says that descriptors or memory are short;
  ///   `CancellationError`.
  ///
  /// The corresponding C function is `accept4`.
  package func accept() async throws -> Connection {
    guard loop.isHome else { return try await loop.perform { try await self.accept() } }
    // Somebody may come all the time, and other tasks want to run, too.
    await Task.yield()
    let limit = source.limit("accept", nil)
    try await source.begin(.reading, limit)
    defer { source.end(.reading) }
    while let number = source.core?.number {
      switch AcceptCore.accept(number) {
      case .accepted(let descriptor, let peer):
        return Connection(try Source(descriptor, on: loop), peer: peer)
      case .wouldBlock:
        source.core?.noteNothingToRead()
        try await source.wait(.reading, limit)
      case .exhausted(let error):
        try await loop.sleep(for: AcceptCore.pause)
        throw error
      case .failed(let error): throw error
      }
    }
    throw SocketError(
      operation: "accept", address: localAddress.description, reason: .closed)
  }
}

/// Those who come in during one run of a listener; only the loop's thread touches it.
private final class Door: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.
  private let listener: Listener
  private var admission: Admission
  private let report: @Sendable (Listener.Incident) -> Void
  private let body: @Sendable (Connection) async throws -> Void

  private var loop: EventLoop { listener.loop }

  init(
    _ listener: Listener, _ admission: Admission,
    _ report: @escaping @Sendable (Listener.Incident) -> Void,
    _ body: @escaping @Sendable (Connection) async throws -> Void
  ) {
    self.listener = listener
    self.admission = admission
    self.report = report
    self.body = body
  }

  /// Why accepting paused.
  enum Pause {
    case nobody
    /// The accepted ones want to run, too.
    case many
    case exhausted
  }

  /// Accepts who is waiting, and gives each connection its task.
  func accept(
    _ number: CInt, _ group: inout ThrowingDiscardingTaskGroup<any Error>
  ) throws -> Pause {
    for _ in 0..<64 {
      switch AcceptCore.accept(number) {
      case .accepted(let descriptor, let peer): admit(descriptor, peer, &group)
      case .wouldBlock: return .nobody
      case .exhausted(let error):
        report(.exhausted(error))
        return .exhausted
      case .failed(let error): throw error
      }
    }
    return .many
  }

  private func admit(
    _ descriptor: consuming Descriptor, _ peer: SocketAddress,
    _ group: inout ThrowingDiscardingTaskGroup<any Error>
  ) {
    admission.filter = listener.currentFilter
    if let refusal = admission.admit(peer) { return report(.refused(peer, refusal.rawValue)) }
    do {
      let connection = Connection(try Source(descriptor, on: loop), peer: peer)
      group.addTask(executorPreference: loop) {
        let source = connection.source
        source.enterScope()
        var failure: (any Error)?
        do {
          try await withTaskCancellationHandler {
            try await self.body(connection)
          } onCancel: {
            source.cancelScope()
          }
        } catch {
          failure = error
        }
        // The body may have ended on another loop.
        if !self.loop.isCurrent { await Task.yield() }
        self.leave(connection, failure)
      }
    } catch {
      admission.release(peer)
      report(.failed(peer, error))
    }
  }

  private func leave(_ connection: Connection, _ failure: (any Error)?) {
    // A body that ends because it is cancelled does what it was told.
    if let failure, !(failure is CancellationError) {
      report(.failed(connection.peerAddress, failure))
    }
    connection.close()
    admission.release(connection.peerAddress)
  }
}
