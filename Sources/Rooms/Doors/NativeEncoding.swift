import Wire

/// What clients of our own are sent: everything as it is, because they make it safe themselves.
enum NativeEncoding {
  static func append(_ event: ChatEvent, room: UInt32, into block: inout [UInt8]) {
    switch event.kind {
    case .text: append(event, .text, room: room, into: &block)
    case .action: append(event, .action, room: room, into: &block)
    case .signed: append(event, .signed, room: room, into: &block)
    case .join: append(event, .join, room: room, into: &block)
    case .leave(let reason):
      let words = String(decoding: event.body, as: UTF8.self)
      append(event, .leave(reason: reason.rawValue, words: words), room: room, into: &block)
    case .rename(let nick): append(event, .rename(to: nick), room: room, into: &block)
    }
  }

  /// A frame that is too long is left out: all bounds that lead here are far below.
  static func append(_ frame: NativeFrame, into bytes: inout [UInt8]) {
    try? frame.encode(into: &bytes)
  }

  static func append(
    _ notice: Notice, at wall: Int64, _ limits: DoorLimits, into bytes: inout [UInt8]
  ) {
    switch notice {
    case .welcome(let welcome): append(.welcome(NativeWelcome(welcome, limits)), into: &bytes)
    case .accepted(let id, let number): append(.accepted(id: id, number: number), into: &bytes)
    case .refused(let id, let code, let text):
      append(.refused(id: id, code: code.rawValue, text: text), into: &bytes)
    case .reply(let id, let reply):
      append(.reply(id: id, NativeReply(reply)), into: &bytes)
      if case .history(let room, let events, _) = reply {
        for event in events { append(event, room: room, into: &bytes) }
      }
    case .whisper(let from, let trust, let body):
      let whisper = NativeWhisper(from: from, wall: wall, trust: trust.rawValue, body: body)
      append(.whisper(whisper), into: &bytes)
    case .history(let room, let events, let missed):
      append(.history(NativeHistory(room, events.count, missed)), into: &bytes)
      for event in events { append(event, room: room, into: &bytes) }
    case .catchUp(let room, let pages, let missed):
      append(.history(NativeHistory(room, pages.count, missed)), into: &bytes)
    case .words(let text): append(.notice(text), into: &bytes)
    case .bye(let reason, let text, let wait):
      let bye = NativeBye(reason: reason.rawValue, text: text, retryAfterMilliseconds: wait)
      append(.bye(bye), into: &bytes)
    }
  }

  private static func append(
    _ event: ChatEvent, _ form: NativeForm, room: UInt32, into block: inout [UInt8]
  ) {
    try? NativeFrame.appendEvent(
      room: room, number: event.number, wall: event.wall, form: form, author: event.nick.utf8.span,
      trust: event.trust.rawValue, body: event.body.span, to: &block)
  }

  private static func append(
    _ event: ChatEvent, _ change: NativePresence.Change, room: UInt32, into block: inout [UInt8]
  ) {
    try? NativeFrame.appendPresence(
      room: room, wall: event.wall, change: change, nick: event.nick, to: &block)
  }
}

extension NativeWelcome {
  fileprivate init(_ welcome: Welcome, _ limits: DoorLimits) {
    self.init(
      nick: welcome.nick, seat: NativeSeat(welcome.seat),
      token: welcome.token.isEmpty ? nil : welcome.token,
      limits: NativeLimits(
        frame: UInt32(clamping: limits.frame), body: UInt32(clamping: limits.text),
        idleMilliseconds: limits.idleMilliseconds),
      members: NativeNames(welcome.seat.members), remark: welcome.refusal?.description ?? "",
      isResumed: welcome.resumed)
  }
}

extension NativeSeat {
  fileprivate init(_ seat: RoomSeat) {
    self.init(room: seat.id, name: seat.name, historyID: seat.historyID, head: seat.head)
  }
}

extension NativeHistory {
  fileprivate init(_ room: UInt32, _ count: Int, _ missed: UInt64) {
    self.init(room: room, count: UInt32(clamping: count), missed: missed)
  }
}

extension NativeReply {
  fileprivate init(_ reply: Reply) {
    switch reply {
    case .renamed(let nick, _): self = .nick(nick)
    case .joined(let seat): self = .join(NativeSeat(seat), members: NativeNames(seat.members))
    case .left(let room): self = .leave(room: room)
    case .who(let room, let members): self = .who(room: room, members: NativeNames(members))
    case .rooms(let rooms):
      self = .rooms(
        rooms.map { NativeListing(name: $0.name, members: UInt32(clamping: $0.members)) })
    case .whispered(let nick): self = .whisper(to: nick)
    case .history(let room, let events, let missed):
      self = .history(NativeHistory(room, events.count, missed))
    }
  }
}
