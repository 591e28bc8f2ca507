import Glibc
import Rooms
import Sockets
import Wire

/// One connected client on its loop: a link, a door, and the rooms it is in.
final class Client {
  /// A room that the client is in, or is about to be.
  struct Seat {
    let place: Directory.Place
    /// Counts up: the seat that was asked for last has the highest.
    let ticket: UInt64
    var isTaken = false
    /// The room itself, once the seat is taken, if it lives on the client's loop.
    var home: RoomHome?
  }

  let id: ClientID
  let peer: SocketAddress
  /// Milliseconds since 1970.
  let since: Int64
  // Unchecked, as the others: a door calls nobody back who could come here again.
  @exclusivity(unchecked) var door: Door
  /// Nil only before the first bytes; see ``ServerLoop/adopt(_:peer:door:open:)``.
  @exclusivity(unchecked) private(set) var link: Link?
  /// In the order in which they were asked for.
  @exclusivity(unchecked) private(set) var seats: [Seat] = []
  var hasEntered = false
  /// Whether it was welcomed: before that it is told nothing of ours but a goodbye.
  var isWelcome = false
  /// The limit that it is dismissed for: the log tells it.
  var brokenLimit: LimitName?
  /// What it said on quitting.
  var words: [UInt8] = []
  /// Whether it counts among those who have not said who they are.
  var isWaiting = false
  /// What it says too quickly waits; nil for those whom no rate is for.
  @exclusivity(unchecked) var gate: FloodGate?

  /// How long one that is cut for a flood has to take the reason.
  private static let briefPatience = Duration.seconds(2)

  /// Bytes that one who is delayed may have said besides what was read, and not be cut.
  private static let pasteLimit = 16_384

  private unowned let server: ServerLoop
  private var lastTicket: UInt64 = 0
  @exclusivity(unchecked) private var isDraining = false
  /// What it has missed, which goes out behind the words that are there.
  @exclusivity(unchecked) private var catchUp: CatchUp?
  /// How many rooms have still to answer before a client that wants to leave may; nil before it does.
  private var fencesLeft: Int?
  @exclusivity(unchecked) private(set) var isOver = false
  @exclusivity(unchecked) private var timer: Timers<any TimerTarget>.ID?
  @exclusivity(unchecked) private var timerDeadline = Instant.distantFuture

  init(_ id: ClientID, peer: SocketAddress, door: Door, server: ServerLoop) {
    self.id = id
    self.peer = peer
    since = server.wall
    self.door = door
    self.server = server
  }

  /// Begins to talk over a connection.
  func start(_ descriptor: consuming Descriptor, flusher: Flusher) throws(SocketError) {
    link = try Link(descriptor, peer: peer, flusher: flusher, owner: self)
    settle()
    drain()
  }

  /// Tells this client alone.
  func tell(_ notice: Notice) {
    guard !isOver else { return }
    if case .refused(_, let code, _) = notice {
      server.counts.refuse("\(code)")
      if code == .textTooLong { server.counts.hit(.maxText) }
    }
    if case .catchUp(let room, let missed, _) = notice, door.kind == .native {
      catchUp = CatchUp(missed, in: room)
    }
    door.tell(notice, at: server.wall, offset: server.offset)
    if !isDraining { drain() }
  }

  /// Tells this client alone under which numbers its texts are committed.
  func accept(_ texts: ArraySlice<RoomBatch.Accepted>) {
    guard !isOver else { return }
    for text in texts { door.accept(text.id, as: text.number) }
    if !isDraining { drain() }
  }

  /// Has other limits from now on.
  func setLimits(_ limits: DoorLimits) {
    guard !isOver else { return }
    door.setLimits(limits, at: now)
    arm()
  }

  // MARK: - Seats

  /// A seat in a room that is asked to let the client in.
  func addSeat(in place: Directory.Place) -> Seat {
    lastTicket += 1
    let seat = Seat(place: place, ticket: lastTicket)
    seats.append(seat)
    return seat
  }

  /// The room has let the client in; nil when it does not want that any more.
  func takeSeat(_ ticket: UInt64, _ home: RoomHome?) -> Seat? {
    guard let index = seats.firstIndex(where: { $0.ticket == ticket }) else { return nil }
    seats[index].isTaken = true
    seats[index].home = home
    return seats[index]
  }

  /// The room with this number, 0 for the one asked for last, when it lives here and the client is in.
  func home(of room: UInt32) -> RoomHome? {
    for index in seats.indices.reversed() where room == 0 || seats[index].place.id == room {
      return seats[index].home
    }
    return nil
  }

  func removeSeats(where condition: (Seat) -> Bool) { seats.removeAll(where: condition) }

  /// Does what the door wants, until it wants nothing more.
  private func drain() {
    isDraining = true
    defer { isDraining = false }
    // Who lets too much wait is about to be cut: what it still asks for would only add to that.
    while !isOver, link?.isOverfull != true {
      switch door.comesNext() {
      case .words:
        door.takeWords { link?.send($0) }
        if let missed = catchUp.take() { link?.send(missed) }
        continue
      case .texts(let room):
        guard let gate else {
          if server.say(nextOf: self, in: room, atMost: .max) > 0 { continue }
          break
        }
        let most = gate.room()
        guard most > 0 else { return wait(at: gate) }
        let said = server.say(nextOf: self, in: room, atMost: most)
        gate.spend(max(1, said))
        if said > 0 { continue }
      case .action:
        guard let gate, gate.minds(door.nextCost()) else { break }
        guard gate.room() > 0 else { return wait(at: gate) }
        gate.spend(1)
      case .leave: guard mayLeave() else { return arm() }
      case .nothing: return arm()
      }
      switch door.next() {
      case .request(let request): server.handle(request, of: self)
      case .transmit(let bytes): link?.send(bytes)
      case .close(let reason): close(reason)
      case nil: break
      }
    }
    if !isOver { arm() }
  }

