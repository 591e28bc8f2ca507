import Rooms
import Sockets
import Wire

/// One loop of the server: its clients, the rooms that live here, and the fans of all rooms.
///
/// Everything is for the loop's thread, but ``post(_:)``. In a turn, clients' requests become orders to rooms. At
/// its end the rooms commit, the fans encode what happened, and the flusher writes.
final class ServerLoop: @unchecked Sendable {
  // @unchecked: confined to its loop's thread; what comes from elsewhere comes through `post`.

  /// What loops send each other, in batches, once a turn.
  enum Parcel: Sendable {
    case order(RoomOrder)
    case batch(RoomBatch)
    case fenced(ClientID)
    /// Not told when the one whom it is for ignores its author.
    case whisper(ClientID, by: ClientID, Notice)
    /// For one that has not said who it is while too many wait.
    case sendAway(ClientID, LimitName)
  }

  let loop: EventLoop
  let index: Int
  let options: ServerOptions
  var limits: Limits
  var doorLimits: DoorLimits
  let directory: Directory
  let flusher: Flusher
  private let report: @Sendable (ServerEvent) -> Void
  /// All loops of the server, this one included.
  var all: [ServerLoop] = []

  // Unchecked: all is the loop's own, and no access lasts while somebody else's code runs.
  @exclusivity(unchecked) private(set) var clients: [ClientID: Client] = [:]
  @exclusivity(unchecked) private(set) var homes: [UInt32: RoomHome] = [:]
  @exclusivity(unchecked) private var fans: [UInt32: RoomFan] = [:]
  @exclusivity(unchecked) private var dirty: [RoomHome] = []
  @exclusivity(unchecked) private var committing: [RoomHome] = []
  @exclusivity(unchecked) private var outgoing: [[Parcel]]
  @exclusivity(unchecked) private var buffer = FanBuffer()
  @exclusivity(unchecked) var counts = ServerCounts()
  @exclusivity(unchecked) private var wallTurn: Nanoseconds = 0
  @exclusivity(unchecked) private var wallNow: Int64 = 0
  @exclusivity(unchecked) private var offsetMinute: Int64 = -1
  @exclusivity(unchecked) private var offsetNow = 0
  @exclusivity(unchecked) private var journalLimit = Journal.byteLimits.upperBound
  private static let journalBytes = 256 << 20
  private let spareMemory: SpareMemory
  /// How far it is on its way to its end.
  var phase = ServerPhase.serving
  /// Called whenever the last client is gone.
  var whenEmpty: (() -> Void)?

  init(
    loop: EventLoop, index: Int, options: ServerOptions, directory: Directory,
    report: @escaping @Sendable (ServerEvent) -> Void
  ) {
    self.loop = loop
    self.index = index
    self.options = options
    self.directory = directory
    self.report = report
    limits = options.limits
    doorLimits = limits.doors
    flusher = Flusher(loop: loop, limit: limits.maximumQueue, total: directory.queueTotal)
    spareMemory = SpareMemory(loop, flusher.pool)
    outgoing = Array(repeating: [], count: options.loops)
    flusher.prepare = { [unowned self] in finishTurn() }
    flusher.shed = { [unowned self] in shed($0) }
  }

  func report(_ event: ServerEvent) { report.self(event) }

  /// Milliseconds since 1970, as of this turn.
  var wall: Int64 {
    if wallTurn != loop.now {
      wallTurn = loop.now
      wallNow = WallClock.milliseconds()
    }
    return wallNow
  }

  /// Seconds east of UTC, as of this minute.
  var offset: Int {
    let minute = wall / 60_000
    if minute != offsetMinute {
      offsetMinute = minute
      offsetNow = WallClock.offset(at: wall)
    }
    return offsetNow
  }

  // MARK: - Clients

  /// Takes a new connection in; `kind` is the door that its listener fixes, if it does.
  ///
  /// Of a guest of ours nothing is expected: it is the operator, or a program that serves.
  func adopt(
    _ descriptor: consuming Descriptor, peer: SocketAddress, kind: DoorKind?, isOurs: Bool = false
  ) {
    guard phase < .refusing else { return directory.release(peer) }
    let id = directory.register(on: index)
    // Only a client that may be greeted needs a name before it has said one.
    let given = kind == nil ? directory.claim(nil, for: id).nick : nil
    let door = Door(
      kind: kind, open: .all, at: Instant(nanoseconds: loop.now), givenNick: given,
      limits: doorLimits)
    let client = Client(id, peer: peer, door: door, server: self)
    clients[id] = client
    counts.connections += 1
    report(.connected(id, peer))
    spareMemory.watch()
    if !isOurs {
      setGate(of: client)
      // The others are in as soon as they are here.
      if kind == nil || kind == .native { wait(client) }
    }
    do throws(SocketError) {
      try client.start(descriptor, flusher: flusher)
    } catch {
      leave(client, .lost, mayReturn: false, why: error.description)
      gone(client)
    }
  }

