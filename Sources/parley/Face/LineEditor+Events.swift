import Chat
import Rooms
import Wire

extension LineEditor {
  /// Takes notice of who is here and speaks, and of the rooms, to complete their names.
  mutating func learn(_ event: MemberEvent) {
    switch event {
    case .entered(let welcome), .back(let welcome, _, _):
      completion.commands = LineInput.commands
      completion.ownName = welcome.nick
      come(into: welcome.seat.name, welcome.members)
    case .named(let name):
      // Where no server says it, the commands are those among peers.
      completion.commands = PeerLine.commands
      completion.ownName = name
    case .reply(.nick(let name)): completion.ownName = name
    case .message(let message):
      if let room = message.room { completion.rooms.add(room) }
      if !message.isOwn { completion.people.use(message.nick) }
    case .whisper(let whisper): completion.people.use(whisper.from)
    case .whispered(let to, _): completion.people.use(to)
    case .presence(let presence, let room): learn(presence, isElsewhere: room != nil)
    case .reply(let reply): learn(reply)
    case .peer(let event): learn(event)
    case .chatText(let text): completion.people.use(text.name)
    default: break  // Nothing else names anybody.
    }
  }

  private mutating func learn(_ presence: NativePresence, isElsewhere: Bool) {
    switch presence.change {
    case .rename(let nick): completion.people.rename(presence.nick, to: nick)
    case .join: if !isElsewhere { completion.people.add(presence.nick) }
    case .leave: if !isElsewhere { completion.people.remove(presence.nick) }
    }
  }

  private mutating func learn(_ reply: NativeReply) {
    switch reply {
    case .join(let seat, let members): come(into: seat.name, members)
    case .leave(let room): completion.rooms.add(room)
    case .who(_, let members): for name in members.names { completion.people.add(name) }
    case .rooms(_, let rooms): for room in rooms { completion.rooms.add(room.name) }
    case .nick, .whisper, .history: break
    }
  }

  private mutating func learn(_ event: PeerEvent) {
    switch event {
    case .said(let who, _, _, let isOwn, _): if !isOwn { completion.people.use(who.name) }
    case .joined(let who), .back(let who): completion.people.add(who.name)
    case .left(let who), .gone(let who, _): completion.people.remove(who.name)
    case .raw: break
    }
  }

  /// Those of the room that we come from are no longer near.
  private mutating func come(into room: String, _ members: NativeNames?) {
    completion.rooms.use(room)
    completion.people = RecentNames()
    for name in members?.names ?? [] { completion.people.add(name) }
  }
}
