package import Wire

/// The client's side of the native door: who we are, what we said, what we hear.
///
/// Call an input, then drain ``next()``. ``Action/ended(_:)`` is the last action; close the connection
/// then, and inputs that come later are ignored. Everything that a server sends is passed on as it
/// is: whoever shows it makes it safe. Speaks the one pattern it was made for and no other, whatever
/// the server answers.
package struct NativeClient: Sendable {
  package enum Action: Sendable, Equatable {
    case transmit([UInt8])
    case entered(NativeWelcome)
    /// Something said in a room; `isHistory`: before we came, or again on our request.
    case event(NativeEvent, isHistory: Bool)
    case presence(NativePresence)
    /// The message that ``say(_:action:)`` gave this id is stored.
    case accepted(id: UInt64, number: UInt64)
    /// What had this id was not done; the id 0 is for nothing in particular.
    case refused(id: UInt64, code: UInt8, text: String)
    case reply(id: UInt64, NativeReply)
    case whisper(NativeWhisper)
    case notice(String)
    /// History follows as events, after so many lost ones.
    case history(NativeHistory)
    case ended(NativeEnding)
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

  /// The name that the server gave us.
  package private(set) var nick = ""
  /// The room that we are in; nil before the welcome and after leaving.
  package private(set) var seat: NativeSeat?

  private var state: State
  private var decoder = NativeDecoder(pattern: .plain, awaitsPreface: false)
  private var hasHeard = false
  private var hasFrame = false
  private var hasEntered = false
  private var nextID: UInt64 = 1
  private var unanswered: Set<UInt64> = []
  /// Frames that wait for the welcome: nothing is told to a server that has not shown what it is.
  private var held: [UInt8] = []
  private var historyLeft: UInt32 = 0
  private var progress = ResumePoint()
  /// Say goodbye with these words when all is answered, or at that time.
  private var goodbye: (words: String, by: Instant)?
  private var outgoing: [UInt8] = []
  private var actions: [Action] = []
  private var firstAction = 0

  /// Asks for a nick and a room, either empty for the server's choice, and waits so long for an answer.
  ///
  /// Throws when a name is too long to be sent at all.
  package init(
    nick: String, room: String, resume: NativeResume? = nil,
    patience: Duration = NativeClient.answerLimit, at now: Instant
  ) throws(WireError) {
    state = .connecting(until: now + patience)
    progress.resume(resume)
    outgoing = NativePreface.bytes(.plain)
    try NativeFrame.hello(NativeHello(nick: nick, room: room, resume: resume))
      .encode(into: &outgoing)
  }

  // MARK: - What we want

  /// Whether more may be said now; while it is false, read no further input.
  package var isReady: Bool {
    guard case .entered = state else { return false }
    return goodbye == nil && unanswered.count < NativeClient.window
  }

  /// How many messages and commands have no answer yet.
  package var unansweredCount: Int { unanswered.count }

  /// Says `text` in the room that we are in; the answer bears the returned id.
  package mutating func say(_ text: String, action: Bool = false) throws(RoomRefusal) -> UInt64 {
    let body = Array(text.utf8)
    try Body.check(body)
    let id = nextID
    let say = NativeSay(id: id, room: 0, form: action ? .action : .text, body: body)
    guard takesRequests, send(.say(say)) else { throw .notMember }
    expectAnswer()
    return id
  }

  /// Asks for something else; the answer bears the returned id.
  ///
  /// Throws when an argument is too long to be sent at all.
  package mutating func command(_ command: NativeCommand) throws(RoomRefusal) -> UInt64 {
    let id = nextID
    guard takesRequests else { throw .notMember }
    guard send(.command(id: id, command)) else {
      throw .textTooLong(bytes: NativeFrame.limit)
    }
    expectAnswer()
    return id
  }

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

  /// What to show after a lost connection to get back what was missed; nil before the first welcome.
  package var resumePoint: NativeResume? { progress.resume }

  // MARK: - What happens

  /// Takes what the server said.
  package mutating func receive(_ bytes: Span<UInt8>, at now: Instant) {
    guard !bytes.isEmpty, !isEnded else { return }
    hasHeard = true
    if case .entered = state { state = .entered(lastHeard: now, wasPinged: false) }
    decoder.receive(bytes)
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
    case .connecting where !hasFrame: end(hasHeard ? .notNative : .closedSilently)
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
        goodbye?.by ?? .distantFuture)
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
      if let goodbye, goodbye.by <= now {
        close(goodbye.words, at: now)
      } else if lastHeard + NativeClient.closeAfter <= now {
        end(.timedOut)
      } else if !wasPinged {
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
    nick = welcome.nick
    seat = welcome.seat
    progress.enter(welcome.seat, token: welcome.token)
    state = .entered(lastHeard: now, wasPinged: false)
    outgoing += held
    held = []
    actions.append(.entered(welcome))
  }

  private mutating func hear(_ frame: NativeFrame, at now: Instant) {
    switch frame {
    case .event(let event):
      let isHistory = historyLeft > 0
      if isHistory { historyLeft -= 1 }
      if event.room == seat?.room { progress.saw(event.number) }
      actions.append(.event(event, isHistory: isHistory))
    case .presence(let presence): actions.append(.presence(presence))
    case .whisper(let whisper): actions.append(.whisper(whisper))
    case .history(let history):
      historyLeft = history.count
      actions.append(.history(history))
    case .accepted(let id, let number):
      guard answer(id, at: now) else { return }
      progress.wrote(number)
      actions.append(.accepted(id: id, number: number))
    case .refused(let id, let code, let text):
      guard id == 0 || answer(id, at: now) else { return }
      actions.append(.refused(id: id, code: code, text: text))
    case .reply(let id, let reply):
      guard answer(id, at: now) else { return }
      hear(reply)
      actions.append(.reply(id: id, reply))
    case .welcome, .hello, .say, .command, .notice, .ping, .pong, .bye:
      end(.misbehaved("a second welcome"))
    }
  }

  private mutating func hear(_ reply: NativeReply) {
    switch reply {
    case .nick(let granted): nick = granted
    case .join(let seat, _):
      self.seat = seat
      progress.enter(seat, token: nil)
    case .history(let history): historyLeft = history.count
    case .leave(let room): if room == seat?.name { seat = nil }
    case .who, .rooms, .whisper: break
    }
  }

  // MARK: - Answers

  private mutating func expectAnswer() {
    unanswered.insert(nextID)
    nextID += 1
  }

  /// Whether `id` waited for an answer; a server that answers anything else has lost count.
  private mutating func answer(_ id: UInt64, at now: Instant) -> Bool {
    guard unanswered.remove(id) != nil else {
      end(.misbehaved("an answer to nothing that was asked"))
      return false
    }
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
    switch state {
    case .connecting, .entered: goodbye == nil
    case .closing, .ended: false
    }
  }

  /// Queues a frame, or tells that it is too long.
  private mutating func send(_ frame: NativeFrame) -> Bool {
    do throws(WireError) {
      if case .connecting = state {
        try frame.encode(into: &held)
      } else {
        try frame.encode(into: &outgoing)
      }
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
