import Rooms
package import Sockets
package import Wire

/// Gives what one client sends, unchanged, to all the others and to nobody else.
///
/// It knows nothing of chats. With a framing, messages stay whole; without one, bytes are passed on as
/// they come.
package final class RelayServer: Sendable {
  /// Where it listens, with the real ports.
  package let addresses: [ServerOptions.Listening]

  private let relay: Relay

  private init(_ addresses: [ServerOptions.Listening], _ relay: Relay) {
    (self.addresses, self.relay) = (addresses, relay)
  }

  /// The limits that a relay has; it knows no messages, rooms or names that it could bound.
  package static let limits: Set<LimitName> = [
    .maxClients, .maxPerAddress, .connectRate, .maxSendq, .sendBuffer, .maxFrame, .timeout,
  ]

  /// Replaces who may come, for those who come from now on.
  package func setFilter(_ filter: AddressFilter) { relay.directory.setFilter(filter) }

  /// Bounds everything otherwise from now on, but for the longest frame.
  package func setLimits(_ limits: Limits) {
    relay.directory.setLimits(limits)
    relay.loop.execute { [relay] in relay.setLimits(limits) }
  }

  /// Relays until `body` returns; what is queued then still goes out.
  ///
  /// - Parameters:
  ///   - options: Where and for whom; rooms and doors play no part.
  ///   - format: What a message is, nil for bytes.
  ///   - limit: The longest message, in bytes.
  ///   - report: Told of what happens; called on the server's loop, so it must not wait.
  ///   - body: Gets the running server.
  /// - Returns: What `body` returned.
  /// - Throws: ``ServerError`` when it cannot start, or what `body` threw.
  package static func run<Result: Sendable>(
    _ options: ServerOptions, format: FrameFormat?, limit: Int,
    report: @escaping @Sendable (ServerEvent) -> Void,
    _ body: @Sendable @concurrent (RelayServer) async throws -> Result
  ) async throws -> Result {
    try options.checkProtection()
    let loop = try EventLoop(name: "relay", spin: options.spin)
    try loop.start()
    defer { loop.stop() }
    let relay = Relay(loop, options, format, limit, report)
    let addresses = try await loop.perform { try relay.open() }
    let result: Result
    do {
      result = try await body(RelayServer(addresses, relay))
    } catch {
      await relay.end()
      throw error
    }
    await relay.end()
    return result
  }
}

/// The relay on its loop: all clients, and what this turn has for them.
final class Relay: @unchecked Sendable {
  // @unchecked: confined to its loop's thread, but `end`, which goes there.

  let loop: EventLoop
  let options: ServerOptions
  let format: FrameFormat?
  let limit: Int
  let report: @Sendable (ServerEvent) -> Void
  let directory: Directory
  private let flusher: Flusher
  private var doormen: [Doorman] = []
  private var clients: [ClientID: RelayClient] = [:]
  private var audience = Audience<RelayClient>()
  @exclusivity(unchecked) private var buffer = FanBuffer()
  private var whenEmpty: (() -> Void)?

  init(
    _ loop: EventLoop, _ options: ServerOptions, _ format: FrameFormat?, _ limit: Int,
    _ report: @escaping @Sendable (ServerEvent) -> Void
  ) {
    self.loop = loop
    self.options = options
    self.format = format
    self.limit = limit
    self.report = report
    directory = Directory(options)
    flusher = Flusher(loop: loop, limit: options.limits.maximumQueue)
    flusher.prepare = { [unowned self] in deliver() }
  }

  func open() throws -> [ServerOptions.Listening] {
    var addresses: [ServerOptions.Listening] = []
    for listening in options.listening {
      do throws(SocketError) {
        let doorman = try Doorman(
          try AcceptCore.listen(on: listening.address, backlog: options.backlog), kind: nil,
          on: loop, directory: directory, options: options, report: report
        ) { [unowned self] descriptor, peer, _ in
          adopt(descriptor, peer)
        }
        doormen.append(doorman)
        var bound = listening
        bound.address = doorman.address
        addresses.append(bound)
        report(.listening(doorman.address, door: nil))
      } catch {
        guard listening.isOptional, error.isMissingAddress else {
          for doorman in doormen { doorman.stop() }
          throw ServerError.socket(error)
        }
        report(.skipped(error))
      }
    }
    return addresses
  }

  func setLimits(_ limits: Limits) {
    flusher.limit = limits.maximumQueue
    for doorman in doormen { doorman.limits = limits }
  }

  /// Something of `author` for all the others: whole messages, or what one read brought.
  func pass(_ author: ClientID, _ bytes: Span<UInt8>) {
    buffer.bytes.append(copying: bytes)
    buffer.mark(author)
    flusher.schedule()
  }

  func gone(_ client: RelayClient, _ why: String) {
    guard clients.removeValue(forKey: client.id) != nil else { return }
    audience.remove(client)
    directory.forget(client.id, mayReturn: false)
    directory.release(client.peer)
    report(.closed(client.id, client.peer, why: why))
    if clients.isEmpty { whenEmpty?() }
  }

  func end() async {
    report(.stopping)
    let isEmpty = Latch()
    loop.execute { [self] in
      for doorman in doormen { doorman.stop() }
      doormen = []
      whenEmpty = { isEmpty.open() }
      // What came in before this turn is in everybody's queue: no turn ends half delivered.
      for client in Array(clients.values) { client.finish(farewell: options.farewell) }
      if clients.isEmpty { isEmpty.open() }
    }
    await isEmpty.wait()
    report(.stopped)
  }

  private func adopt(_ descriptor: consuming Descriptor, _ peer: SocketAddress) {
    let client = RelayClient(directory.register(on: 0), peer, self)
    clients[client.id] = client
    report(.connected(client.id, peer))
    do throws(SocketError) {
      audience.add(client, try client.start(descriptor, flusher))
    } catch {
      gone(client, error.description)
    }
  }

  private func deliver() {
    audience.give(buffer, through: flusher)
    buffer.removeAll()
  }
}