  /// The client leaves all its rooms; its nick is free, or waits for it.
  func leave(_ client: Client, _ reason: LeaveReason, mayReturn: Bool, why: String) {
    decided(client)
    for seat in client.seats {
      detach(client, seat)
      // At the end everybody leaves everything, and nobody is left to be told.
      if phase < .dismissing {
        send(
          RoomOrder(
            room: seat.place, client: client.id, loop: index,
            kind: .leave(reason, words: client.words, reply: nil)))
      }
      if let nick = directory.nick(of: client.id) {
        report(.left(client.id, nick: nick, room: seat.place.name, reason))
      }
    }
    client.removeSeats { _ in true }
    directory.forget(client.id, mayReturn: mayReturn)
    report(.closed(client.id, client.peer, why: why))
  }

  /// The client's connection is closed.
  func gone(_ client: Client) {
    guard clients.removeValue(forKey: client.id) != nil else { return }
    directory.release(client.peer)
    spareMemory.watch()
    if clients.isEmpty { whenEmpty?() }
  }

  func detach(_ client: Client, _ seat: Client.Seat) {
    guard seat.isTaken, let kind = client.door.kind, let fan = fans[seat.place.id] else { return }
    fan.remove(client, kind)
    if fan.isEmpty { fans[seat.place.id] = nil }
  }

  // MARK: - Between rooms and clients

  /// Asks all rooms of a client for a word when they have answered it.
  func fence(_ client: Client) {
    for seat in client.seats {
      send(RoomOrder(room: seat.place, client: client.id, loop: index, kind: .fence))
    }
  }

  /// Gives an order to a room, here at once, elsewhere at the end of the turn.
  func send(_ order: RoomOrder) {
    guard order.room.home == index else { return put(.order(order), for: order.room.home) }
    perform(order)
  }

  /// Leaves something for another loop, or does it at once when it is for this one.
  func put(_ parcel: Parcel, for other: Int) {
    guard other != index else { return open(parcel) }
    outgoing[other].append(parcel)
    flusher.schedule()
  }

  /// Takes what another loop sent; from any thread.
  func post(_ parcels: [Parcel]) {
    loop.execute { for parcel in parcels { self.open(parcel) } }
  }

  private func open(_ parcel: Parcel) {
    switch parcel {
    case .order(let order): perform(order)
    case .batch(let batch): deliver(batch)
    case .sendAway(let client, let limit): sendAway(client, limit)
    case .fenced(let client): clients[client]?.passFence()
    case .whisper(let client, let author, let notice):
      guard let client = clients[client], !client.door.isIgnoring(author) else { return }
      client.tell(notice)
    }
  }

  private func perform(_ order: RoomOrder) {
    guard let home = home(for: order) else {
      if case .fence = order.kind { put(.fenced(order.client), for: order.loop) }
      return
    }
    if home.mustCommit(before: order) { commit(home) }
    if home.perform(order, at: wall), directory.leave(order.room.id) {
      homes[order.room.id] = nil
      shareJournals()
    }
    willCommit(home)
  }

  /// Says the texts that a client's door has next, when their room lives here.
  ///
  /// - Returns: How many; when it is none they are requests like all others.
  func say(nextOf client: Client, in room: UInt32, atMost most: Int) -> Int {
    guard phase < .refusing, let home = client.home(of: room) else { return 0 }
    let wall = wall
    var said = 0
    client.door.takeTexts(atMost: most) { texts, bytes in
      said = texts.count
      home.say(texts, in: bytes, by: client.id, at: wall)
    }
    counts.messages &+= UInt64(said)
    willCommit(home)
    return said
  }

  private func willCommit(_ home: RoomHome) {
    if !home.isDirty {
      home.isDirty = true
      dirty.append(home)
    }
    flusher.schedule()
  }

  private func home(for order: RoomOrder) -> RoomHome? {
    if let known = homes[order.room.id] { return known }
    // A ghost may still ask something of a room that is gone: that must not make it again.
    guard case .join = order.kind else { return nil }
    let home = RoomHome(order.room, loops: options.loops, limits)
    homes[order.room.id] = home
    home.setJournalLimit(journalLimit)
    shareJournals()
    return home
  }

