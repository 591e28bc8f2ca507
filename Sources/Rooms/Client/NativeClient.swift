package import Wire

/// The client's side of the native door: who we are, what we said, what we hear.
///
/// Call an input, then drain ``next()``. ``Action/ended(_:)`` is the last action; close the connection
/// then, and inputs that come later are ignored. Everything that a server sends is passed on as it
/// is: whoever shows it makes it safe. Speaks the one pattern it was made for and no other, whatever
/// the server answers.
package struct NativeClient: Sendable {
  /// A room whose numbers go on from where we were, until what was said meanwhile is there.
  private struct CatchUp {
    var room: UInt32
    var head: UInt64
    var isWhole = true
    var until: Instant
  }

  private enum State {
    case connecting(until: Instant)
    case entered(lastHeard: Instant, wasPinged: Bool)
    case closing(until: Instant)
    case ended
  }

  /// How many messages and commands may wait for their answers; see ``isReady``.
  package static let window = 64
  package static let answerLimit = Duration.seconds(10)
  package static let pingAfter = Duration.seconds(60)
  package static let closeAfter = Duration.seconds(90)
  package static let closePatience = Duration.seconds(2)
  /// The longest history that is taken from a server at a time.
  package static let historyLimit: UInt32 = 65_536

  /// What to take to the next connection.
  package private(set) var memory: ClientMemory
  /// Whether the welcome led to the room of before, and its numbers go on: ``Action/caughtUp(room:isWhole:)``
  /// follows then.
  package private(set) var goesOn = false

  private var state: State
  private var greeting = StrayGreeting()
  private var decoder = NativeDecoder(pattern: .plain, awaitsPreface: false)
  private var hasHeard = false
  private var hasFrame = false
  private var hasEntered = false
  /// The longest body that the server takes.
  private var bodyLimit = Body.limit
  private var nextID: UInt64 = 1
  /// The room of what is said, 0 for commands.
  private var unanswered: [UInt64: UInt32] = [:]
  /// The command that takes us to another room: what comes behind it is meant for there.
  private var move: UInt64?
  private var historyLeft: UInt32 = 0
  private var catchUp: CatchUp?
  /// Say goodbye with these words when all is answered, or at that time.
  private var goodbye: (words: String, by: Instant)?
  private var outgoing: [UInt8] = []
  private var actions: [Action] = []
  private var firstAction = 0

  /// Asks for a nick and a room, either empty for the server's choice, and waits so long for an answer.
  ///
  /// With the memory of a connection before, its room comes before `room`. Throws when a name is too
  /// long to be sent at all.
  package init(
    nick: String, room: String, memory: ClientMemory = ClientMemory(),
    patience: Duration = NativeClient.answerLimit, at now: Instant
  ) throws(WireError) {
    state = .connecting(until: now + patience)
    self.memory = memory
    self.memory.lose()
    outgoing = NativePreface.bytes(.plain)
    let hello = NativeHello(nick: nick, room: memory.seat?.name ?? room, resume: memory.resume)
    try NativeFrame.hello(hello).encode(into: &outgoing)
  }

  /// The name that the server gave us.
  package var nick: String { memory.nick }
  /// The room that we talk in; nil before the welcome and after leaving all.
  package var seat: NativeSeat? { memory.seat }

  // MARK: - What we want

  /// Whether more may be said now; while it is false, read no further input.
  package var isReady: Bool {
    guard case .entered = state else { return false }
    return goodbye == nil && move == nil && unanswered.count < NativeClient.window
  }

  /// How many messages and commands have no answer yet.
  package var unansweredCount: Int { unanswered.count }

  /// Says `text` in the room that we talk in; the answer bears the returned id.
  package mutating func say(_ text: String, action: Bool = false) throws(RoomRefusal) -> UInt64 {
    let body = Array(text.utf8)
    try Body.check(body, limit: bodyLimit)
    let id = nextID
    guard takesRequests, let room = seat?.room,
      send(.say(NativeSay(id: id, room: room, form: action ? .action : .text, body: body)))
    else { throw .notMember }
    expectAnswer(in: room)
    return id
  }

  /// Asks for something else; the answer bears the returned id.
  ///
  /// Throws when an argument is too long to be sent at all.
  package mutating func command(_ command: NativeCommand) throws(RoomRefusal) -> UInt64 {
    let id = nextID
    if case .whisper(_, let body) = command { try Body.check(body, limit: bodyLimit) }
    guard takesRequests else { throw .notMember }
    guard send(.command(id: id, command)) else {
      throw .textTooLong(bytes: NativeFrame.limit)
    }
    expectAnswer(in: 0)
    switch command {
    case .join, .leave: move = id
    case .nick, .who, .rooms, .whisper, .history, .unknown: break
    }
    return id
  }

  /// Makes a room that we are in the one that we talk in; false when we are not.
  package mutating func turn(to room: String) -> Bool { memory.turn(to: room) }

  /// A room of before that we did not get into again.
  package mutating func forget(room: String) { memory.leave(room) }

  /// Says goodbye and waits a moment for the server to close.
  package mutating func close(_ words: String = "", at now: Instant) {
    switch state {
    case .connecting: end(.left)
    case .entered:
      _ = send(.bye(NativeBye(text: words)))
      state = .closing(until: now + NativeClient.closePatience)
    case .closing, .ended: break
    }
  }

  /// Says goodbye as soon as everything is answered, or when answers no longer come.
  package mutating func closeWhenAnswered(_ words: String = "", at now: Instant) {
    goodbye = (words, now + NativeClient.answerLimit)
    closeIfAnswered(at: now)
  }

  // MARK: - What happens

  /// Takes what the server said.
  package mutating func receive(_ bytes: Span<UInt8>, at now: Instant) {
    guard !bytes.isEmpty, !isEnded else { return }
    if case .entered = state { state = .entered(lastHeard: now, wasPinged: false) }
    let skipped = greeting.skip(bytes)
    hasHeard = hasHeard || skipped != bytes.count
    guard let skipped else { return end(.notNative) }
    decoder.receive(bytes.extracting(skipped..<bytes.count))
    do {
      while !isEnded, let frame = try decoder.next() {
        hasFrame = true
        take(frame, at: now)
      }
    } catch {
      end(hasFrame ? .misbehaved(error.description) : .notNative)
    }
    closeIfAnswered(at: now)
  }

  /// Takes the end of what the server says.
  package mutating func finish(at now: Instant) {
    switch state {
    case .connecting where hasHeard && !hasFrame: end(.notNative)
    case .connecting where !hasFrame && !greeting.hasBegun: end(.closedSilently)
    case .connecting, .entered: end(.lost)
    case .closing: end(.left)
    case .ended: break
    }
  }

  /// When silence becomes an event; it moves with every input.
  package var deadline: Instant? {
    switch state {
    case .connecting(let until), .closing(let until): until
    case .entered(let lastHeard, let wasPinged):
      min(
        lastHeard + (wasPinged ? NativeClient.closeAfter : NativeClient.pingAfter),
        goodbye?.by ?? .distantFuture, catchUp?.until ?? .distantFuture)
    case .ended: nil
    }
  }

  /// Does what is due; calling early is harmless.
  package mutating func expire(at now: Instant) {
    guard let deadline, deadline <= now else { return }
    switch state {
    case .connecting: end(.noAnswer)
    case .closing: end(.left)
    case .entered(let lastHeard, let wasPinged):
      if let until = catchUp?.until, until <= now { endCatchUp() }
      if let goodbye, goodbye.by <= now {
        close(goodbye.words, at: now)
      } else if lastHeard + NativeClient.closeAfter <= now {
        end(.timedOut)
      } else if !wasPinged, lastHeard + NativeClient.pingAfter <= now {
        _ = send(.ping)
        state = .entered(lastHeard: lastHeard, wasPinged: true)
      }
    case .ended: break
    }
  }

  /// What to do next, or nil when all is done.
  package mutating func next() -> Action? {
    if !outgoing.isEmpty {
      let bytes = outgoing
      outgoing = []
      return .transmit(bytes)
    }
    guard firstAction < actions.count else { return nil }
    let action = actions[firstAction]
    firstAction += 1
    if firstAction == actions.count {
      actions.removeAll(keepingCapacity: actions.capacity <= 64)
      firstAction = 0
    }
    return action
  }

  // MARK: - Frames

  private mutating func take(_ frame: NativeFrame, at now: Instant) {
    switch frame {
    case .ping:
      _ = send(.pong)
      return
    case .pong: return
    case .notice(let text): return actions.append(.notice(text))
    case .bye(let bye): return end(.dismissed(bye))
    case .hello, .say, .command: return end(.misbehaved("a frame that only clients send"))
    case .welcome, .accepted, .refused, .event, .presence, .reply, .whisper, .history: break
    }
    if hasEntered {
      hear(frame, at: now)
    } else if case .welcome(let welcome) = frame {
      enter(welcome, at: now)
    } else if case .refused(_, let code, let text) = frame {
      end(.refused(code: code, text: text))
    } else {
      end(.misbehaved("a frame before the welcome"))
    }
  }

  private mutating func enter(_ welcome: NativeWelcome, at now: Instant) {
    hasEntered = true
    bodyLimit = min(Body.limit, Int(clamping: welcome.limits?.body ?? .max))
    goesOn = memory.enter(welcome)
    state = .entered(lastHeard: now, wasPinged: false)
    actions.append(.entered(welcome))
    if goesOn { beginCatchUp(welcome.seat, at: now) }
  }

  private mutating func hear(_ frame: NativeFrame, at now: Instant) {
    switch frame {
    case .event(let event): hear(event)
    case .presence(let presence): actions.append(.presence(presence))
    case .whisper(let whisper): actions.append(.whisper(whisper))
    case .history(let history):
      guard begin(history) else { return }
      actions.append(.history(history))
      guard catchUp?.room == history.room else { return }
      if history.missed > 0 {
        catchUp?.isWhole = false
        memory.skip(history.missed, in: history.room)
      }
      if history.count == 0 { endCatchUp() }
    case .accepted(let id, let number):
      let room = unanswered[id] ?? 0
      guard answer(id, at: now) else { return }
      memory.wrote(number, in: room)
      actions.append(.accepted(id: id, number: number))
      tellGaps()
    case .refused(let id, let code, let text):
      guard id == 0 || answer(id, at: now) else { return }
      actions.append(.refused(id: id, code: code, text: text))
      tellGaps()
    case .reply(let id, let reply):
      guard answer(id, at: now) else { return }
      actions.append(.reply(id: id, reply))
      hear(reply, at: now)
      tellGaps()
    case .welcome, .hello, .say, .command, .notice, .ping, .pong, .bye:
      end(.misbehaved("a second welcome"))
    }
  }

  private mutating func hear(_ event: NativeEvent) {
    let isHistory = historyLeft > 0
    if isHistory { historyLeft -= 1 }
    let isCatchUp = catchUp?.room == event.room
    // What was asked for is shown however often it was seen.
    guard !isHistory || isCatchUp else {
      return actions.append(.event(event, isHistory: true))
    }
    let (isNew, isBehindGap) = memory.saw(event.number, in: event.room)
    tellGaps()
    if isNew { actions.append(.event(event, isHistory: isHistory)) }
    guard isCatchUp else { return }
    if isBehindGap { catchUp?.isWhole = false }
    if historyLeft == 0 { endCatchUp() }
  }

  private mutating func hear(_ reply: NativeReply, at now: Instant) {
    switch reply {
    case .nick(let granted): memory.nick = granted
    case .join(let seat, _): if memory.enter(seat) { beginCatchUp(seat, at: now) }
    case .history(let history): _ = begin(history)
    case .leave(let room): memory.leave(room)
    case .who, .rooms, .whisper: break
    }
  }

  private mutating func begin(_ history: NativeHistory) -> Bool {
    guard history.count <= NativeClient.historyLimit else {
      end(.misbehaved("a history of \(history.count) messages"))
      return false
    }
    historyLeft = history.count
    return true
  }

  private mutating func beginCatchUp(_ seat: NativeSeat, at now: Instant) {
    catchUp = CatchUp(room: seat.room, head: seat.head, until: now + NativeClient.answerLimit)
    if memory.hasSeen(seat.head, in: seat.room) { endCatchUp() }
  }

  private mutating func endCatchUp() {
    guard let done = catchUp else { return }
    catchUp = nil
    let isWhole = done.isWhole && memory.hasSeen(done.head, in: done.room)
    actions.append(.caughtUp(room: done.room, isWhole: isWhole))
  }

  /// A number that is missing may be one of ours, as long as answers are.
  private mutating func tellGaps() {
    guard unanswered.isEmpty else { return }
    for (room, count) in memory.takeHoles() { actions.append(.gap(room: room, count: count)) }
  }

  // MARK: - Answers

  private mutating func expectAnswer(in room: UInt32) {
    unanswered[nextID] = room
    nextID += 1
  }

  /// Whether `id` waited for an answer; a server that answers anything else has lost count.
  private mutating func answer(_ id: UInt64, at now: Instant) -> Bool {
    guard unanswered.removeValue(forKey: id) != nil else {
      end(.misbehaved("an answer to nothing that was asked"))
      return false
    }
    if move == id { move = nil }
    if let goodbye { self.goodbye = (goodbye.words, now + NativeClient.answerLimit) }
    return true
  }

  private mutating func closeIfAnswered(at now: Instant) {
    guard let goodbye, unanswered.isEmpty, case .entered = state else { return }
    close(goodbye.words, at: now)
  }

  // MARK: - State

  private var isEnded: Bool {
    if case .ended = state { true } else { false }
  }

  private var takesRequests: Bool {
    // Nothing is told to a server that has not shown what it is.
    if case .entered = state { goodbye == nil } else { false }
  }

  /// Queues a frame, or tells that it is too long.
  private mutating func send(_ frame: NativeFrame) -> Bool {
    do throws(WireError) {
      try frame.encode(into: &outgoing)
      return true
    } catch {
      return false
    }
  }

  private mutating func end(_ ending: NativeEnding) {
    switch state {
    case .connecting, .entered: actions.append(.ended(ending))
    // However a server ends what we have ended already: we left.
    case .closing: actions.append(.ended(.left))
    case .ended: return
    }
    state = .ended
  }
}
