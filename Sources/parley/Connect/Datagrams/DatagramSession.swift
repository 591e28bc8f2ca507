import Glibc
import Sockets

/// Datagrams joined to an input and an output: the row of docs/eof.md that is about UDP.
///
/// Lives on the loop.
final class DatagramSession: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  /// Whom the input is for.
  enum Role: Equatable {
    /// One address, whoever answers.
    case client(SocketAddress)
    /// The first who sends something; nobody else is heard.
    case firstComer
    /// All who have sent something.
    case everybody
  }

  private struct Peer: Equatable {
    var address: SocketAddress
    var socket: Int
  }

  private enum Event { case sent, enough }

  /// Of more peers, the first come are forgotten.
  private static let mostPeers = 1_024
  /// How long a client waits for answers after its input has ended.
  private static let patience = Duration.seconds(1)

  private let sockets: [Datagrams]
  private let role: Role
  private let options: SessionOptions
  private let output: any ByteOutput
  private let remark: Remarks
  private let dumps: Dumps?
  private var peers: [Peer] = []
  private var waiter: UnsafeContinuation<Void, Never>?
  private var bucket: TokenBucket?
  private var lastActivity: Nanoseconds
  var filter = AddressFilter()

  init(
    _ sockets: [Datagrams], _ role: Role, _ options: SessionOptions, _ output: any ByteOutput,
    _ dumps: Dumps?, _ remark: Remarks
  ) {
    (self.sockets, self.role, self.options) = (sockets, role, options)
    (self.output, self.dumps, self.remark) = (output, dumps, remark)
    let loop = sockets[0].loop
    lastActivity = loop.now
    bucket = options.transfer.rate.map { TokenBucket(rate: $0, at: loop.now) }
    if case .client(let address) = role { peers = [Peer(address: address, socket: 0)] }
  }

  private var loop: EventLoop { sockets[0].loop }
  private var now: Nanoseconds { loop.deadline(.after(.zero)) }
  private var isClient: Bool { if case .client = role { true } else { false } }

  /// Carries datagrams until the input's end and what the options say of the time after it.
  func run(_ input: any ByteInput) async throws {
    try await withThrowingTaskGroup(of: Event.self) { group in
      defer { group.cancelAll() }
      if !options.isReceiveOnly { group.addTask { try await self.send(input) } }
      for index in sockets.indices { group.addTask { try await self.receive(index) } }
      if case .after(let limit) = options.idle {
        group.addTask { try await self.watch(limit) }
      }
      while let event = try await group.next() {
        switch event {
        case .enough: return
        case .sent:
          guard !(options.isSendOnly && isClient) else { return }
          group.addTask { try await self.quit() }
        }
      }
    }
  }

  // MARK: - Sending

  private func send(_ input: any ByteInput) async throws -> Event {
    await waitForPeer()
    let isPlain = peers.first?.address.family == .ipv4
    var text = DatagramText(
      isHex: options.transfer.isHex, crlf: options.transfer.crlf,
      limit: isPlain ? 65_507 : 65_527)
    var buffer: [UInt8] = []
    while true {
      buffer.removeAll(keepingCapacity: true)
      let count = try await input.read(into: &buffer)
      text.receive(buffer)
      while let datagram = try text.next(atEnd: count == 0) { try await send(datagram) }
      if count == 0 { break }
    }
    remark("input has ended")
    return .sent
  }

  private func send(_ datagram: [UInt8]) async throws {
    for peer in peers {
      try await pace(datagram.count)
      do {
        try await sockets[peer.socket].send(datagram, to: peer.address)
      } catch let error as SocketError {
        // One of many that cannot be reached does not end the others.
        guard !isClient else { throw refusal(error) }
        remark("\(error)")
        continue
      }
      lastActivity = loop.now
      try dumps?.tap(peer.address).note(datagram, .sent)
    }
  }

  /// Waits until so many bytes may go.
  private func pace(_ count: Int) async throws {
    var rest = count
    while rest > 0, bucket != nil {
      rest -= bucket?.take(rest, at: now) ?? rest
      let delay = rest > 0 ? bucket?.delay(at: now) ?? 0 : 0
      if rest > 0 { try await loop.sleep(for: .nanoseconds(Int64(clamping: delay))) }
    }
  }

  private func waitForPeer() async {
    guard peers.isEmpty else { return }
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        guard !Task.isCancelled else { return continuation.resume() }
        waiter = continuation
      }
    } onCancel: {
      loop.execute { self.wake() }
    }
  }

  private func wake() {
    let waiting = waiter
    waiter = nil
    waiting?.resume()
  }

  // MARK: - Receiving

  private func receive(_ index: Int) async throws -> Event {
    var buffer: [UInt8] = []
    while true {
      let sender: SocketAddress
      do {
        sender = try await sockets[index].receive(into: &buffer).sender
      } catch let error as SocketError {
        throw refusal(error)
      }
      guard isHeard(Peer(address: sender, socket: index)) else { continue }
      lastActivity = loop.now
      try dumps?.tap(sender).note(buffer, .received)
      guard !options.isSendOnly else { continue }
      try await output.write(options.transfer.isHex ? HexText.encode(buffer) + [0x0a] : buffer)
    }
  }

  /// Whether a sender counts; who is new may become a peer.
  private func isHeard(_ sender: Peer) -> Bool {
    guard filter.allows(sender.address) else { return false }
    switch role {
    case .client: return true
    case .firstComer where !peers.isEmpty: return peers[0] == sender
    case .firstComer, .everybody:
      guard !peers.contains(sender) else { return true }
      if peers.count == Self.mostPeers { peers.removeFirst() }
      peers.append(sender)
      remark("\(sender.address) has sent something")
      wake()
      return true
    }
  }

  /// What a client says when its peer's system has said that nobody is there.
  private func refusal(_ error: SocketError) -> any Error {
    guard case .client(let address) = role, error.code == ECONNREFUSED else { return error }
    return Complaint("\(address): nobody is there for datagrams: connection refused", .refused)
  }

  // MARK: - Limits

  /// After the input's end: a client waits until nothing has come for a while, a server as long as told.
  private func quit() async throws -> Event {
    switch options.quit {
    case .after(let limit) where !isClient: try await loop.sleep(for: limit)
    case .after(let limit): try await quiet(limit)
    case .standard where isClient: try await quiet(Self.patience)
    case .standard, .none: try await loop.sleep(for: .seconds(1 << 32))
    }
    return .enough
  }

  private func watch(_ limit: Duration) async throws -> Event {
    try await quiet(limit)
    throw Complaint("nothing sent or received for \(limit.words)", .timedOut)
  }

  /// Waits until nothing has gone or come for so long.
  private func quiet(_ limit: Duration) async throws {
    while true {
      let (end, overflow) = lastActivity.addingReportingOverflow(limit.clampedNanoseconds)
      guard !overflow, end > now else { return }
      try await loop.sleep(for: .nanoseconds(Int64(clamping: end - now)))
    }
  }
}
