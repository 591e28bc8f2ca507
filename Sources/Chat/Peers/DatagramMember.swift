internal import Glibc
package import Sockets
import Wire

/// Takes part in a group chat by datagrams: drives a ``DatagramChat`` with a socket and a clock.
///
/// Lives on the socket's loop: every method is called there. Receiving goes before showing: what comes
/// faster than it can be shown is counted, and only some of it is shown, because a sender of datagrams
/// cannot be held up and the kernel would throw away anything, our friends' words included.
package final class DatagramMember: Participant, TimerTarget, @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  /// So many are shown before it is looked whether more has come.
  private static let helping = 64
  /// So often it is looked, while there is room and more comes than one look brings.
  private static let looks = 32
  /// What is longer is cut; the lessons' programs read 1,024 bytes.
  package static let sizeLimit = 8_192
  /// So many addresses may wait to be looked up.
  private static let findLimit = 256
  /// One look-up of a name; and the last datagrams, when the system has no room for them.
  private static let patience = Duration.seconds(5)
  /// A socket that fails so often in a row is given up.
  private static let failureLimit = 1_000

  private let datagrams: Datagrams
  private let resolver: Resolver
  private let named: [Address]
  private var chat: DatagramChat

  private var outgoing: [(bytes: [UInt8], endpoints: [SocketAddress])] = []
  private var searches: [String] = []
  private var events = EventShelf()
  /// Whether the last look at the socket did not bring all that was there.
  private var isFlooded = false
  private var isStarted = false
  /// Everything is said; what waits is still sent.
  private var isLeaving = false
  private var ending: MemberEnding?
  private var timer: (id: Timers<any TimerTarget>.ID, deadline: Nanoseconds)?

  private let mayType = Gate()
  private let hasOutgoing = Gate()
  private let hasEvents = Gate()
  private let hasWork = Gate()

  /// Takes over a socket.
  ///
  /// - Parameters:
  ///   - datagrams: Bound, and nobody else receives from it.
  ///   - name: What we are called; nil to ask for it.
  ///   - named: Who else is there, or may come.
  ///   - filter: Whom we listen to.
  ///   - resolver: Who looks up names.
  package init(
    _ datagrams: Datagrams, name: String?, named: [Address],
    filter: AddressFilter = AddressFilter(), resolver: Resolver = Resolver()
  ) {
    self.datagrams = datagrams
    self.named = named
    self.resolver = resolver
    chat = DatagramChat(
      name: name, own: datagrams.localAddress.reachable, filter: filter)
  }

  package var unsaidCount: Int { 0 }

  package var company: String {
    let port = datagrams.localAddress.port.map { "port \($0), " } ?? ""
    return port + StreamChat.words(forOthers: chat.others)
  }

  /// Takes part until it ends; cancelling the task ends it at once.
  package func run(
    _ show: @escaping @Sendable ([MemberEvent]) async -> Void
  ) async -> MemberEnding {
    precondition(loop.isCurrent, "a member lives on its loop")
    defer { datagrams.close() }
    return await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        await prepare()
        remark("listening on \(datagrams.localAddress)")
        remark("everybody can read and forge what is said here")
        group.addTask { await self.present(show) }
        group.addTask { await self.read() }
        group.addTask { await self.write() }
        group.addTask { await self.begin() }
        while ending == nil {
          let batch = searches
          searches = []
          for text in batch { group.addTask { await self.find(text) } }
          if ending == nil, searches.isEmpty { await hasWork.wait() }
        }
        group.cancelAll()
      }
      return ending ?? .left
    } onCancel: {
      loop.execute { self.end(.left) }
    }
  }

  /// Speaks from now on to somebody who was found, not asked for.
  ///
  /// - Returns: Whether they are new.
  @discardableResult
  package func add(_ endpoint: SocketAddress) -> Bool {
    guard ending == nil else { return false }
    let isNew = chat.add(endpoint, isFound: true, at: now) == .added
    drain()
    return isNew
  }

  // MARK: - What the user wants

  package func type(_ line: [UInt8]) async -> Bool {
    precondition(loop.isCurrent, "a member lives on its loop")
    while ending == nil, !isReady { await mayType.wait() }
    guard ending == nil else { return false }
    chat.type(line, at: now)
    drain()
    return true
  }

  /// Whether the next line may be typed: the first names are looked up, the last line has gone, and what came
  /// of the ones before has been shown.
  private var isReady: Bool {
    isStarted && outgoing.isEmpty && events.takesAnswers
  }

  package func endInput() { leave() }

  package func leave() {
    chat.leave(at: now)
    drain()
  }

  package func abandon() { end(.left) }

  // MARK: - The machine

  private var loop: EventLoop { datagrams.loop }
  private var now: Moment { .now(Instant(nanoseconds: loop.now)) }

  /// Does what the machine wants, after every input.
  private func drain() {
    while let action = chat.next() {
      switch action {
      case .send(let bytes, let endpoints): outgoing.append((bytes, endpoints))
      case .find(let text): search(text)
      case .show(let event): events.add(event)
      case .ended: isLeaving = true
      }
    }
    if !outgoing.isEmpty || isLeaving { hasOutgoing.open() }
    if !events.isEmpty { hasEvents.open() }
    if isReady { mayType.open() }
    arm()
  }

  private func tell(_ event: MemberEvent) {
    events.add(event)
    hasEvents.open()
  }

  private func search(_ text: String) {
    guard searches.count < DatagramMember.findLimit else {
      return tell(.hint("too many addresses are being looked up already"))
    }
    searches.append(text)
    hasWork.open()
  }

  private func end(_ ending: MemberEnding) {
    guard self.ending == nil else { return }
    self.ending = ending
    for gate in [mayType, hasOutgoing, hasEvents, hasWork] { gate.open() }
    if let timer { loop.cancel(timer.id) }
    timer = nil
  }

  /// The timer moves only to an earlier moment; one that comes too early does no harm.
  private func arm() {
    guard ending == nil, let deadline = chat.deadline?.nanoseconds,
      deadline < timer?.deadline ?? .max
    else { return }
    if let timer { loop.cancel(timer.id) }
    timer = (loop.schedule(self, at: deadline), deadline)
  }

  package func expired() {
    timer = nil
    guard ending == nil else { return }
    chat.expire(at: now)
    drain()
  }

  private func remark(_ words: String) { tell(.remark(words)) }

  // MARK: - Tasks

  /// As much room for what has not been read as the system gives.
  private func prepare() async {
    try? await datagrams.set(.receiveBuffer, to: 4 << 20)
    try? await datagrams.set(.keepsReturns, to: true)
  }

  private func begin() async {
    for address in named {
      do {
        let endpoint = try await resolver.peer(address, timeout: DatagramMember.patience)
        guard ending == nil, !isLeaving else { return }
        if let why = chat.add(endpoint, at: now).objection { remark("\(endpoint) \(why)") }
      } catch is CancellationError {
        return
      } catch {
        // The others matter all the same.
        remark("\(error)")
      }
    }
    guard ending == nil, !isLeaving else { return }
    chat.start(at: now)
    isStarted = true
    drain()
  }

  private func read() async {
    var batch = DatagramBatch(capacity: 128, maximumSize: DatagramMember.sizeLimit)
    var failures = 0
    while ending == nil {
      do {
        let count = try await datagrams.receive(into: &batch, timeout: .none)
        failures = 0
        isFlooded = count == batch.capacity
        take(batch, count)
      } catch let error as SocketError {
        // Mostly what came back of a datagram of ours.
        failures += 1
        takeReturns()
        guard ending == nil, failures >= DatagramMember.failureLimit || error.reason == .closed
        else { continue }
        return end(.failed(error))
      } catch {
        return  // Cancelled: it is over.
      }
    }
  }

  private func take(_ batch: borrowing DatagramBatch, _ count: Int) {
    let now = now
    for index in 0..<count {
      let source = batch.address(at: index)
      let isCut = batch.isTruncated(at: index)
      batch.withBytes(at: index) { chat.receive($0, from: source, isCut: isCut, at: now) }
    }
    drain()
  }

  private func write() async {
    var batch = DatagramBatch(capacity: 64, maximumSize: DatagramChat.datagramLimit)
    while ending == nil {
      let work = outgoing
      outgoing = []
      guard !work.isEmpty else {
        guard !isLeaving else { return end(.left) }
        if isReady { mayType.open() }
        await hasOutgoing.wait()
        continue
      }
      for (bytes, endpoints) in work {
        for endpoint in endpoints {
          if batch.isFull { await flush(&batch) }
          _ = batch.append(bytes, to: endpoint)
        }
      }
      await flush(&batch)
    }
  }

  /// What cannot be sent to one is sent to the others all the same.
  private func flush(_ batch: inout DatagramBatch) async {
    var rounds = 0
    while !batch.isEmpty {
      do {
        try await datagrams.send(&batch, timeout: .after(DatagramMember.patience))
      } catch {
        // No room for so long, closed or cancelled: the rest is lost, as datagrams are.
        if let error = error as? SocketError, ending == nil { remark("\(error)") }
      }
      var again: [Datagrams.Datagram] = []
      for refusal in batch.refusals {
        let endpoint = batch.address(at: refusal.index)
        if rounds < DatagramMember.rounds(for: refusal.error) {
          again.append(batch[refusal.index])
        } else {
          chat.failed(to: endpoint, why: "\(refusal.error.about("\(endpoint)"))")
        }
      }
      batch.removeAll()
      for datagram in again { _ = batch.append(datagram.bytes, to: datagram.sender) }
      takeReturns()
      rounds += 1
    }
  }

  /// How often to try again: a datagram may be refused for what became of another one, and goes then.
  ///
  /// What only another one can be refused for is tried until it goes, with one round less for each half of
  /// those where nobody is.
  private static func rounds(for error: SocketError) -> Int {
    error.code == ECONNREFUSED ? 8 : 2
  }

  private func takeReturns() {
    for endpoint in datagrams.takeReturns() { chat.returned(from: endpoint) }
    drain()
  }

  private func present(_ show: @Sendable ([MemberEvent]) async -> Void) async {
    while true {
      let batch = events.takeEvents()
      guard !batch.isEmpty else {
        if case let unshown = events.takeUnshown(), unshown > 0 {
          chat.unshown(unshown)
          drain()
          continue
        }
        guard ending == nil else { return }
        await hasEvents.wait()
        continue
      }
      var start = 0
      while start < batch.count {
        let end = min(start + DatagramMember.helping, batch.count)
        let helping = Array(batch[start..<end])
        await show(helping)
        events.wereShown(helping)
        if isReady { mayType.open() }
        start = end
        await giveWay()
      }
    }
  }

  /// Lets the socket be looked at: what is not taken from it in time is lost.
  private func giveWay() async {
    var looks = 0
    repeat {
      try? await loop.sleep(for: .zero)
      looks += 1
    } while ending == nil && isFlooded && looks < DatagramMember.looks
      && !events.isHalfFull
  }

  // MARK: - Addresses

  private func find(_ text: String) async {
    do {
      let address = try Address(text)
      guard address.port != 0 else { return tell(PeerLine.withoutPort(text)) }
      let endpoint = try await resolver.peer(address, timeout: DatagramMember.patience)
      guard ending == nil, !isLeaving else { return }
      let why = chat.add(endpoint, at: now).objection
      let done = "\(endpoint) gets from now on what you say"
      tell(why.map { .hint("\(endpoint) \($0)") } ?? .words(done))
    } catch is CancellationError {
      return
    } catch {
      tell(.hint("\(error)"))
    }
    drain()
  }
}