  /// What all rooms remember together is bounded, as far as each may remember the least.
  private func shareJournals() {
    let part = ServerLoop.journalBytes / options.loops / max(1, homes.count)
    let limit = min(max(part, Journal.byteLimits.lowerBound), Journal.byteLimits.upperBound)
    guard limit != journalLimit else { return }
    journalLimit = limit
    for home in homes.values { home.setJournalLimit(limit) }
  }

  private func commit(_ home: RoomHome) {
    home.commit { loop, batch in
      if loop == index { deliver(batch) } else { outgoing[loop].append(.batch(batch)) }
    }
  }

  /// The end of the turn: commits, fans out, and sends other loops what is theirs.
  private func finishTurn() {
    // A client that enters a room may leave another one: then that room commits in this turn too.
    while !dirty.isEmpty {
      swap(&dirty, &committing)
      for home in committing {
        home.isDirty = false
        commit(home)
      }
      committing.removeAll(keepingCapacity: true)
    }
    for other in outgoing.indices where !outgoing[other].isEmpty {
      let parcels = outgoing[other]
      outgoing[other] = []
      all[other].post(parcels)
    }
  }

  /// Brings a room's turn to its members on this loop.
  private func deliver(_ batch: RoomBatch) {
    let room = batch.room
    for refused in batch.refused {
      if let client = clients[refused.client] { refuse(client, refused) }
    }
    for attachment in batch.attached {
      if let client = clients[attachment.client] { attach(client, room, attachment) }
    }
    fans[room.id]?.deliver(batch.events, offset: offset, using: &buffer, through: flusher)
    var done = 0
    for (index, (client, notice)) in batch.notices.enumerated() {
      accept(batch.accepted, from: &done, before: index)
      clients[client]?.tell(notice)
    }
    accept(batch.accepted, from: &done, before: .max)
    for client in batch.fenced { clients[client]?.passFence() }
  }

  /// Tells those whose texts were accepted before the notice with this number.
  private func accept(_ texts: [RoomBatch.Accepted], from done: inout Int, before notice: Int) {
    while done < texts.count, texts[done].after <= notice {
      let start = done
      while done < texts.count, texts[done].client == texts[start].client,
        texts[done].after == texts[start].after
      {
        done += 1
      }
      clients[texts[start].client]?.accept(texts[start..<done])
    }
  }

  private func attach(
    _ client: Client, _ room: Directory.Place, _ attachment: RoomBatch.Attachment
  ) {
    guard let kind = client.door.kind else { return }
    guard let seat = client.takeSeat(attachment.ticket, homes[room.id]) else {
      // It has left before it was let in: what it asked for is answered all the same.
      if let answer = attachment.notices.first { client.tell(answer) }
      if attachment.isEntry { client.isWelcome = true }
      return
    }
    let fan = fans[room.id] ?? RoomFan(room)
    fans[room.id] = fan
    fan.add(client, kind)
    if attachment.isEntry { client.isWelcome = true }
    for notice in attachment.notices { client.tell(notice) }
    guard client.seats.contains(where: { $0.ticket == seat.ticket }) else { return }
    let nick = directory.nick(of: client.id) ?? ""
    if attachment.isEntry {
      report(.entered(client.id, nick: nick, room: room.name, door: kind))
    } else {
      report(.joined(client.id, nick: nick, room: room.name))
    }
    // Behind a plain door one is in one room at a time: to join is to move.
    guard kind != .native else { return }
    for old in client.seats where old.ticket < seat.ticket { vacate(client, old, reply: nil) }
    client.removeSeats { $0.ticket < seat.ticket }
  }

  private func refuse(_ client: Client, _ refused: RoomBatch.Refused) {
    client.removeSeats { $0.ticket == refused.ticket }
    let refusal = refused.refusal
    if case .full = refusal { counts.hit(.maxMembers) }
    switch refused.purpose {
    case .move(let id):
      client.tell(.refused(id: id, code: refusal.code, text: refusal.description))
    case .enter:
      client.tell(.bye(.full, text: refusal.description, retryAfterMilliseconds: 5000))
    }
  }

  /// The client leaves one room and stays on the server.
  func vacate(_ client: Client, _ seat: Client.Seat, reply: UInt64?) {
    detach(client, seat)
    send(
      RoomOrder(
        room: seat.place, client: client.id, loop: index,
        kind: .leave(.moved, words: [], reply: reply)))
    report(
      .left(
        client.id, nick: directory.nick(of: client.id) ?? "", room: seat.place.name, .moved))
  }
}
