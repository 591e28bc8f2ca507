import Rooms
import Sockets

/// Stands at one listening socket: accepts until nobody waits, and hands each client to a loop.
final class Doorman: @unchecked Sendable {
  // @unchecked: confined to its loop's thread.

  let address: SocketAddress
  private let kind: DoorKind?
  private let loop: EventLoop
  private let directory: Directory
  /// What it prepares those for who come from now on.
  var limits: Limits { didSet { prepareListener() } }
  private let report: @Sendable (ServerEvent) -> Void
  private let pass: (consuming Descriptor, SocketAddress, DoorKind?) -> Void
  private let file: SocketFile?
  private var registered: Registered?
  /// Whether a timer will bring us back after descriptors have run out.
  private var isPausing = false
  /// Whether that was told; it is told once, not ten times a second.
  private var isExhausted = false

  /// The most clients accepted before others have their turn.
  private static let budget = 64

  /// Begins to accept on the calling loop.
  init(
    _ descriptor: consuming Descriptor, kind: DoorKind?, on loop: EventLoop,
    directory: Directory, options: ServerOptions,
    report: @escaping @Sendable (ServerEvent) -> Void,
    pass: @escaping (consuming Descriptor, SocketAddress, DoorKind?) -> Void
  ) throws(SocketError) {
    address = try SocketAddress.local(of: descriptor)
    file = SocketFile(address)
    self.kind = kind
    self.loop = loop
    self.directory = directory
    limits = options.limits
    self.report = report
    self.pass = pass
    registered = try Registered(descriptor, on: loop, target: self)
    prepareListener()
  }

  /// Stops listening, and takes the socket's file away.
  func stop() {
    file?.remove()
    registered = nil
  }

  private func accept() {
    for _ in 0..<Doorman.budget {
      guard let number = registered?.descriptor.rawValue else { return }
      switch AcceptCore.accept(number) {
      case .accepted(let descriptor, let peer):
        isExhausted = false
        if let refusal = directory.admit(peer, at: loop.now) {
          report(.refused(peer, why: refusal))
        } else {
          prepare(descriptor, peer)
          pass(descriptor, peer, kind)
        }
      case .wouldBlock: return
      case .exhausted(let error):
        // The edge is gone with the error: only time brings us back.
        if !isExhausted { report(.exhausted(error)) }
        isExhausted = true
        guard !isPausing else { return }
        isPausing = true
        _ = loop.schedule(self, at: loop.deadline(.after(AcceptCore.pause)))
        return
      case .failed(let error):
        report(.exhausted(error))
        return stop()
      }
    }
    registered?.retryNextTurn()
  }

  /// Bounds what the kernel keeps for each client: without that it is megabytes for one that never reads.
  ///
  /// Connections have it from their listener, but for those of a Unix socket.
  private func prepareListener() {
    guard address.family != .unix, limits.sendBuffer < .max else { return }
    try? registered?.descriptor.set(.sendBuffer, to: limits.sendBuffer)
    try? registered?.descriptor.set(.notSentLowWater, to: limits.sendBuffer / 4)
  }

  /// Lets the kernel find peers that have vanished without a word.
  private func prepare(_ descriptor: borrowing Descriptor, _ peer: SocketAddress) {
    if peer.family == .unix, limits.sendBuffer < .max {
      try? descriptor.set(.sendBuffer, to: limits.sendBuffer)
    }
    guard peer.family != .unix, let limit = limits.unacknowledged else { return }
    // A connection that is gone already refuses, and its first read says why.
    try? descriptor.set(.keepAlive, to: KeepAlive(idle: limit, interval: .seconds(10), count: 3))
    try? descriptor.set(.userTimeout, to: limit)
  }
}

extension Doorman: ReadinessTarget, TimerTarget {
  func ready(_ readiness: Readiness) { accept() }

  func expired() {
    isPausing = false
    accept()
  }
}
