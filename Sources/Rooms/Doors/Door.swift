package import Wire

/// One client's way into the chat: its bytes in, requests out; notices in, its bytes out.
///
/// Call an input (``receive(_:at:)``, ``finish(at:)``, ``expire(at:)``, ``tell(_:at:offset:)``), then
/// drain ``next()``; handle each action before taking the next, because what the server tells in
/// answer goes out first. The result is the same for every split of the bytes. After a
/// ``Action/close(_:)`` nothing comes any more, and inputs are ignored. Nothing here can throw or
/// trap: whatever a client does wrong ends as a close with a reason.
///
/// What happens in rooms does not pass through here: it is encoded once for all behind one kind of
/// door (``DoorKind/encode(_:room:offset:into:)``).
package struct Door: Sendable {
  package enum Action: Sendable, Equatable {
    case request(Request)
    case transmit([UInt8])
    /// Send what was transmitted, then close; if the client is still in a room, it leaves.
    case close(CloseReason)
  }

  package enum Next: Sendable {
    /// Bytes to transmit: ``takeWords(_:)`` or ``next()``.
    case words
    /// For this room, 0 for the one that the client is in: ``takeTexts(_:)`` or ``next()``.
    case texts(room: UInt32)
    case action
    /// The client's own close, with no other request before it: until it is taken, what the client
    /// asked for can still be answered.
    case leave
    case nothing
  }

  /// What an action takes of the limits against floods.
  package enum Cost: Sendable { case nothing, command, answer }

  private enum State: Sendable {
    case undecided(Porch)
    case line(LineDoor)
    case prefix(PrefixDoor)
    case native(NativeDoor)
  }

  /// Nil until the first bytes have told it.
  package private(set) var kind: DoorKind?

  /// The deadline of the door inside, noted after each input: to ask it would copy it.
  private var patience: Instant?
  /// Those of the server that the client is on.
  private var limits: DoorLimits
  private let open: OpenDoors
  private var state: State
  private var outbox = DoorOutbox()
  private var ignored: [(client: ClientID, nick: String)] = []

  /// Begins at the accept of a client.
  ///
  /// `kind` is the door that the listener fixes, and the client of a plain one enters at once; nil
  /// tells it from the first bytes, among those that are `open`. `givenNick` is what the client is
  /// called until it says something else, for the greeting.
  package init(
    kind: DoorKind?, open: OpenDoors, at now: Instant, givenNick: String? = nil,
    limits: DoorLimits = .standard
  ) {
    self.open = open
    self.limits = limits
    let porch = Porch(since: now, greets: open.contains(.line), givenNick: givenNick)
    state = .undecided(porch)
    patience = finite(porch.deadline(limits))
    guard let kind else { return }
    settle(kind, since: now, isFixed: true, wasGreeted: true)
    if kind != .native { outbox.request(.enter(nick: nil, room: nil, resume: nil)) }
  }

  /// Takes what the client said.
  package mutating func receive(_ bytes: Span<UInt8>, at now: Instant) {
    guard !outbox.isClosed, !bytes.isEmpty else { return }
    guard case .undecided(var porch) = state else { return feed(bytes, at: now) }
    var index = 0
    while index < bytes.count {
      let owner = porch.receive(bytes[index], at: now)
      index += 1
      switch owner {
      case nil: continue
      case .stranger(let stranger): outbox.close(.stranger(stranger))
      case .door(let kind) where !open.contains(kind): outbox.close(.closedDoor(kind))
      case .door(let kind):
        // A native client's time runs from its first byte, a person's from the accept.
        let since = kind == .native ? porch.firstByte ?? now : porch.since
        settle(kind, since: since, isFixed: false, wasGreeted: porch.wasGreeted)
        feed(porch.detector.bytes.span, at: now)
        if index < bytes.count { feed(bytes.extracting(index..<bytes.count), at: now) }
      }
      return
    }
    state = .undecided(porch)
    patience = finite(porch.deadline(limits))
  }

  /// Takes the end of what the client says.
  package mutating func finish(at now: Instant) {
    guard !outbox.isClosed else { return }
    // `printf hello | nc` ends without a line end, and means the line all the same.
    if kind == .line, case .line(let door) = state, door.isInsideFrame {
      let lineEnd: [UInt8] = [UInt8(ascii: "\n")]
      feed(lineEnd.span, at: now)
      guard !outbox.isClosed else { return }
    }
    let isInside =
      switch state {
      case .undecided(let porch): !porch.detector.bytes.isEmpty
      case .line(let door): door.isInsideFrame
      case .prefix(let door): door.isInsideFrame
      case .native(let door): door.isInsideFrame
      }
    outbox.close(isInside ? .truncated : .ended)
  }

  /// When silence becomes an event; it moves with every input.
  package var deadline: Instant? { outbox.isClosed ? nil : patience }

  /// Does what is due; calling early is harmless.
  package mutating func expire(at now: Instant) {
    guard let deadline, deadline <= now else { return }
    switch state {
    case .undecided(var porch):
      porch.expire(at: now, into: &outbox)
      patience = finite(porch.deadline(limits))
      state = .undecided(porch)
    case .line(var door):
      guard door.deadline(limits) <= now else { return expireIdle() }
      door.expire(at: now, into: &outbox)
      patience = plainPatience(door.deadline(limits), at: now)
      state = .line(door)
    case .prefix(let door):
      guard door.deadline(limits) <= now else { return expireIdle() }
      outbox.close(.unfinished)
    case .native(var door):
      door.expire(at: now, limits, into: &outbox)
      patience = finite(door.deadline(limits))
      state = .native(door)
    }
  }

  /// A client of a plain door has been silent for longer than this server wants to wait.
  private mutating func expireIdle() {
    tell(.words("You were silent for too long."), at: 0, offset: 0)
    outbox.close(.timedOut)
  }

  /// When a plain door that was heard just now wants to be told of the time.
  private func plainPatience(_ deadline: Instant, at now: Instant) -> Instant? {
    finite(limits.plainIdle.map { min(now + $0, deadline) } ?? deadline)
  }

  private func finite(_ deadline: Instant) -> Instant? {
    deadline == .distantFuture ? nil : deadline
  }

  /// What to do next, or nil when all is done.
  package mutating func next() -> Action? { outbox.next() }

  /// What comes next: for a driver that takes much of it where it lies.
  ///
  /// As ``deadlineNow()`` it changes nothing, but what only reads a value that lies in an object is
  /// given a copy of it, and a door has much to copy.
  package mutating func comesNext() -> Next { outbox.comesNext }

  package mutating func deadlineNow() -> Instant? { deadline }

  /// Lends what is to be transmitted next; the same that ``next()`` gives.
  package mutating func takeWords(_ take: ([UInt8]) -> Void) { outbox.takeWords(take) }

  /// Lends the texts that come next and are for the same room, with the bytes that they are places
  /// in: the same that ``next()`` gives one by one as requests, without a copy of each.
  package mutating func takeTexts(
    atMost most: Int = .max, _ take: (Span<Said>, Span<UInt8>) -> Void
  ) {
    outbox.takeTexts(most, take)
  }

  /// What the ``Next/action`` that comes next costs; a text costs as much as a command.
  package mutating func nextCost() -> Cost { outbox.nextCost }

  /// How many texts and actions were read and have not been taken.
  package mutating func waitingCount() -> Int { outbox.waitingCount }

  /// Tells this client alone that its text `id` is committed as `number`.
  package mutating func accept(_ id: UInt64, as number: UInt64) {
    guard !outbox.isOver, kind == .native else { return }
    NativeFrame.appendAccepted(id: id, number: number, to: &outbox.told)
  }

  /// Tells this client alone, in its door's form.
  ///
  /// `wall` counts milliseconds since 1970, `offset` seconds east of UTC for doors that show a
  /// local time.
  package mutating func tell(_ notice: Notice, at wall: Int64, offset: Int) {
    guard !outbox.isOver else { return }
    switch kind {
    // Nobody is told anything before the door is known, but for a person who was greeted.
    case nil:
      if case .undecided(let porch) = state, porch.wasGreeted {
        LineEncoding.append(notice, as: .line, into: &outbox.told)
      }
    case .line: LineEncoding.append(notice, as: .line, into: &outbox.told)
    case .dec10: LineEncoding.append(notice, as: .dec10, into: &outbox.told)
    case .u16:
      PrefixEncoding.append(notice, at: wall, offset: offset, as: .u16, into: &outbox.told)
    case .u32:
      PrefixEncoding.append(notice, at: wall, offset: offset, as: .u32, into: &outbox.told)
    case .native: NativeEncoding.append(notice, at: wall, limits, into: &outbox.told)
    }
    if case .bye(let reason, _, _) = notice { outbox.closeNow(.dismissed(reason)) }
  }

  /// Whether the client has not said who it is: such clients are bounded in number, and the oldest
  /// goes first.
  package var isUndecided: Bool {
    if case .undecided = state { true } else { false }
  }

  /// Whether it was closed because a frame or line was too long.
  package mutating func wasTooLong() -> Bool { outbox.isTooLong }

  /// Has other limits of time from now on; the longest frame stays what it was.
  ///
  /// The client's silence begins anew, so that it does not go for what was allowed before.
  package mutating func setLimits(_ limits: DoorLimits, at now: Instant) {
    self.limits = limits
    switch state {
    case .undecided(let porch): patience = finite(porch.deadline(limits))
    case .line(let door): patience = plainPatience(door.deadline(limits), at: now)
    case .prefix(let door): patience = plainPatience(door.deadline(limits), at: now)
    case .native(var door):
      door.hear(at: now)
      patience = finite(door.deadline(limits))
      state = .native(door)
    }
  }

  // MARK: - Ignoring

  /// How many people one client can ignore.
  package static let ignoreLimit = 64

  /// Whether the client does not want to see what this author says.
  package func isIgnoring(_ author: ClientID) -> Bool {
    !ignored.isEmpty && ignored.contains { $0.client == author }
  }

  /// Ignores an author from now on, or not any more, and tells the client.
  ///
  /// Goes by the connection: a rename does not help the ignored, coming back does.
  package mutating func toggleIgnore(of author: ClientID, called nick: String) {
    let words: String
    if let place = ignored.firstIndex(where: { $0.client == author }) {
      ignored.remove(at: place)
      words = "You see \(nick) again."
    } else if ignored.count < Door.ignoreLimit {
      ignored.append((author, nick))
      words = "You ignore \(nick) now; /ignore \(nick) again undoes it."
    } else {
      words = "You ignore \(Door.ignoreLimit) people already."
    }
    tell(.words(words), at: 0, offset: 0)
  }

  /// Tells the client whom it ignores.
  package mutating func tellIgnored() {
    let nicks = ignored.map(\.nick).joined(separator: ", ")
    tell(.words(nicks.isEmpty ? "You ignore nobody." : "You ignore \(nicks)."), at: 0, offset: 0)
  }

  // MARK: - The doors

  private mutating func settle(
    _ kind: DoorKind, since: Instant, isFixed: Bool, wasGreeted: Bool
  ) {
    self.kind = kind
    switch kind {
    case .line, .dec10:
      let door = LineDoor(
        kind == .line ? .line : .dec10, since: since, isEntered: isFixed, wasGreeted: wasGreeted,
        limits)
      patience = plainPatience(door.deadline(limits), at: since)
      state = .line(door)
    case .u16, .u32:
      let door = PrefixDoor(kind == .u16 ? .u16 : .u32, isEntered: isFixed, limits)
      patience = plainPatience(door.deadline(limits), at: since)
      state = .prefix(door)
    case .native:
      let door = NativeDoor(since: since, limits)
      patience = finite(door.deadline(limits))
      state = .native(door)
    }
  }

  private mutating func feed(_ bytes: Span<UInt8>, at now: Instant) {
    // The state is taken out and put back, so that its buffers stay unshared and are not copied.
    switch state {
    case .undecided: break
    case .line(var door):
      state = Door.vacant
      door.receive(bytes, at: now, into: &outbox)
      patience = plainPatience(door.deadline(limits), at: now)
      state = .line(door)
    case .prefix(var door):
      state = Door.vacant
      door.receive(bytes, at: now, into: &outbox)
      patience = plainPatience(door.deadline(limits), at: now)
      state = .prefix(door)
    case .native(var door):
      state = Door.vacant
      door.receive(bytes, at: now, into: &outbox)
      patience = finite(door.deadline(limits))
      state = .native(door)
    }
  }

  private static let vacant = State.undecided(
    Porch(since: .zero, greets: false, givenNick: nil))
}
