internal import Glibc
package import Sockets
import Wire

/// Takes part in a TCP group chat: drives a ``StreamChat`` with listeners, connections and a clock.
///
/// Lives on the listeners' loop: every method is called there. Each peer has a queue of its own, so
/// that one who takes it slowly delays nobody; lines typed faster than peers take them wait for a
/// moment, but no longer for a peer that has stopped.
package final class MeshMember: Participant, TimerTarget, @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  private struct Line {
    var link: FrameLink
    /// Opened when there is room for what it says.
    let mayRead = Gate()
    /// Since when much waits for the peer.
    var crowdedSince: Nanoseconds?
  }

  private enum Job: Sendable {
    case dial(SocketAddress, fromOwnPort: Bool)
    case find(String)
  }

  /// With so many events to show, nothing more is read, and nothing is typed.
  private static let eventLimit = 256
  /// So many addresses may wait to be looked up.
  private static let jobLimit = 1024
  /// What is typed waits so long for a peer for whom much waits already.
  private static let courtesy = Duration.milliseconds(500).clampedNanoseconds
  /// One attempt to dial, and one look-up of a name.
  private static let patience = Duration.seconds(5)

  private let listeners: [Listener]
  private let loop: EventLoop
  private let port: UInt16
  private let resolver: Resolver
  private var chat: StreamChat
  private var named: [Address]
  private var lines: [Int: Line] = [:]
  private var lastNumber = 0
  private var jobs: [Job] = []
  private var events: [MemberEvent] = []
  private var ending: MemberEnding?
  private var timer: (id: Timers<any TimerTarget>.ID, deadline: Nanoseconds)?

  private let mayType = Gate()
  private let hasJobs = Gate()
  private let hasEvents = Gate()

  /// Takes over listeners on one port that lend it, at least one.
  ///
  /// - Parameters:
  ///   - listeners: Where we are reached.
  ///   - loop: Theirs.
  ///   - name: What we are called; nil to ask for it.
  ///   - named: Who else is there, or may come.
  ///   - resolver: Who looks up names.
  ///   - seed: Decides the delays between attempts to dial.
  package init(
    _ listeners: [Listener], on loop: EventLoop, name: String?, named: [Address],
    resolver: Resolver = Resolver(), seed: UInt64 = .random(in: .min ... .max)
  ) {
    self.listeners = listeners
    self.loop = loop
    self.named = named
    self.resolver = resolver
    port = listeners.first?.localAddress.port ?? 0
    chat = StreamChat(
      name: name, own: SocketAddress.ipv6(.any, port: port).reachable, seed: seed)
  }

  package var unsaidCount: Int { 0 }
  package var company: String {
    "port \(port), \(StreamChat.words(forOthers: chat.recipients.count))"
  }

  /// Takes part until it ends; cancelling the task ends it at once.
  package func run(
    _ show: @escaping @Sendable ([MemberEvent]) async -> Void
  ) async -> MemberEnding {
    precondition(loop.isCurrent, "a member lives on its loop")
    defer { for listener in listeners { listener.close() } }
    return await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        group.addTask { await self.present(show) }
        await lookUpNamed()
        for listener in listeners {
          remark("listening on \(listener.localAddress)")
          group.addTask { await self.listen(listener) }
        }
        remark("everybody can read and forge what is said here")
        chat.start(at: now)
        drain()
        while ending == nil {
          let batch = jobs
          jobs = []
          for job in batch { group.addTask { await self.carryOut(job) } }
          if ending == nil, jobs.isEmpty { await hasJobs.wait() }
        }
        group.cancelAll()
      }
      return ending ?? .left
    } onCancel: {
      loop.execute { self.end() }
    }
  }

  /// Takes the place of a peer that was found, not asked for.
  ///
  /// - Returns: Whether it is a new one.
  @discardableResult
  package func add(_ endpoint: SocketAddress) -> Bool {
    let isNew = chat.add(endpoint, isNamed: false, at: now) == .added
    drain()
    return isNew
  }

  // MARK: - What the user wants

  package func type(_ line: [UInt8]) async -> Bool {
    precondition(loop.isCurrent, "a member lives on its loop")
    while ending == nil, !chat.isReady || isCrowded || events.count >= MeshMember.eventLimit {
      await mayType.wait()
    }
    guard ending == nil else { return false }
    chat.type(line, at: now)
    drain()
    return true
  }

  package func endInput() { leave() }

  package func leave() {
    chat.leave(at: now)
    drain()
  }

  package func abandon() { end() }

  // MARK: - The machine

  private var now: Moment { .now(Instant(nanoseconds: loop.now)) }

  /// Whether much waits for somebody who may still take it.
  private var isCrowded: Bool {
    lines.values.contains { line in
      line.crowdedSince.map { loop.now - $0 < MeshMember.courtesy } ?? false
    }
  }

  /// Does what the machine wants, after every input.
  private func drain() {
    while let action = chat.next() {
      switch action {
      case .dial(let address, let fromOwnPort):
        jobs.append(.dial(address, fromOwnPort: fromOwnPort))
      case .find(let text):
        if jobs.count < MeshMember.jobLimit {
          jobs.append(.find(text))
        } else {
          events.append(.hint("too many addresses are being looked up already"))
        }
      case .send(let text, let number): send(text, number)
      case .finish(let number): lines[number]?.link.finish()
      case .show(let event): events.append(event)
      case .ended: end()
      }
    }
    if !jobs.isEmpty { hasJobs.open() }
    if !events.isEmpty { hasEvents.open() }
    if chat.isReady { mayType.open() }
    arm()
  }

  private func send(_ text: [UInt8], _ number: Int) {
    guard let line = lines[number] else { return }
    line.link.send(text)
    if !line.link.isRoomy, line.crowdedSince == nil { lines[number]?.crowdedSince = loop.now }
  }

  private func end() {
    guard ending == nil else { return }
    ending = .left
    for gate in [mayType, hasJobs, hasEvents] + lines.values.map(\.mayRead) { gate.open() }
    if let timer { loop.cancel(timer.id) }
    timer = nil
  }

  /// The timer moves only to an earlier moment; one that comes too early does no harm.
  private func arm() {
    guard ending == nil else { return }
    var deadline = chat.deadline?.nanoseconds ?? .max
    for line in lines.values {
      guard let since = line.crowdedSince, loop.now - since < MeshMember.courtesy else { continue }
      deadline = min(deadline, since + MeshMember.courtesy)
    }
    guard deadline < timer?.deadline ?? .max else { return }
    if let timer { loop.cancel(timer.id) }
    timer = (loop.schedule(self, at: deadline), deadline)
  }

  package func expired() {
    timer = nil
    guard ending == nil else { return }
    chat.expire(at: now)
    drain()
    mayType.open()
  }

  // MARK: - Links

  private func listen(_ listener: Listener) async {
    do {
      try await listener.run { incident in
        self.loop.execute { self.remark("\(incident)") }
      } _: { connection in
        await self.carry(connection, dialled: nil)
      }
    } catch let error as SocketError {
      remark("\(error); nobody can come in any more")
    } catch {
      // Cancelled: it is over.
    }
  }

  private func carry(_ connection: Connection, dialled place: SocketAddress?) async {
    guard ending == nil else { return connection.close() }
    lastNumber += 1
    let number = lastNumber
    let link = FrameLink(connection, .u16)
    link.onRoom = { [weak self] in self?.hasRoom(number) }
    lines[number] = Line(link: link)
    if let place {
      chat.dialled(place, link: number, at: now)
    } else {
      chat.accepted(connection.peerAddress, link: number, at: now)
    }
    drain()
    let ending = await link.run { await self.receive($0, number) }
    lines[number] = nil
    guard self.ending == nil else { return }
    chat.ended(ending, link: number, at: now)
    drain()
  }

  private func receive(_ payload: [UInt8], _ number: Int) async {
    while ending == nil, events.count >= MeshMember.eventLimit, let line = lines[number] {
      await line.mayRead.wait()
    }
    guard ending == nil else { return }
    chat.received(payload, link: number, at: now)
    drain()
  }

  private func hasRoom(_ number: Int) {
    lines[number]?.crowdedSince = nil
    mayType.open()
  }

  private func present(_ show: @Sendable ([MemberEvent]) async -> Void) async {
    while true {
      guard !events.isEmpty else {
        guard ending == nil else { return }
        await hasEvents.wait()
        continue
      }
      let batch = events
      events = []
      await show(batch)
      for line in lines.values { line.mayRead.open() }
      mayType.open()
    }
  }

  private func remark(_ words: String) {
    events.append(.remark(words))
    hasEvents.open()
  }

  // MARK: - Places

  private func carryOut(_ job: Job) async {
    switch job {
    case .dial(let address, let fromOwnPort): await dial(address, fromOwnPort)
    case .find(let text): await find(text)
    }
  }

  private func dial(_ address: SocketAddress, _ fromOwnPort: Bool) async {
    var options = Connect.Options()
    options.timeout = .after(MeshMember.patience)
    if fromOwnPort { options.localAddress = address.family == .ipv4 ? ownIPv4 : ownIPv6 }
    do {
      let connection = try await Connect.open(
        Address(address), on: loop, resolver: resolver, options: options)
      await carry(connection, dialled: address)
    } catch let error as SocketError {
      // EADDRNOTAVAIL without a port of our own: the system has none left, which passes too.
      let isTaken = fromOwnPort && (error.code == EADDRNOTAVAIL || error.code == EADDRINUSE)
      chat.dialFailed(address, isTaken ? .portTaken : .other, why: "\(error)", at: now)
      drain()
    } catch {
      // Cancelled: it is over.
    }
  }

  private var ownIPv4: SocketAddress { .ipv4(.any, port: port) }
  private var ownIPv6: SocketAddress { .ipv6(.any, port: port) }

  private func find(_ text: String) async {
    do {
      let address = try Address(text)
      guard address.port != 0 else {
        events.append(PeerLine.withoutPort(text))
        return hasEvents.open()
      }
      let endpoint = try await resolver.peer(address, timeout: MeshMember.patience)
      guard ending == nil else { return }
      if let why = MeshMember.objection(to: chat.add(endpoint, isNamed: true, at: now)) {
        events.append(.hint("\(endpoint) \(why)"))
      } else {
        events.append(.words("\(endpoint) is tried from now on"))
      }
    } catch {
      guard !(error is CancellationError) else { return }
      events.append(.hint("\(error)"))
    }
    hasEvents.open()
    drain()
  }

  /// Those who were named at the start; who cannot be found is told of, and the others matter all the same.
  private func lookUpNamed() async {
    for address in named {
      do {
        let endpoint = try await resolver.peer(address, timeout: MeshMember.patience)
        if let why = MeshMember.objection(to: chat.add(endpoint, isNamed: true, at: now)) {
          remark("\(endpoint) \(why)")
        }
      } catch {
        guard !(error is CancellationError), ending == nil else { return }
        remark("\(error)")
      }
    }
    named = []
  }

  private static func objection(to adding: StreamChat.Adding) -> String? {
    switch adding {
    case .added: nil
    case .already: "is known already"
    case .ourselves: "is where we are ourselves"
    case .full: "is one too many: \(StreamChat.placeLimit) are known already"
    case .impossible: "is nowhere that anybody can be"
    }
  }
}
