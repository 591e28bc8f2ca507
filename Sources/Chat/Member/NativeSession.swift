internal import Rooms
package import Sockets
package import Wire

/// A person at Parley's own door: typed lines in, what there is to show out, over one connection after another.
///
/// When a connection is lost, wishes wait, and it comes back by a ``ReturnPlan`` to its room and number. Messages
/// that had no answer are looked for in what was said meanwhile. Those that are not there are said again, if all
/// of it came; otherwise nobody can know, and that is shown.
package struct NativeSession: MemberSession {
  enum State {
    /// For the first time.
    case entering
    case here(since: Instant)
    /// Back in, while what was said meanwhile still comes.
    case catchingUp(since: Instant)
    case away(until: Instant)
    case dialling
    /// There is a connection again, but the server has not let us in.
    case returning
    case over
  }

  /// How many wishes may wait for a connection besides those that were sent over the last one.
  package static let waitingLimit = 64
  /// How long all is tried to be said after the end of the input.
  package static let lastPatience = Duration.seconds(30)

  package internal(set) var unsaidCount = 0
  var state = State.entering
  var client: NativeClient
  let plan: (nick: String, room: String, patience: Duration)
  var returning: ReturnPlan?
  /// What the server has not answered, by the ids of the requests.
  var asked: [UInt64: Wish] = [:]
  /// What is not sent, oldest first.
  var waiting: [WaitingWish] = []
  /// What we may have been called when we said the doubtful ones.
  var ownNames: [String] = []
  var ignored = IgnoreList()
  /// The room that we talk in, as far as that was shown.
  var shownRoom: String?
  var lostAt: Instant?
  var shownReason: String?
  /// Nothing more will be typed: the farewell, and until when what waits may still be said.
  var goodbye: (words: String, by: Instant?)?
  /// The same once a connection was lost: the next loss gives no more time.
  var lastTry: Instant?
  private var hasSaidGoodbye = false
  var failure: SocketError?
  private var actions = ActionQueue()

  /// Asks for a nick and a room, either nil for the server's choice, and waits so long for an answer.
  ///
  /// After a lost connection it comes back by the plan `returning`, without one never. Throws when a
  /// name is too long to be sent at all.
  package init(
    nick: String? = nil, room: String? = nil, patience: Duration = NativeClient.answerLimit,
    returning: ReturnPlan? = nil, at now: Moment
  ) throws(WireError) {
    plan = (nick ?? "", room ?? "", patience)
    self.returning = returning
    client = try NativeClient(
      nick: plan.nick, room: plan.room, patience: patience, at: now.instant)
    proceed(at: now)
  }

  package var paced: FrameFormat? { nil }

  package var isReady: Bool {
    guard goodbye == nil else { return false }
    return switch state {
    case .here: waiting.isEmpty && client.isReady
    case .catchingUp, .away, .dialling, .returning:
      waiting.count < NativeSession.waitingLimit + NativeClient.window
    case .entering, .over: false
    }
  }

  package var deadline: Instant? {
    let by = goodbye?.by ?? .distantFuture
    let next: Instant =
      switch state {
      case .entering, .here, .catchingUp, .returning: client.deadline ?? .distantFuture
      case .away(let until): until
      case .dialling: .distantFuture
      case .over: .distantFuture
      }
    let deadline = min(next, by)
    return deadline == .distantFuture ? nil : deadline
  }

  package mutating func next() -> MemberAction? { actions.next() }

  // MARK: - What the user wants

  package mutating func type(_ line: [UInt8], at now: Moment) {
    switch LineInput(line[...]) {
    case .nothing: break
    case .request(let request): want(request)
    case .help: show(.help)
    case .quit(let words):
      if isWithoutServer { return end(.left, at: now) }
      goodbye = (words ?? "", now.instant + NativeSession.lastPatience)
    case .hint(let words):
      unsaidCount += 1
      show(.hint(words))
    }
    proceed(at: now)
  }

  package mutating func endInput(at now: Moment) {
    guard goodbye == nil else { return }
    if isWithoutServer, waiting.isEmpty { return end(.left, at: now) }
    goodbye = ("", now.instant + NativeSession.lastPatience)
    // The first welcome has a patience of its own.
    if case .entering = state { goodbye?.by = nil }
    proceed(at: now)
  }

  package mutating func leave(at now: Moment) {
    if isWithoutServer { return end(.left, at: now) }
    // Before the welcome there is nobody to say goodbye to.
    guard case .entering = state else { return endInput(at: now) }
    client.close(at: now.instant)
    proceed(at: now)
  }

  private var isWithoutServer: Bool {
    switch state {
    case .away, .dialling, .returning: true
    case .entering, .here, .catchingUp, .over: false
    }
  }

  private mutating func want(_ request: Request) {
    switch request {
    case .say(_, _, _, let action, let body):
      let text = String(decoding: body, as: UTF8.self)
      do throws(RoomRefusal) {
        try Body.check(body)
        wait(for: .words(text, action: action))
      } catch {
        unsay(text, error.description)
      }
    case .whisper(_, let name, let body):
      wait(for: .whisper(to: name, String(decoding: body, as: UTF8.self)))
    case .nick(_, let name, _): wait(for: .command(.nick(name)))
    case .join(_, let room): wait(for: .command(.join(room: room)))
    case .leave(_, let room): wait(for: .command(.leave(room: room ?? "")))
    case .who(_, let room): wait(for: .command(.who(room: room ?? "")))
    case .rooms: wait(for: .command(.rooms))
    case .history(_, let room, let last):
      wait(for: .command(.history(room: room ?? "", last: UInt32(clamping: last))))
    case .ignore(let nick): show(.words(ignored.toggle(nick)))
    case .enter, .quit: break  // Lines never mean these.
    }
  }

  private mutating func wait(for wish: Wish) {
    waiting.append(WaitingWish(wish: wish))
    switch state {
    case .catchingUp, .away, .dialling, .returning: if let text = wish.text { show(.waits(text)) }
    case .entering, .here, .over: break
    }
  }

  // MARK: - What happens

  package mutating func receive(_ bytes: Span<UInt8>, at now: Moment) {
    client.receive(bytes, at: now.instant)
    proceed(at: now)
  }

  package mutating func finish(_ failure: SocketError?, at now: Moment) {
    self.failure = failure
    if case .dialling = state { return lose(.lost, at: now) }
    client.finish(at: now.instant)
    proceed(at: now)
  }

  package mutating func connected(at now: Moment) {
    guard case .dialling = state else { return }
    // A name that the server made for us is none to wish for.
    let nick = (try? Nick.check(client.nick)) == nil ? plan.nick : client.nick
    do throws(WireError) {
      client = try NativeClient(
        nick: nick, room: plan.room, memory: client.memory, patience: plan.patience,
        at: now.instant)
      state = .returning
      proceed(at: now)
    } catch {
      end(.misbehaved("names that are too long to be sent back"), at: now)
    }
  }

  package mutating func expire(at now: Moment) {
    if let by = goodbye?.by, by <= now.instant { return end(.left, at: now) }
    switch state {
    case .away(let until):
      guard until <= now.instant else { return }
      state = .dialling
      actions.append(.dial)
    case .entering, .here, .catchingUp, .returning:
      client.expire(at: now.instant)
      proceed(at: now)
    case .dialling, .over: break
    }
  }

  /// The native protocol says goodbye in words; the stream ends behind them.
  package mutating func writingEnded(at now: Moment) {}

  /// Does what can be done now, after every input.
  private mutating func proceed(at now: Moment) {
    drain(at: now)
    if case .here = state { sendWaiting(at: now) }
    drain(at: now)
  }

  private mutating func sendWaiting(at now: Moment) {
    while client.isReady, let first = waiting.first {
      // So everything without an answer is about the room that we talk in.
      guard !first.wish.isMove || client.unansweredCount == 0 else { return }
      waiting.removeFirst()
      send(first.wish)
    }
    guard let goodbye, waiting.isEmpty, !hasSaidGoodbye else { return }
    hasSaidGoodbye = true
    // From here on the client knows how long answers may take.
    self.goodbye?.by = nil
    client.closeWhenAnswered(goodbye.words, at: now.instant)
  }

  private mutating func send(_ wish: Wish) {
    do throws(RoomRefusal) {
      switch wish {
      case .words(let text, let action): asked[try client.say(text, action: action)] = wish
      case .whisper(let to, let text):
        asked[try client.command(.whisper(to: to, body: Array(text.utf8)))] = wish
      case .rejoin(let room): asked[try client.command(.join(room: room))] = wish
      case .command(.join(let room)) where client.turn(to: room): showRoom()
      case .command(let command): asked[try client.command(named(command))] = wish
      }
    } catch {
      let isNowhere = error == .notMember && client.seat == nil
      let why = isNowhere ? "You are in no room; /join ROOM takes you to one." : error.description
      if let text = wish.text { unsay(text, why) } else { show(.refused(why)) }
    }
  }

  /// The room that one is in is for us to know: the server knows the one that was joined last.
  private func named(_ command: NativeCommand) -> NativeCommand {
    let here = client.seat?.name ?? ""
    return switch command {
    case .leave(""): .leave(room: here)
    case .who(""): .who(room: here)
    case .history("", let last): .history(room: here, last: last)
    default: command
    }
  }

  // MARK: - Actions

  /// Without a connection until then.
  mutating func goAway(until instant: Instant) {
    state = .away(until: instant)
    hasSaidGoodbye = false
    actions.append(.hangUp)
  }

  /// The room that we talk in has changed without a word of the server.
  mutating func showRoom() {
    shownRoom = client.seat?.name
    show(.talking(in: shownRoom))
  }

  mutating func transmit(_ bytes: [UInt8]) { actions.append(.transmit(bytes)) }

  mutating func show(_ event: MemberEvent) { actions.append(.show(event)) }

  mutating func unsay(_ text: String, _ why: String) {
    unsaidCount += 1
    show(.unsaid(text, why: why))
  }

  /// Nobody can know whether the server has got this.
  mutating func doubt(_ text: String) {
    unsaidCount += 1
    show(.doubtful(text))
  }

  mutating func end(_ ending: NativeEnding, at now: Moment) {
    if case .over = state { return }
    for (_, wish) in asked.sorted(by: { $0.key < $1.key }) {
      if let text = wish.text { unsay(text, "no answer came") }
    }
    for wish in waiting {
      guard let text = wish.wish.text else { continue }
      if wish.isDoubtful { doubt(text) } else { unsay(text, "there was no time for it") }
    }
    (asked, waiting) = ([:], [])
    state = .over
    switch ending {
    case .left: actions.append(.ended(.left))
    case .lost: actions.append(.ended(failure.map(MemberEnding.failed) ?? .native(.lost)))
    default: actions.append(.ended(.native(ending)))
    }
  }
}
