/// What a person at a plain door reads of a notice.
extension Notice {
  /// One text each, not yet safe.
  var remarks: [[UInt8]] {
    switch self {
    case .welcome(let welcome):
      [
        welcome.refusal.map { Array($0.description.utf8) },
        Array("You are \(welcome.nick) in \(welcome.seat.scene(for: welcome.nick))".utf8),
        Array("Type a line to say it; /help lists the commands.".utf8),
      ].compactMap(\.self)
    case .accepted: []
    case .refused(_, _, let text): [Array(text.utf8)]
    case .reply(_, let reply): reply.remarks
    case .whisper(let from, _, let body): [Array("\(from) whispers: ".utf8) + body]
    case .history(_, let events, let missed):
      Notice.remarks(on: events.count, missed: missed)
    case .catchUp(_, let pages, let missed): Notice.remarks(on: pages.count, missed: missed)
    case .words(let text): [Array(text.utf8)]
    case .bye(_, let text, _): text.isEmpty ? [] : [Array(text.utf8)]
    }
  }

  /// The same for a program that did not ask, and whose user cannot: only what it must know.
  var quietRemarks: [[UInt8]] {
    switch self {
    case .welcome(let welcome): Notice.remarks(on: welcome.refusal, nick: welcome.nick)
    case .reply(_, .renamed(let nick, let refusal)): Notice.remarks(on: refusal, nick: nick)
    case .history(_, _, let missed), .catchUp(_, _, let missed):
      missed > 0 ? Notice.remarks(on: 0, missed: missed) : []
    case .accepted, .refused, .reply, .whisper, .words, .bye: remarks
    }
  }

  /// The events that follow the remarks.
  var history: [ChatEvent] {
    switch self {
    case .history(_, let events, _), .reply(_, .history(_, let events, _)): events
    case .catchUp(_, let pages, _): pages.events
    case .welcome, .accepted, .refused, .reply, .whisper, .words, .bye: []
    }
  }

  fileprivate static func remarks(on events: Int, missed: UInt64) -> [[UInt8]] {
    var remarks: [[UInt8]] = []
    if missed > 0 { remarks.append(Array("\(missed) messages missed.".utf8)) }
    if events > 0 { remarks.append(Array("Said before (\(events)):".utf8)) }
    return remarks
  }

  private static func remarks(on refusal: NameRefusal?, nick: String) -> [[UInt8]] {
    refusal.map { [Array("\($0) You are \(nick) here.".utf8)] } ?? []
  }
}

extension Reply {
  fileprivate var remarks: [[UInt8]] {
    switch self {
    case .renamed(let nick, let refusal):
      [Array("\(refusal.map { "\($0) " } ?? "")You are now \(nick).".utf8)]
    case .joined(let seat): [Array("You are now in \(seat.scene(for: nil))".utf8)]
    case .left(let room): [Array("You left \(room). /join ROOM takes you to another.".utf8)]
    case .who(let room, let members):
      [Array("In \(room) (\(members.count)): \(members.shown)".utf8)]
    case .rooms(let rooms):
      [Array("Rooms: \(rooms.map { "\($0.name) (\($0.members))" }.shown)".utf8)]
    case .whispered(let nick): [Array("You whispered to \(nick).".utf8)]
    case .history(_, let events, let missed):
      events.isEmpty && missed == 0
        ? [Array("Nothing was said here yet.".utf8)]
        : Notice.remarks(on: events.count, missed: missed)
    }
  }
}

extension RoomSeat {
  /// Such as "lobby, with ann, bob." in a sentence.
  fileprivate func scene(for nick: String?) -> String {
    let others = members.filter { $0 != nick }
    return others.isEmpty || members.count < 2
      ? "\(name), alone so far." : "\(name), with \(others.shown)."
  }
}

extension [String] {
  /// Names in a row, as many as a person would read.
  fileprivate var shown: String {
    let limit = 200
    guard count > limit else { return joined(separator: ", ") }
    return prefix(limit).joined(separator: ", ") + " and \(count - limit) more"
  }
}
