import Glibc

/// Listening on a stream socket, TCP or Unix-domain, at an address as people type it.
///
///     try await Listen.at(Address("localhost:7"), on: loop) { connection in
///       try await connection.forEach { bytes, replies in replies.write(bytes) }
///     }
///
/// A name that stands for several addresses, as `localhost` may, is listened to on all of them that
/// this machine has, on one port.
public enum Listen {
  /// Listens, and runs `serve` for each connection, until the task is cancelled.
  ///
  /// - Parameters:
  ///   - address: Where; without a host it is every address of this machine.
  ///   - loop: Where the connections live.
  ///   - resolver: Who resolves names.
  ///   - options: Backlog, who may connect, and how many, the numbers for each resolved address.
  ///   - ready: Told the addresses once connections are accepted; a port 0 has become the real one.
  ///   - report: Told of what does not stop the listener, such as an error that `serve` threw.
  ///   - serve: Runs on the loop's thread, for each connection at the same time. The connection is
  ///     closed when it returns or throws; an error in it ends that connection only.
  /// - Throws: ``SocketError`` of the operation `resolve` or `listen`, or when listening fails later;
  ///   `CancellationError` when the task is cancelled, after all bodies have ended.
  ///
  /// The corresponding C functions are `bind`, `listen` and `accept4`.
  public static func at(
    _ address: Address, on loop: EventLoop, resolver: Resolver = .shared,
    options: Listener.Options = Listener.Options(),
    ready: @escaping @Sendable ([SocketAddress]) -> Void = { _ in },
    report: @escaping @Sendable (Listener.Incident) -> Void = { _ in },
    _ serve: @escaping @Sendable @concurrent (Connection) async throws -> Void
  ) async throws {
    try await at(
      address, on: loop, resolver: resolver, options: options, report: report, serve
    ) { addresses in
      ready(addresses)
      while true { try await loop.sleep(for: .seconds(86_400)) }
    }
  }

  /// Listens, and runs `serve` for each connection, for as long as `body` runs.
  ///
  /// When `body` has returned or thrown, the connections that are being served are cancelled and
  /// closed.
  ///
  /// - Parameters:
  ///   - address: Where; without a host it is every address of this machine.
  ///   - loop: Where the connections live.
  ///   - resolver: Who resolves names.
  ///   - options: Backlog, who may connect, and how many, the numbers for each resolved address.
  ///   - report: Told of what does not stop the listener, such as an error that `serve` threw.
  ///   - serve: Runs on the loop's thread, for each connection at the same time. The connection is
  ///     closed when it returns or throws; an error in it ends that connection only.
  ///   - body: Runs on the loop's thread once connections are accepted, with the addresses: a port
  ///     0 has become the real one.
  /// - Returns: What `body` returned.
  /// - Throws: What `body` threw; ``SocketError`` of the operation `resolve` or `listen`, or when
  ///   listening fails later; `CancellationError` when the task is cancelled, after all bodies have
  ///   ended.
  ///
  /// The corresponding C functions are `bind`, `listen` and `accept4`.
  public static func at<Result: Sendable>(
    _ address: Address, on loop: EventLoop, resolver: Resolver = .shared,
    options: Listener.Options = Listener.Options(),
    report: @escaping @Sendable (Listener.Incident) -> Void = { _ in },
    _ serve: @escaping @Sendable @concurrent (Connection) async throws -> Void,
    while body: @escaping @Sendable @concurrent ([SocketAddress]) async throws -> Result
  ) async throws -> Result {
    try await loop.perform {
      let listeners = try await bind(address, on: loop, resolver: resolver, options: options)
      defer { for listener in listeners { listener.close() } }
      return try await withThrowingTaskGroup(of: Result?.self) { group in
        defer { group.cancelAll() }
        for listener in listeners {
          group.addTask(executorPreference: loop) {
            try await listener.run(report: report, serve)
            return nil
          }
        }
        group.addTask(executorPreference: loop) { try await body(listeners.map(\.localAddress)) }
        while let result = try await group.next() {
          if let result { return result }
        }
        // Nobody else can close the listeners, so the group cannot run dry before the body has
        // returned.
        throw CancellationError()
      }
    }
  }

  /// Binds every address that the name stands for and this machine has, on one port.
  ///
  /// - Throws: ``SocketError`` or `CancellationError`, with nothing left open.
  package static func bind(
    _ address: Address, on loop: EventLoop, resolver: Resolver = .shared,
    options: Listener.Options = Listener.Options()
  ) async throws -> [Listener] {
    var total: Duration?
    if case .after(let limit) = loop.defaultTimeout { total = limit }
    let addresses = try await resolver.resolve(address, for: .listening, timeout: total)
    // A port that the system picked for one address may be taken on another: then it picks again.
    var attempts = address.port == 0 && addresses.count > 1 ? 16 : 1
    while true {
      do {
        return try await bind(addresses, on: loop, options)
      } catch let error as SocketError where error.code == EADDRINUSE && attempts > 1 {
        attempts -= 1
      }
    }
  }

  private static func bind(
    _ addresses: [SocketAddress], on loop: EventLoop, _ options: Listener.Options
  ) async throws -> [Listener] {
    var listeners: [Listener] = []
    var missing: SocketError?
    for address in addresses {
      let picked = listeners.first?.localAddress.port
      do {
        let place = address.on(port: picked)
        listeners.append(try await Listener.bind(place, on: loop, options: options))
      } catch let error as SocketError where error.isMissingAddress {
        // `localhost` is `::1` too where IPv6 is switched off.
        missing = missing ?? error
      }
    }
    if let missing, listeners.isEmpty { throw missing }
    return listeners
  }
}

extension SocketAddress {
  /// The same address with the port that was picked, where none was named.
  fileprivate func on(port picked: UInt16?) -> SocketAddress {
    switch self {
    case .ipv4(let host, 0): .ipv4(host, port: picked ?? 0)
    case .ipv6(let host, 0, let scope): .ipv6(host, port: picked ?? 0, scope: scope)
    case .ipv4, .ipv6, .unix: self
    }
  }
}