  /// Stops reading, or has waited for so long that it goes.
  private func wait(at gate: FloodGate) {
    link?.holdReading()
    guard gate.isSpent else { return }
    guard hasSaidTooMuch else { return gate.pardon() }
    brokenLimit = gate.limit
    gate.end()
    door.tell(
      .bye(.flood, text: "You say too much too quickly.", retryAfterMilliseconds: 10_000),
      at: server.wall, offset: server.offset)
    drain()
  }

  /// Whether more waits than somebody pastes, or than a native client says before it is answered.
  ///
  /// Less may wait for as long as it takes: that costs nobody anything but its sender.
  private var hasSaidTooMuch: Bool {
    door.waitingCount() > NativeClient.window || (link?.unread ?? 0) > Client.pasteLimit
  }

  /// There is room at the gate again.
  func goOn() {
    guard !isOver, let gate else { return }
    gate.retry()
    drain()
    guard !isOver, !gate.isNeeded else { return }
    gate.open()
    link?.resumeReading()
  }

  /// It begins to be delayed.
  func delayed(by limit: LimitName) { server.counts.hit(limit) }

  /// Whether the client's own close can be taken: `printf … | nc` says all and its end at once, and
  /// gets its answers all the same.
  private func mayLeave() -> Bool {
    if fencesLeft == nil {
      fencesLeft = seats.count
      server.fence(self)
    }
    return fencesLeft == 0
  }

  /// A room has answered everything.
  func passFence() {
    guard let left = fencesLeft, left > 0 else { return }
    fencesLeft = left - 1
    if left == 1, !isDraining { drain() }
  }

  private func close(_ reason: CloseReason) {
    count(reason)
    let why = brokenLimit.map { "\(reason) (\($0.rawValue))" } ?? reason.description
    end(
      reason.leaveReason(behind: door.kind), reason.name, mayReturn: reason.mayReturn, why: why)
    switch reason {
    case .closedDoor, .stranger: link?.drop()
    case .dismissed(.closing):
      link?.finish(within: server.options.patience, farewell: server.options.farewell)
    // What it goes on saying is read away meanwhile: not for long.
    case .dismissed(.flood):
      link?.finish(within: min(server.options.patience, Client.briefPatience))
    case .quit, .ended, .truncated, .silent, .unfinished, .timedOut, .misbehaved, .dismissed:
      link?.finish(within: server.options.patience)
    }
  }

  /// Counts the limit that has come into force, if one has.
  private func count(_ reason: CloseReason) {
    switch reason {
    case .misbehaved where door.wasTooLong(): server.counts.hit(.maxFrame)
    case .unfinished:
      let hasBegun = hasEntered || door.kind.map { $0 != .native } ?? false
      server.counts.hit(hasBegun ? .frameTimeout : .helloTimeout)
    case .timedOut: server.counts.hit(.idle)
    default: break
    }
  }

  /// Leaves everything; the link may still have to flush.
  private func end(_ reason: LeaveReason, _ name: String, mayReturn: Bool, why: String) {
    guard !isOver else { return }
    isOver = true
    if let timer { server.loop.cancel(timer) }
    timer = nil
    gate?.end()
    server.counts.close(name)
    server.leave(self, reason, mayReturn: mayReturn, why: why)
  }

  private func settle() {
    guard server.options.isGentle else { return }
    switch door.kind {
    case .u16: link?.pace(Pacing(.u16, peer: peer, loop: server.loop))
    case .u32: link?.pace(Pacing(.u32, peer: peer, loop: server.loop))
    case nil, .line, .dec10, .native: break
    }
  }

  private var now: Instant { Instant(nanoseconds: server.loop.now) }

  /// One timer follows the door's deadline, and is moved only when an earlier one comes.
  private func arm() {
    guard let deadline = door.deadlineNow(), deadline < timerDeadline || timer == nil else {
      return
    }
    if let timer { server.loop.cancel(timer) }
    timer = server.loop.schedule(self, at: deadline.nanoseconds)
    timerDeadline = deadline
  }
}

extension Client: Hearer {
  func isIgnoring(_ author: ClientID) -> Bool { door.isIgnoring(author) }
}

extension Client: LinkOwner {
  func received(_ bytes: Span<UInt8>) {
    let wasUndecided = door.kind == nil
    door.receive(bytes, at: now)
    if wasUndecided, door.kind != nil { settle() }
    drain()
  }

  func ended() {
    door.finish(at: now)
    drain()
  }

  func lost(_ code: CInt) {
    if code == ETIMEDOUT { server.counts.hit(.timeout) }
    end(
      .lost, "lost", mayReturn: true,
      why: code == 0 ? "closed" : SocketError(operation: "connection", code: code).description)
    server.gone(self)
  }

  func overflowed(_ limit: LimitName) {
    server.counts.hit(limit)
    brokenLimit = limit
    tell(.bye(.slow, text: "You read too slowly.", retryAfterMilliseconds: 1000))
    // One that has said goodbye itself, and waits for the answers of its rooms, is told nothing more.
    if !isOver { close(.dismissed(.slow)) }
  }
}

extension Client: TimerTarget {
  func expired() {
    timer = nil
    timerDeadline = .distantFuture
    // While it is not read it cannot be in time: its gate sees to it.
    guard !isOver, gate?.isClosed != true else { return }
    // A busy loop may be late: what the client said in time counts.
    link?.look()
    guard !isOver else { return }
    door.expire(at: now)
    drain()
  }
}
