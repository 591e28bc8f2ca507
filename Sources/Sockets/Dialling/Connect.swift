internal import CLinux

/// Connecting to a stream socket, TCP or Unix-domain: names, families and waiting included.
///
///     try await Connect.to(Address("example.org:80"), on: loop) { connection in
///       try await connection.write("GET / HTTP/1.0\r\n\r\n")
///       return try await connection.readToEnd(atMost: 1_000_000)
///     }
///
/// All addresses of a name are tried, IPv6 and IPv4 in turn, by the rules of RFC 8305: the next one when
/// the one before has failed or kept silent for 250 ms. The first that answers wins.
public enum Connect {
  /// How long connecting may take, and from where it goes out.
  public struct Options: Hashable, Sendable {
    /// Resolving and all attempts together; `inherited` asks the loop.
    public var timeout: Timeout = .inherited

    /// One attempt; `nil` for as long as the kernel tries, which is about two minutes.
    public var attemptTimeout: Duration?

    /// Silence after which the next address is tried as well; kept within 10 ms to 2 s.
    public var attemptDelay: Duration = .milliseconds(250)

    /// Where the connection comes from; `nil` lets the system choose.
    ///
    /// Only addresses of the same family can be reached from it. A port other than 0 may be one that a
    /// listener with ``Listener/Options/lendsPort`` has: the peer sees where we can be reached, and the
    /// system allows one connection between the two ports, whoever makes it. A second one, or one too
    /// soon after the first has ended, fails with `EADDRNOTAVAIL` or `EADDRINUSE`.
    ///
    /// The corresponding C function is `bind`, with `SO_REUSEADDR` and `SO_REUSEPORT`.
    public var localAddress: SocketAddress?

    /// The defaults: no limits but the loop's, from any address.
    public init() {}
  }

  /// What happened on the way to a connection.
  package enum Step: Sendable {
    case resolved([SocketAddress])
    case trying(SocketAddress)
    case failed(SocketError)
    case connected(SocketAddress, after: Duration)
  }

  /// Connects, lends the connection to `body`, and closes it when the body has returned or thrown.
  ///
  /// - Parameters:
  ///   - address: Where to; a name is resolved, an address without a host means this machine.
  ///   - loop: Where the connection lives.
  ///   - resolver: Who resolves names.
  ///   - options: How long it may take, and from where.
  ///   - body: Runs on the loop's thread.
  /// - Returns: What `body` returned.
  /// - Throws: What `body` threw; ``SocketError`` of the operation `resolve` or `connect`, the latter
  ///   with ``SocketError/Reason/attempts(_:)`` when several addresses were tried, in their order;
  ///   `CancellationError` at once when the task is cancelled, with nothing left open.
  ///
  /// The corresponding C function is `connect`.
  public static func to<Result: Sendable>(
    _ address: Address, on loop: EventLoop, resolver: Resolver = .shared,
    options: Options = Options(),
    _ body: @escaping @Sendable @concurrent (Connection) async throws -> Result
  ) async throws -> Result {
    try await loop.perform {
      let connection = try await open(address, on: loop, resolver: resolver, options: options)
      let source = connection.source
      source.enterScope()
      defer { connection.close() }
      return try await withTaskCancellationHandler {
        try await body(connection)
      } onCancel: {
        source.cancelScope()
      }
    }
  }

  /// Connects; the caller closes the connection.
  ///
  /// - Parameters: As of ``to(_:on:resolver:options:_:)``; `report` is told of each step.
  /// - Returns: The connection.
  /// - Throws: ``SocketError`` or `CancellationError`, with nothing left open.
  package static func open(
    _ address: Address, on loop: EventLoop, resolver: Resolver = .shared,
    options: Options = Options(), report: @escaping @Sendable (Step) -> Void = { _ in }
  ) async throws -> Connection {
    guard loop.isHome else {
      return try await loop.perform {
        try await open(address, on: loop, resolver: resolver, options: options, report: report)
      }
    }
    let start = parley_monotonic_nanoseconds()
    var total: Duration?
    if case .after(let limit) = options.timeout.resolved(loop.defaultTimeout) { total = limit }
    let addresses = try await resolver.resolve(address, timeout: total)
    report(.resolved(addresses))
    let timing = HappyEyeballs.Timing(
      attemptDelay: options.attemptDelay, attemptTimeout: options.attemptTimeout,
      totalTimeout: total)
    let dialer = Dialer(
      addresses, from: options.localAddress, timing: timing, since: start, on: loop, report)
    do throws(Dialer.Failure) {
      let connection = try await dialer.connection()
      let duration = Duration.nanoseconds(Int64(clamping: parley_monotonic_nanoseconds() - start))
      report(.connected(connection.peerAddress, after: duration))
      return connection
    } catch {
      switch error {
      case .cancelled: throw CancellationError()
      case .failed(let attempts): throw failure(of: attempts, to: address)
      }
    }
  }

  private static func failure(of attempts: [SocketError], to address: Address) -> SocketError {
    let name = address.description
    // An address that is its own only attempt is not named twice.
    if attempts.count == 1, let only = attempts.first, only.address == name { return only }
    return SocketError(operation: "connect", address: name, reason: .attempts(attempts))
  }
}
