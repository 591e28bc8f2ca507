import Rooms

/// A room on its home loop: applies orders, and at the end of the turn gives each loop its batch.
final class RoomHome {
  let place: Directory.Place
  // Unchecked, as the loop's own state: what a room is asked calls nobody who could ask it again.
  @exclusivity(unchecked) private(set) var room: Room
  /// How many members each loop has.
  private var members: [Int]
  /// What this turn has for each loop besides the events.
  @exclusivity(unchecked) private var batches: [RoomBatch]
  /// An empty batch with the memory of one that was given.
  private var spare: RoomBatch
  @exclusivity(unchecked) private var isConcerned: [Bool]
  /// Who has left in this turn.
  private var leavers: Set<ClientID> = []
  /// How many long answers each client has got in this turn.
  private var answers: [ClientID: Int] = [:]
  private static let answerLimit = 3
  /// Whether it stands in its loop's list of rooms to commit.
  var isDirty = false

  init(_ place: Directory.Place, loops: Int, _ limits: Limits) {
    self.place = place
    var random = SystemRandomNumberGenerator()
    room = Room(id: place.id, name: place.name, historyID: random.bytes(16))
    members = Array(repeating: 0, count: loops)
    isConcerned = Array(repeating: false, count: loops)
    batches = Array(repeating: RoomBatch(room: place), count: loops)
    spare = RoomBatch(room: place)
    setLimits(limits)
  }

  /// Lets the room remember no more than so many bytes.
  func setJournalLimit(_ bytes: Int) { room.journalLimit = bytes }

  func setLimits(_ limits: Limits) {
    room.memberLimit = limits.maximumMembers
    room.textLimit = limits.maximumText
  }

  /// Does what an order asks; true when somebody is to be counted out of the room.
  func perform(_ order: RoomOrder, at wall: Int64) -> Bool {
    switch order.kind {
    case .join(let nick, let purpose, let ticket):
      return join(order, nick, purpose, ticket, at: wall)
    case .leave(let reason, let words, let reply):
      let hasLeft = attempt(order, 0) { () throws(RoomRefusal) in
        try room.apply(.leave(order.client, reason: reason, words: words), at: wall)
      }
      if hasLeft {
        members[order.loop] -= 1
        leavers.insert(order.client)
        if let reply { tell(order, .reply(id: reply, .left(room: place.name))) }
      }
      return hasLeft
    case .say(let id, let form, let body):
      attempt(order, id) { () throws(RoomRefusal) in
        let number = try room.apply(.say(order.client, form: form, body: body), at: wall)
        if id != 0 { accept(order.client, order.loop, id, number) }
      }
    case .rename(let nick):
      attempt(order, 0) { () throws(RoomRefusal) in
        try room.apply(.rename(order.client, to: nick), at: wall)
      }
    case .who(let id):
      guard mayAsk(order, id) else { break }
      tell(order, .reply(id: id, .who(room: place.name, members: room.members.map(\.nick))))
    case .history(let id, let last):
      guard mayAsk(order, id) else { break }
      let events = room.history(last: last)
      tell(order, .reply(id: id, .history(room: place.id, events, missed: 0)))
    case .fence:
      batches[order.loop].fenced.append(order.client)
      isConcerned[order.loop] = true
    }
    return false
  }

  /// Says texts of a client of this loop, places in `bytes`, each as an order of its own would.
  func say(_ texts: Span<Said>, in bytes: Span<UInt8>, by client: ClientID, at wall: Int64) {
    room.say(texts, in: bytes, by: client, at: wall) { id, answer in
      switch answer {
      case .success(let number): accept(client, place.home, id, number)
      case .failure(let refusal):
        tell(
          client, place.home, .refused(id: id, code: refusal.code, text: refusal.description))
      }
    }
  }

  /// Whether the order is by somebody who must see the turn end before: who has left in it, or is back
  /// and asks for all that it said over the other connection.
  func mustCommit(before order: RoomOrder) -> Bool {
    guard case .join(_, let purpose, _) = order.kind else { return false }
    if case .enter(_, _, _?, _, _) = purpose, room.hasPending { return true }
    return leavers.contains(order.client)
  }

  /// Ends the turn: gives what has happened to each loop that it concerns, to the room's own last.
  ///
  /// Only when that one is given its batch may it ask the room for something again.
  func commit(_ give: (_ loop: Int, _ batch: RoomBatch) -> Void) {
    let events = room.commit()
    if !leavers.isEmpty { leavers = [] }
    if !answers.isEmpty { answers = [:] }
    for loop in members.indices where loop != place.home { commit(events, to: loop, give) }
    commit(events, to: place.home, give)
    room.reuse(events)
  }

