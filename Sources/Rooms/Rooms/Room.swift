/// One room: who is in it, what happens and what was said.
///
/// It is pure, and lives alone on its home loop. ``apply(_:at:)`` does a command or refuses it; the next command already sees what it did. What
/// happened leaves only through ``commit()``, at the end of the loop's turn, so that nobody sees or
/// is told what the journal does not hold. Whoever joins is shown ``history(last:)`` as it is in
/// that moment, and then everything of the next commit on: no gap and no overlap.
package struct Room: Sendable {
  package static let memberLimit = 10_000
  /// How many events a late joiner is shown.
  package static let lateJoinerEvents = 20

  package let id: UInt32
  package let name: String
  /// When the journal cannot take messages they are refused; coming and going is still possible.
  package var isReadOnly = false

  private let memberLimit: Int
  private var seats = Seats()
  private var journal: Journal
  private var pending: [ChatEvent] = []
  /// The number of the last event said, committed or not.
  private var lastNumber: UInt64

  /// Makes an empty room; `historyID` is 16 random bytes.
  package init(
    id: UInt32, name: String, historyID: [UInt8], memberLimit: Int = Room.memberLimit
  ) {
    self.id = id
    self.name = name
    self.memberLimit = memberLimit
    journal = Journal(historyID: historyID)
    lastNumber = journal.head
  }

  /// Does what a command asks.
  ///
  /// - Returns: The number under which something said will be committed, 0 for everything else. It
  ///   is told to nobody before ``commit()``.
  @discardableResult
  package mutating func apply(
    _ command: RoomCommand, at wall: Int64
  ) throws(RoomRefusal) -> UInt64 {
    switch command {
    case .join(let client, let nick, let trust):
      guard seats[client] == nil else { throw .alreadyMember }
      guard seats.count < memberLimit else { throw .full(limit: memberLimit) }
      let member = Member(client: client, nick: nick, trust: trust)
      seats.append(member)
      happen(.join, to: member, at: wall)
    case .leave(let client, let reason, let words):
      guard let member = seats.remove(client) else { throw .notMember }
      // A goodbye is never refused for what is said with it.
      let isGood = (try? Body.check(words)) != nil
      happen(.leave(reason: reason), to: member, at: wall, body: isGood ? words : [])
    case .rename(let client, let nick):
      guard let member = seats[client] else { throw .notMember }
      // As bytes: a nick may change in its case or composition alone.
      guard !member.nick.utf8.elementsEqual(nick.utf8) else { return 0 }
      seats.update(client) { $0.nick = nick }
      happen(.rename(to: nick), to: member, at: wall)
    case .say(let client, let form, let body):
      guard let member = seats[client] else { throw .notMember }
      guard !isReadOnly else { throw .readOnly }
      try Body.check(body, isText: form != .signed)
      lastNumber += 1
      happen(form.kind, to: member, at: wall, number: lastNumber, body: body)
      return lastNumber
    case .takeOver(let ghost, let client):
      guard seats[client] == nil else { throw .alreadyMember }
      guard seats[ghost] != nil else { throw .notMember }
      seats.update(ghost) { $0.client = client }
    }
    return 0
  }

  /// Ends the turn: journals what was said and gives out all that happened, in order.
  package mutating func commit() -> [ChatEvent] {
    guard !pending.isEmpty else { return [] }
    for event in pending where event.kind.isSaid { journal.append(event) }
    let events = pending
    pending = []
    pending.reserveCapacity(min(events.count, 64))
    return events
  }

  /// Whether ``commit()`` has something to give.
  package var hasPending: Bool { !pending.isEmpty }

  package var historyID: [UInt8] { journal.historyID }

  /// The number of the last committed event.
  package var head: UInt64 { journal.head }

  package func history(last limit: Int) -> [ChatEvent] { journal.last(limit) }

  /// Committed events after `number`, and how many of them are not kept any more.
  package func history(after number: UInt64) -> (events: [ChatEvent], missed: UInt64) {
    journal.events(after: number)
  }

  /// Everybody here, in the order of joining.
  package var members: [Member] { seats.members }

  package var memberCount: Int { seats.count }

  package func member(_ client: ClientID) -> Member? { seats[client] }

  private mutating func happen(
    _ kind: ChatEvent.Kind, to member: Member, at wall: Int64, number: UInt64 = 0,
    body: [UInt8] = []
  ) {
    pending.append(
      ChatEvent(
        kind: kind, number: number, wall: wall, author: member.client, nick: member.nick,
        trust: member.trust, body: body))
  }
}

extension SayForm {
  fileprivate var kind: ChatEvent.Kind {
    switch self {
    case .text: .text
    case .action: .action
    case .signed: .signed
    }
  }
}
