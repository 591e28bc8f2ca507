import Rooms
import Wire

extension NativeSession {
  mutating func drain(at now: Moment) {
    while let action = client.next() {
      switch action {
      case .transmit(let bytes): transmit(bytes)
      case .entered(let welcome): entered(welcome, at: now)
      case .event(let event, let isHistory): hear(event, isHistory: isHistory)
      case .gap(let room, let count): show(.missing(count, room: otherRoom(room)))
      case .caughtUp(let room, let isWhole):
        if case .catchingUp = state, room == client.seat?.room { settle(isWhole: isWhole) }
      case .presence(let presence): hear(presence)
      case .accepted(let id, _): accepted(id, at: now)
      case .refused(let id, _, let text): refused(id, text)
      case .reply(let id, let reply): answered(id, with: reply)
      case .whisper(let whisper):
        if !ignored.contains(whisper.from) { show(.whisper(whisper)) }
      case .notice(let text): show(.words(text))
      // That of a room which we are back in holds what we have seen as well.
      case .history(let history):
        if history.room == client.seat?.room { show(.history(history)) }
      case .ended(let ending): lose(ending, at: now)
      }
    }
  }

  // MARK: - In and out

  private mutating func entered(_ welcome: NativeWelcome, at now: Moment) {
    shownRoom = welcome.seat.name
    guard let lostAt else {
      state = .here(since: now.instant)
      return show(.entered(welcome))
    }
    (self.lostAt, shownReason) = (nil, nil)
    let seconds = (now.instant.nanoseconds - lostAt.nanoseconds) / 1_000_000_000
    show(.back(welcome, after: .seconds(Int64(clamping: seconds)), goesOn: client.goesOn))
    remember(welcome.nick)
    waiting = client.memory.otherRooms.map { WaitingWish(wish: .rejoin($0)) } + waiting
    state = .catchingUp(since: now.instant)
    if !client.goesOn { settle(isWhole: false) }
  }

  /// Nothing more comes that could tell which of the doubtful messages were said.
  private mutating func settle(isWhole: Bool) {
    guard case .catchingUp(let since) = state else { return }
    state = .here(since: since)
    ownNames = []
    var others: [WaitingWish] = []
    for var wish in waiting {
      if wish.isDoubtful, !isWhole, let text = wish.wish.text {
        doubt(text)
      } else {
        wish.isDoubtful = false
        others.append(wish)
      }
    }
    waiting = others
  }

  /// The connection has ended; comes back later unless that is no use.
  mutating func lose(_ ending: NativeEnding, at now: Moment) {
    let lasting: Duration =
      switch state {
      case .here(let since), .catchingUp(let since):
        .nanoseconds(Int64(clamping: now.instant.nanoseconds - since.nanoseconds))
      case .entering, .away, .dialling, .returning, .over: .zero
      }
    if case .entering = state { return end(ending, at: now) }
    guard let pause = returning?.pause(after: ending, lasting: lasting) else {
      return end(ending, at: now)
    }
    takeBack()
    if let goodbye {
      guard !waiting.isEmpty else { return end(.left, at: now) }
      lastTry = goodbye.by ?? lastTry ?? now.instant + NativeSession.lastPatience
      self.goodbye = (goodbye.words, lastTry)
    }
    lostAt = lostAt ?? now.instant
    let why = failure.map { "\($0)" } ?? ending.brief
    failure = nil
    goAway(until: now.instant + pause)
    guard why != shownReason else { return }
    shownReason = why
    show(.away(why: why, pause: pause))
  }

  /// What has no answer waits again, before everything that was typed later.
  private mutating func takeBack() {
    remember(client.nick)
    var again: [WaitingWish] = []
    for (_, wish) in asked.sorted(by: { $0.key < $1.key }) {
      switch wish {
      case .words: again.append(WaitingWish(wish: wish, isDoubtful: true))
      // Nobody but the other person could tell.
      case .whisper(_, let text): doubt(text)
      // Nothing is said twice by doing these twice.
      case .command(let command):
        if case .nick(let nick) = command { remember(nick) }
        again.append(WaitingWish(wish: wish))
      case .rejoin: break
      }
    }
    asked = [:]
    waiting = again + waiting.filter { if case .rejoin = $0.wish { false } else { true } }
  }

  private mutating func remember(_ nick: String) {
    if !ownNames.contains(nick) { ownNames.append(nick) }
  }

  // MARK: - What others say

  private mutating func hear(_ event: NativeEvent, isHistory: Bool) {
    if case .catchingUp = state, event.room == client.seat?.room, finds(event) {
      return show(.message(message(event, isOwn: true, isHistory: isHistory)))
    }
    guard !ignored.contains(event.author) else { return }
    show(.message(message(event, isOwn: false, isHistory: isHistory)))
  }

  private func message(
    _ event: NativeEvent, isOwn: Bool, isHistory: Bool
  ) -> MemberMessage {
    MemberMessage(
      wall: event.wall, nick: event.author, form: event.form, body: event.body,
      room: otherRoom(event.room), isOwn: isOwn, isHistory: isHistory)
  }

  /// Whether the first doubtful message of these words is found in this event: it was said.
  private mutating func finds(_ event: NativeEvent) -> Bool {
    let key = Nick.key(of: event.author)
    guard ownNames.contains(where: { Nick.key(of: $0) == key }) else { return false }
    let place = waiting.firstIndex { wish in
      guard wish.isDoubtful, case .words(let text, let action) = wish.wish else { return false }
      return event.form == (action ? .action : .text) && event.body.elementsEqual(text.utf8)
    }
    if let place { waiting.remove(at: place) }
    return place != nil
  }

  private mutating func hear(_ presence: NativePresence) {
    guard ignored.contains(presence.nick) else {
      return show(.presence(presence, room: otherRoom(presence.room)))
    }
    if case .rename(let nick) = presence.change { ignored.rename(presence.nick, to: nick) }
  }

  private func otherRoom(_ room: UInt32) -> String? {
    room == client.seat?.room ? nil : client.memory.name(of: room)
  }

  // MARK: - Answers

  private mutating func accepted(_ id: UInt64, at now: Moment) {
    guard case .words(let text, let action)? = asked.removeValue(forKey: id) else { return }
    show(
      .message(
        MemberMessage(
          wall: now.wall, nick: client.nick, form: action ? .action : .text,
          body: Array(text.utf8), isOwn: true)))
  }

  private mutating func answered(_ id: UInt64, with reply: NativeReply) {
    switch (asked.removeValue(forKey: id), reply) {
    case (.whisper(_, let text), .whisper(let to)): show(.whispered(to: to, text: text))
    case (.rejoin(let room), .join): show(.remark("You are in \(room) again."))
    case (_, .leave):
      show(.reply(reply))
      if client.seat?.name != shownRoom { showRoom() }
    default:
      show(.reply(reply))
      shownRoom = client.seat?.name
    }
  }

  private mutating func refused(_ id: UInt64, _ why: String) {
    switch asked.removeValue(forKey: id) {
    case .words(let text, _), .whisper(_, let text): unsay(text, why)
    case .rejoin(let room):
      client.forget(room: room)
      show(.refused("You are not in \(room) any more: \(why)"))
    case .command, nil: show(.refused(why))
    }
  }
}
