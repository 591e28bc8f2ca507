import Wire

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

  /// The most members; those who are in already stay.
  package var memberLimit: Int
  /// The longest text, in bytes.
  package var textLimit = Body.limit
  private var seats = Seats()
  private var journal: Journal
  private var pending = Events()
  /// What the last turn's events lay in, kept for the next turn.
  private var spare = Events()
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
      return try say(form, body.span, isPlain: body.span.isPlain, by: member, at: wall)
    case .takeOver(let ghost, let client):
      guard seats[client] == nil else { throw .alreadyMember }
      guard seats[ghost] != nil else { throw .notMember }
      seats.update(ghost) { $0.client = client }
    }
    return 0
  }

  /// Says texts of one client, places in `bytes`, each as ``apply(_:at:)`` does.
  ///
  /// `answer` is told the number of each text that has an id, and why one is refused; that is for
  /// nobody else before ``commit()``.
  package mutating func say(
    _ texts: Span<Said>, in bytes: Span<UInt8>, by client: ClientID, at wall: Int64,
    _ answer: (UInt64, Result<UInt64, RoomRefusal>) -> Void
  ) {
    let member = seats[client]
    for index in texts.indices {
      let text = texts[index]
      do throws(RoomRefusal) {
        guard let member else { throw .notMember }
        let body = bytes.extracting(text.start..<text.end)
        let number = try say(
          text.form, body, isPlain: text.isPlain || body.isPlain, by: member, at: wall)
        if text.id != 0 { answer(text.id, .success(number)) }
      } catch {
        answer(text.id, .failure(error))
      }
    }
  }

  /// Ends the turn: journals what was said and gives out all that happened, in order.
  package mutating func commit() -> Events {
    guard !pending.isEmpty else { return Events() }
    journal.append(saidIn: pending)
    var events = Events()
    swap(&events, &pending)
    swap(&pending, &spare)
    return events
  }

  /// Takes back what ``commit()`` gave out, when nobody reads it any more: the next turn uses its memory.
  package mutating func reuse(_ events: consuming Events) {
    events.removeAll()
    spare = events
  }

  /// Whether ``commit()`` has something to give.
  package var hasPending: Bool { !pending.isEmpty }

  package var historyID: [UInt8] { journal.historyID }

  /// The number of the last committed event.
  package var head: UInt64 { journal.head }

  /// How much of what was said is kept, in bytes.
  package var journalLimit: Int {
    get { journal.byteLimit }
    set { journal.byteLimit = newValue }
  }

  package func history(last limit: Int) -> [ChatEvent] { journal.last(limit) }

  /// Committed events after `number`, and how many of them are not kept any more.
  package func history(after number: UInt64) -> (pages: Pages, missed: UInt64) {
    journal.events(after: number)
  }

  /// Everybody here, in the order of joining.
  package var members: [Member] { seats.members }

  package var memberCount: Int { seats.count }

  package func member(_ client: ClientID) -> Member? { seats[client] }

  @inline(__always)
  private mutating func say(
    _ form: SayForm, _ body: Span<UInt8>, isPlain: Bool, by member: borrowing Member,
    at wall: Int64
  ) throws(RoomRefusal) -> UInt64 {
    guard !isReadOnly else { throw .readOnly }
    try Body.check(body, isText: form != .signed, isPlain: isPlain, limit: textLimit)
    lastNumber += 1
    pending.append(
      form.sort, nick: member.nick.utf8.span, body: body, number: lastNumber, wall: wall,
      author: member.client, trust: member.trust, isPlain: isPlain && member.hasPlainNick)
    return lastNumber
  }

  private mutating func happen(
    _ kind: ChatEvent.Kind, to member: Member, at wall: Int64, body: [UInt8] = []
  ) {
    pending.append(
      ChatEvent(
        kind: kind, wall: wall, author: member.client, nick: member.nick, trust: member.trust,
        body: body))
  }
}

extension SayForm {
  fileprivate var sort: Events.Sort {
    switch self {
    case .text: .text
    case .action: .action
    case .signed: .signed
    }
  }
}