  private func commit(_ events: Events, to loop: Int, _ give: (Int, RoomBatch) -> Void) {
    guard isConcerned[loop] || (members[loop] > 0 && !events.isEmpty) else { return }
    isConcerned[loop] = false
    var batch = RoomBatch(room: place)
    swap(&batch, &spare)
    swap(&batch, &batches[loop])
    batch.events = events
    give(loop, batch)
    batch.removeAll()
    spare = batch
  }

  /// Like ``perform(_:at:)``: a refused joiner is counted out, and so is a ghost that lost its seat.
  private func join(
    _ order: RoomOrder, _ nick: String, _ purpose: JoinPurpose, _ ticket: UInt64, at wall: Int64
  ) -> Bool {
    if case .enter(_, _, _, _, let ghost?) = purpose { cut(ghost) }
    // What is committed now; everything of this turn's commit comes on top of it.
    let history = notice(of: purpose)
    var tookOver = false
    do {
      if case .enter(_, _, _, _, let ghost?) = purpose, room.member(ghost.client) != nil {
        try room.apply(.takeOver(ghost: ghost.client, by: order.client), at: wall)
        members[ghost.loop] -= 1
        tookOver = true
      } else {
        try room.apply(.join(order.client, nick: nick, trust: .unverified), at: wall)
      }
    } catch {
      batches[order.loop].refused.append(
        .init(client: order.client, ticket: ticket, purpose: purpose, refusal: error))
      isConcerned[order.loop] = true
      return true
    }
    members[order.loop] += 1
    let seat = RoomSeat(
      id: place.id, name: place.name, members: room.members.map(\.nick),
      historyID: room.historyID, head: room.head)
    let first: Notice
    var isEntry = false
    switch purpose {
    case .enter(let refusal, let token, _, let isBack, _):
      isEntry = true
      first = .welcome(
        Welcome(nick: nick, refusal: refusal, seat: seat, token: token, resumed: isBack))
    case .move(let id): first = .reply(id: id, .joined(seat))
    }
    batches[order.loop].attached.append(
      .init(
        client: order.client, ticket: ticket, notices: [first] + history, isEntry: isEntry))
    isConcerned[order.loop] = true
    return tookOver
  }

  private func notice(of purpose: JoinPurpose) -> [Notice] {
    if case .enter(_, _, let resume?, _, _) = purpose, resume.historyID == room.historyID,
      resume.lastNumber <= room.head
    {
      let (pages, missed) = room.history(after: resume.lastNumber)
      guard pages.count > 0 || missed > 0 else { return [] }
      return [.catchUp(room: place.id, pages, missed: missed)]
    }
    let events = room.history(last: Room.lateJoinerEvents)
    return events.isEmpty ? [] : [.history(room: place.id, events, missed: 0)]
  }

  /// Ends the connection whose client is back; from here, so that it cannot come before the take-over.
  private func cut(_ ghost: Ghost) {
    let text = "You are back over another connection."
    batches[ghost.loop].notices.append(
      (ghost.client, .bye(.replaced, text: text, retryAfterMilliseconds: 0)))
    isConcerned[ghost.loop] = true
  }

  /// Whether a client gets one more long answer: a few bytes ask for a quarter of a mebibyte.
  private func mayAsk(_ order: RoomOrder, _ id: UInt64) -> Bool {
    answers[order.client, default: 0] += 1
    guard answers[order.client, default: 0] > RoomHome.answerLimit else { return true }
    tell(order, .refused(id: id, code: .flood, text: "You ask for too much at once."))
    return false
  }

  private func tell(_ order: RoomOrder, _ notice: Notice) {
    tell(order.client, order.loop, notice)
  }

  private func accept(_ client: ClientID, _ loop: Int, _ id: UInt64, _ number: UInt64) {
    batches[loop].accepted.append(
      .init(client: client, id: id, number: number, after: batches[loop].notices.count))
    isConcerned[loop] = true
  }

  private func tell(_ client: ClientID, _ loop: Int, _ notice: Notice) {
    batches[loop].notices.append((client, notice))
    isConcerned[loop] = true
  }

  @discardableResult
  private func attempt(
    _ order: RoomOrder, _ id: UInt64, _ body: () throws(RoomRefusal) -> Void
  ) -> Bool {
    do throws(RoomRefusal) {
      try body()
      return true
    } catch {
      tell(order, .refused(id: id, code: error.code, text: error.description))
      return false
    }
  }
}

extension SystemRandomNumberGenerator {
  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }
}
