package import Sockets
package import Wire

/// Announces a program to the networks that this machine is part of, and finds others like it.
///
/// Lives on a loop. Interfaces may come and go: every now and then it looks again.
package final class Announcer: TimerTarget, @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  /// How long until interfaces are looked at again.
  private static let pause = Duration.seconds(5)

  private let loop: EventLoop
  private let local: SocketAddress
  private let found: @Sendable (SocketAddress) -> Void
  private var discovery: Discovery
  /// What was opened for each link; for one that could not be, nothing.
  private var sockets: [DiscoveryLink: DiscoverySocket] = [:]
  private var broadcasts: DiscoverySocket?
  private var timer: Timers<any TimerTarget>.ID?
  private let isDue = Gate()

  /// - Parameters:
  ///   - kind: What the program is.
  ///   - name: What the person is called.
  ///   - local: What the program's socket is bound to.
  ///   - loop: Where everything happens.
  ///   - found: Told of each program that was found, once.
  package init(
    _ kind: Beacon.Kind, name: String, at local: SocketAddress, on loop: EventLoop,
    found: @escaping @Sendable (SocketAddress) -> Void
  ) {
    (self.local, self.loop, self.found) = (local, loop, found)
    let beacon = Beacon(
      kind, port: max(local.port ?? 1, 1), instance: .random(in: .min ... .max), name: name)
    discovery = Discovery(
      beacon, seed: .random(in: .min ... .max), at: Instant(nanoseconds: loop.now))
  }

  /// Goes on until the task is cancelled.
  ///
  /// Networks that cannot be used are passed over: that is what
  /// `parley doctor` explains.
  package func run() async {
    precondition(loop.isCurrent, "an announcer lives on its loop")
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        group.addTask { await self.announce() }
        while !Task.isCancelled {
          for socket in await refresh() { group.addTask { await self.listen(socket) } }
          try? await loop.sleep(for: Announcer.pause)
        }
        for socket in sockets.values { socket.close() }
        broadcasts?.close()
      }
    } onCancel: {
      loop.execute { self.isDue.open() }
    }
    if let timer { loop.cancel(timer) }
    timer = nil
  }

  package func expired() {
    timer = nil
    isDue.open()
  }

  // MARK: - Links

  /// Opens what is new, closes what is gone; those that are to be listened to.
  private func refresh() async -> [DiscoverySocket] {
    guard let interfaces = try? NetworkInterface.all() else { return [] }
    let links = interfaces.flatMap(DiscoveryLink.all).filter { $0.shows(local) }
      .prefix(DiscoveryLink.limit)
    for gone in Set(sockets.keys).subtracting(links) {
      sockets.removeValue(forKey: gone)?.close()
    }
    var fresh: [DiscoverySocket] = []
    for link in links where sockets[link] == nil {
      guard let socket = try? await DiscoverySocket.open(link, on: loop) else { continue }
      sockets[link] = socket
      fresh.append(socket)
    }
    guard !fresh.isEmpty else { return [] }
    if broadcasts == nil, fresh.contains(where: { !$0.isListening }),
      let socket = try? await DiscoverySocket.openBroadcasts(on: loop)
    {
      broadcasts = socket
      fresh.append(socket)
    }
    discovery.begin(at: now)
    isDue.open()
    return fresh.filter(\.isListening)
  }

  private func listen(_ socket: DiscoverySocket) async {
    while let (beacon, source) = try? await socket.receive() {
      let ways = socket.link.map { [$0] } ?? Array(sockets.keys)
      guard let path = ways.lazy.compactMap({ $0.path(from: source) }).first else { continue }
      discovery.receive(beacon, over: path, at: now)
      isDue.open()
    }
    // An interface that failed may work again when it is looked at next.
    socket.close()
    if let link = socket.link, sockets[link] === socket { sockets[link] = nil }
    if broadcasts === socket { broadcasts = nil }
  }

  // MARK: - Announcing

  private func announce() async {
    while !Task.isCancelled {
      discovery.expire(at: now)
      while let action = discovery.next() {
        switch action {
        case .found(let endpoint): found(endpoint)
        case .announce:
          for socket in sockets.values { try? await socket.send(discovery.beacon) }
        }
      }
      if let timer { loop.cancel(timer) }
      timer = loop.schedule(self, at: discovery.deadline.nanoseconds)
      await isDue.wait()
    }
  }

  private var now: Instant { Instant(nanoseconds: loop.deadline(.after(.zero))) }
}
