internal import Glibc
public import Sockets

extension Endpoint {
  /// Listens, and runs `serve` for each connection, until the task is cancelled.
  ///
  /// - Parameters:
  ///   - loop: Where the connections live.
  ///   - framing: How the peers tell messages apart.
  ///   - ready: Told the addresses once connections are accepted; a port 0 has become the real one.
  ///   - report: Told of what does not stop the endpoint, such as an error that `serve` threw.
  ///   - serve: Runs on the loop's thread, for each connection at the same time. An error in it
  ///     ends that connection only.
  /// - Throws: `SocketError` of the operation `resolve` or `listen`, or when listening fails later;
  ///   `CancellationError` when the task is cancelled, after all bodies have ended.
  public func listen(
    on loop: EventLoop, framing: Framing,
    ready: @escaping @Sendable ([SocketAddress]) -> Void = { _ in },
    report: @escaping @Sendable (Listener.Incident) -> Void = { _ in },
    _ serve: @escaping @Sendable @concurrent (MessageConnection) async throws -> Void
  ) async throws {
    try await listen(on: loop, framing: framing, report: report, serve) { addresses in
      ready(addresses)
      while true { try await loop.sleep(for: .seconds(86_400)) }
    }
  }

  /// Listens, and runs `serve` for each connection, for as long as `body` runs.
  ///
  /// A name that resolves to several addresses, as `localhost` may, is listened to on all of them
  /// that this machine has, on one port. When `body` has returned or thrown, the connections that
  /// are being served are cancelled and closed.
  ///
  /// - Parameters:
  ///   - loop: Where the connections live.
  ///   - framing: How the peers tell messages apart.
  ///   - report: Told of what does not stop the endpoint, such as an error that `serve` threw.
  ///   - serve: Runs on the loop's thread, for each connection at the same time. An error in it
  ///     ends that connection only.
  ///   - body: Runs on the loop's thread once connections are accepted, with the addresses: a port
  ///     0 has become the real one.
  /// - Returns: What `body` returned.
  /// - Throws: What `body` threw; `SocketError` of the operation `resolve` or `listen`, or when
  ///   listening fails later; `CancellationError` when the task is cancelled, after all bodies have
  ///   ended.
  ///
  /// The corresponding C functions are `bind` and `listen`.
  public func listen<Result: Sendable>(
    on loop: EventLoop, framing: Framing,
    report: @escaping @Sendable (Listener.Incident) -> Void = { _ in },
    _ serve: @escaping @Sendable @concurrent (MessageConnection) async throws -> Void,
    while body: @escaping @Sendable @concurrent ([SocketAddress]) async throws -> Result
  ) async throws -> Result {
    try await loop.perform {
      let listeners = try await bind(on: loop)
      defer { for listener in listeners { listener.close() } }
      return try await withThrowingTaskGroup(of: Result?.self) { group in
        defer { group.cancelAll() }
        for listener in listeners {
          group.addTask(executorPreference: loop) {
            try await listener.run(report: report) { connection in
              try await serve(MessageConnection(connection, framing: framing, limit: limit))
            }
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

  /// Listens on every address that the name stands for and this machine has, on one port.
  private func bind(on loop: EventLoop) async throws -> [Listener] {
    var total: Duration?
    if case .after(let limit) = loop.defaultTimeout { total = limit }
    let addresses = try await resolver.resolve(address, for: .listening, timeout: total)
    // A port that the system picked for one address may be taken on another: then it picks again.
    var attempts = address.port == 0 && addresses.count > 1 ? 16 : 1
    while true {
      do {
        return try await bind(addresses, on: loop)
      } catch let error as SocketError where error.code == EADDRINUSE && attempts > 1 {
        attempts -= 1
      }
    }
  }

  private func bind(_ addresses: [SocketAddress], on loop: EventLoop) async throws -> [Listener] {
    var listeners: [Listener] = []
    var missing: SocketError?
    for address in addresses {
      let picked = listeners.first?.localAddress.port
      do {
        let place = address.on(port: picked)
        listeners.append(try await Listener.bind(place, on: loop, options: listening))
      } catch let error as SocketError where Endpoint.isMissing(error) {
        missing = missing ?? error
      }
    }
    if let missing, listeners.isEmpty { throw missing }
    return listeners
  }

  /// Whether the machine has no such address: `localhost` is `::1` too where IPv6 is switched off.
  private static func isMissing(_ error: SocketError) -> Bool {
    error.code == EADDRNOTAVAIL || error.code == EAFNOSUPPORT
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
