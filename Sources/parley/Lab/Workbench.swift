import Messaging
import Sockets

/// What a program of the lessons works with: its arguments, the terminal and the network.
struct Workbench: Sendable {
  let loop: EventLoop
  let terminal: LessonTerminal
  let options: LabOptions

  var arguments: [String] { options.arguments }

  /// Where to connect or listen: `--at`, or what the lesson says.
  func place(_ lesson: String) throws(AddressError) -> Address {
    try Address(options.address ?? lesson)
  }

  /// As long as a second of the lesson: `--pace`.
  func pause(_ seconds: Int = 1) async throws { try await loop.sleep(for: options.pace * seconds) }

  /// Connects, and closes the connection when `body` has returned or thrown.
  func connect(
    to address: Address,
    _ body: @escaping @Sendable @concurrent (Connection) async throws -> Void
  ) async throws {
    var dialling = Connect.Options()
    if case .after(let limit) = options.timeout { dialling.timeout = .after(limit) }
    try await Connect.to(address, on: loop, resolver: .shared, options: dialling, body)
  }

  /// Serves everybody who comes, all at the same time, until cancelled.
  ///
  /// - Parameters:
  ///   - address: Where.
  ///   - ready: Told the addresses; without it they are remarks.
  ///   - serve: An error in it is a remark and ends that connection only.
  /// - Throws: `SocketError` when nobody can be served there, `CancellationError`.
  func serve(
    at address: Address, ready: (@Sendable ([SocketAddress]) -> Void)? = nil,
    _ serve: @escaping @Sendable @concurrent (Connection) async throws -> Void
  ) async throws {
    let service = Service("lab", ListenOptions())
    try await Listen.at(
      address, on: loop, ready: ready ?? service.begin, report: service.report, serve)
  }

  /// Serves the first who comes, and nobody after; what goes wrong there is thrown.
  func serveOne(
    at address: Address, ready: (@Sendable ([SocketAddress]) async throws -> Void)? = nil,
    _ serve: @escaping @Sendable @concurrent (Connection) async throws -> Void
  ) async throws {
    let service = Service("lab", ListenOptions())
    let hasCome = Locked(false)
    let ending = Inbox<Result<Void, any Error>>(capacity: 1)
    let serveFirst: @Sendable @concurrent (Connection) async throws -> Void = { connection in
      let isFirst = hasCome.withLock { hasCome in
        defer { hasCome = true }
        return !hasCome
      }
      guard isFirst else { return }
      do {
        try await serve(connection)
        _ = ending.trySend(.success(()))
      } catch {
        _ = ending.trySend(.failure(error))
      }
    }
    try await Listen.at(address, on: loop, report: service.report, serveFirst) { addresses in
      if let ready { try await ready(addresses) } else { service.begin(addresses) }
      try await ending.receive()?.get()
    }
  }
}
