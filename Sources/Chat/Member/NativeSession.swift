internal import Rooms
package import Sockets
package import Wire

/// A person at Parley's own door: typed lines in, what there is to show out.
package struct NativeSession: MemberSession {
  /// What waits for the server's answer.
  private enum Asked {
    case words(String, action: Bool)
    case whisper(String)
    case command
  }

  package private(set) var unsaidCount = 0
  private var client: NativeClient
  private var isEntered = false
  private var asked: [UInt64: Asked] = [:]
  private var ignored = IgnoreList()
  private var rooms: [UInt32: String] = [:]
  private var failure: SocketError?
  private var actions = ActionQueue()

  /// How many people can be ignored, and rooms be known by name.
  private static let listLimit = 1000

  /// Asks for a nick and a room, either nil for the server's choice, and waits so long for an answer.
  ///
  /// Throws when a name is too long to be sent at all.
  package init(
    nick: String? = nil, room: String? = nil, patience: Duration = NativeClient.answerLimit,
    at now: Moment
  ) throws(WireError) {
    client = try NativeClient(
      nick: nick ?? "", room: room ?? "", patience: patience, at: now.instant)
    drain(at: now)
  }

  package var paced: FrameFormat? { nil }
  package var isReady: Bool { client.isReady }
  package var deadline: Instant? { client.deadline }
  package mutating func next() -> MemberAction? { actions.next() }

  // MARK: - What the user wants

  package mutating func type(_ line: [UInt8], at now: Moment) {
    switch LineInput(line[...]) {
    case .nothing: break
    case .request(let request): ask(request)
    case .help: show(.help)
    case .quit(let words): client.closeWhenAnswered(words ?? "", at: now.instant)
    case .hint(let words):
      unsaidCount += 1
      show(.hint(words))
    }
    drain(at: now)
  }

  package mutating func endInput(at now: Moment) {
    client.closeWhenAnswered(at: now.instant)
    drain(at: now)
  }

  package mutating func leave(at now: Moment) {
    // Before the welcome there is nobody to say goodbye to.
    guard isEntered else {
      client.close(at: now.instant)
      return drain(at: now)
    }
    endInput(at: now)
  }

  private mutating func ask(_ request: Request) {
    switch request {
    case .say(_, _, _, let action, let body): say(String(decoding: body, as: UTF8.self), action)
    case .whisper(_, let name, let body):
      let text = String(decoding: body, as: UTF8.self)
      send(.whisper(to: name, body: body), .whisper(text))
    case .nick(_, let name, _): send(.nick(name))
    case .join(_, let room): send(.join(room: room))
    case .leave(_, let room): send(.leave(room: room ?? ""))
    case .who(_, let room): send(.who(room: room ?? ""))
    case .rooms: send(.rooms)
    case .history(_, let room, let last):
      send(.history(room: room ?? "", last: UInt32(clamping: last)))
    case .ignore(let nick): show(.words(ignored.toggle(nick)))
    case .enter, .quit: break  // Lines never mean these.
    }
  }

  private mutating func say(_ text: String, _ action: Bool) {
    do throws(RoomRefusal) {
      asked[try client.say(text, action: action)] = .words(text, action: action)
    } catch {
      unsay(text, error.description)
    }
  }

  private mutating func send(_ command: NativeCommand, _ asked: Asked = .command) {
    do throws(RoomRefusal) {
      self.asked[try client.command(command)] = asked
    } catch {
      if case .whisper(let text) = asked {
        unsay(text, error.description)
      } else {
        show(.refused(error.description))
      }
    }
  }

  // MARK: - What happens

  package mutating func receive(_ bytes: Span<UInt8>, at now: Moment) {
    client.receive(bytes, at: now.instant)
    drain(at: now)
  }

  package mutating func finish(_ failure: SocketError?, at now: Moment) {
    self.failure = failure
    client.finish(at: now.instant)
    drain(at: now)
  }

  package mutating func expire(at now: Moment) {
    client.expire(at: now.instant)
    drain(at: now)
  }

  /// The native protocol says goodbye in words; the stream ends behind them.
  package mutating func writingEnded(at now: Moment) {}

  private mutating func drain(at now: Moment) {
    while let action = client.next() {
      switch action {
      case .transmit(let bytes): actions.append(.transmit(bytes))
      case .entered(let welcome):
        isEntered = true
        rooms[welcome.seat.room] = welcome.seat.name
        show(.entered(welcome))
      case .event(let event, let isHistory): hear(event, isHistory: isHistory)
      case .presence(let presence): hear(presence)
      case .accepted(let id, _): answered(id, at: now)
      case .refused(let id, _, let text): refused(id, text)
      case .reply(let id, let reply): answered(id, with: reply)
      case .whisper(let whisper): if !ignored.contains(whisper.from) { show(.whisper(whisper)) }
      case .notice(let text): show(.words(text))
      case .history(let history): show(.history(history))
      case .ended(let ending): end(ending)
      }
    }
  }

  private mutating func hear(_ event: NativeEvent, isHistory: Bool) {
    guard !ignored.contains(event.author) else { return }
    show(
      .message(
        MemberMessage(
          wall: event.wall, nick: event.author, form: event.form, body: event.body,
          room: otherRoom(event.room), isHistory: isHistory)))
  }

  private mutating func hear(_ presence: NativePresence) {
    guard ignored.contains(presence.nick) else {
      return show(.presence(presence, room: otherRoom(presence.room)))
    }
    if case .rename(let nick) = presence.change { ignored.rename(presence.nick, to: nick) }
  }

  private func otherRoom(_ room: UInt32) -> String? {
    room == client.seat?.room ? nil : rooms[room]
  }

  private mutating func answered(_ id: UInt64, at now: Moment) {
    guard case .words(let text, let action)? = asked.removeValue(forKey: id) else { return }
    show(
      .message(
        MemberMessage(
          wall: now.wall, nick: client.nick, form: action ? .action : .text,
          body: Array(text.utf8), isOwn: true)))
  }

  private mutating func answered(_ id: UInt64, with reply: NativeReply) {
    let request = asked.removeValue(forKey: id)
    if case .whisper(let to) = reply, case .whisper(let text)? = request {
      return show(.whispered(to: to, text: text))
    }
    if case .join(let seat, _) = reply {
      if rooms.count >= NativeSession.listLimit { rooms = [:] }
      rooms[seat.room] = seat.name
    }
    show(.reply(reply))
  }

  private mutating func refused(_ id: UInt64, _ why: String) {
    switch asked.removeValue(forKey: id) {
    case .words(let text, _), .whisper(let text): unsay(text, why)
    case .command, nil: show(.refused(why))
    }
  }

  private mutating func unsay(_ text: String, _ why: String) {
    unsaidCount += 1
    show(.unsaid(text, why: why))
  }

  private mutating func end(_ ending: NativeEnding) {
    for (_, request) in asked.sorted(by: { $0.key < $1.key }) {
      switch request {
      case .words(let text, _), .whisper(let text): unsay(text, "no answer came")
      case .command: break
      }
    }
    asked = [:]
    switch ending {
    case .left: actions.append(.ended(.left))
    case .lost: actions.append(.ended(failure.map(MemberEnding.failed) ?? .native(.lost)))
    default: actions.append(.ended(.native(ending)))
    }
  }

  private mutating func show(_ event: MemberEvent) { actions.append(.show(event)) }
}
