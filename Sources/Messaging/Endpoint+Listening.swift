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
    try await Listen.at(
      address, on: loop, resolver: resolver, options: listening, ready: ready, report: report
    ) { [limit] connection in
      try await serve(MessageConnection(connection, framing: framing, limit: limit))
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
    try await Listen.at(
      address, on: loop, resolver: resolver, options: listening, report: report
    ) { [limit] connection in
      try await serve(MessageConnection(connection, framing: framing, limit: limit))
    } while: { addresses in
      try await body(addresses)
    }
  }
}
