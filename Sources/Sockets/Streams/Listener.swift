import Glibc

/// A socket that accepts connections and gives each one a task of its own.
///
///     let listener = try await Listener.bind("127.0.0.1:0", on: loop)
///     try await listener.run { connection in
///       while case let bytes = try await connection.read(), !bytes.isEmpty {
///         try await connection.write(bytes)
///       }
///     }
///
/// The socket is closed by ``close()``, or when the last reference to the listener is gone.
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

    /// The defaults: no limits.
    public init() {}
  }

  /// Something that a listener went on after.
  @nonexhaustive
  public enum Incident: Sendable {
    /// A connection was closed unserved, for the reason given.
    case refused(SocketAddress, String)
    /// The body for a connection threw.
    case failed(SocketAddress, any Error)
    /// No descriptor or memory was left; accepting goes on after a pause.
    case exhausted(SocketError)
  }

  private let source: Source
  private let options: Options

  /// The address that the socket is bound to; a port 0 has become the real one.
  public let localAddress: SocketAddress

  /// The loop that accepts and on which all connections live.
  public var loop: EventLoop { source.loop }

  private init(_ source: Source, _ address: SocketAddress, _ options: Options) {
    self.source = source
    self.options = options
    localAddress = address
  }

  deinit { source.close() }

  /// Binds and listens.
  ///
  /// `SO_REUSEADDR` is set, so that a server can come back at once. The unspecified IPv6 address takes IPv4 as well.
  /// A Unix-domain path gets mode 0600; one left behind by a dead server is replaced.
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
      on: address, backlog: options.backlog, reusePort: options.reusePort)
    let bound = try SocketAddress.local(of: descriptor)
    return Listener(try Source(descriptor, on: loop), bound, options)
  }

  /// Stops listening: connections that wait are reset, ``run(report:_:)`` returns when its bodies have.
  public func close() { source.close() }

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
    let door = Doorkeeper(
      Admission(
        filter: options.filter, total: options.maximumConnections,
        perAddress: options.maximumPerAddress))
    try await withThrowingDiscardingTaskGroup { group in
      var accepted = 0
      while let connection = try await next(door, report) {
        group.addTask(executorPreference: loop) {
          let source = connection.source
          source.enterScope()
          do {
            try await withTaskCancellationHandler {
              try await body(connection)
            } onCancel: {
              source.cancelScope()
            }
          } catch {
            report(.failed(connection.peerAddress, error))
          }
          connection.close()
          door.admission.release(connection.peerAddress)
        }
        accepted += 1
        if accepted % 64 == 0 { await Task.yield() }  // The accepted ones want to run too.
      }
    }
  }

  /// The next admitted connection; nil once the listener is closed.
  private func next(
    _ door: Doorkeeper, _ report: (Incident) -> Void
  ) async throws -> Connection? {
    let limit = source.limit("accept", nil)
    while let number = source.core?.number {
      switch AcceptCore.accept(number) {
      case .accepted(let descriptor, let peer):
        if let refusal = door.admission.admit(peer) {
          report(.refused(peer, refusal.rawValue))
          continue
        }
        do {
          return Connection(try Source(descriptor, on: loop), peer: peer)
        } catch {
          door.admission.release(peer)
          report(.failed(peer, error))
        }
      case .wouldBlock:
        source.core?.noteNothingToRead()
        do {
          try await source.wait(.reading, limit)
        } catch let error as SocketError where error.reason == .closed {
          return nil
        }
      case .exhausted(let error):
        report(.exhausted(error))
        try await loop.sleep(for: AcceptCore.pause)
      case .failed(let error): throw error
      }
    }
    return nil
  }
}

/// The admission rules of one run of a listener; only the loop's thread touches them.
private final class Doorkeeper: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.
  var admission: Admission
  init(_ admission: Admission) { self.admission = admission }
}
