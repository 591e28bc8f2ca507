import Rooms
import Wire

/// The least server that makes a chat of doors, a roster and one room: no sockets, no loop.
struct SmallServer {
  struct Client {
    var door: Door
    /// Everything that it was sent.
    var inbox: [UInt8] = []
    var isInside = false
    var closed: CloseReason?
  }

  var clients: [Client] = []
  private var roster = Roster()
  private var room = Room(id: 1, name: "lobby", historyID: Array(repeating: 7, count: 16))
  private var now = Instant.zero

  private func id(_ place: Int) -> ClientID { ClientID(UInt64(place)) }

  mutating func connect(_ kind: DoorKind?) -> Int {
    let client = Client(door: Door(kind: kind, open: .all, at: now))
    clients.append(client)
    turn(clients.count - 1)
    return clients.count - 1
  }

  mutating func receive(_ bytes: [UInt8], from place: Int) {
    clients[place].door.receive(bytes.span, at: now)
    turn(place)
  }

  /// A client ends its direction.
  mutating func finish(_ place: Int) {
    clients[place].door.finish(at: now)
    turn(place)
  }

  /// Lets time go by, and every deadline on the way.
  mutating func wait(_ duration: Duration) {
    let end = now + duration
    while let due = earliest, due <= end {
      now = max(now, due)
      for place in clients.indices where clients[place].closed == nil {
        clients[place].door.expire(at: now)
        turn(place)
      }
    }
    now = end
  }

  /// How long a client may still be silent; nil for as long as it likes.
  func patience(with place: Int) -> Duration? {
    guard clients[place].closed == nil else { return nil }
    return clients[place].door.deadline.map { $0 - now }
  }

  func nick(of place: Int) -> String? { roster.nick(of: id(place)) }

  private var earliest: Instant? {
    clients.filter { $0.closed == nil }.compactMap(\.door.deadline).min()
  }

  /// The connection of a client breaks.
  mutating func lose(_ place: Int) {
    leave(place, .lost, words: [])
    clients[place].closed = .truncated
    fanOut()
  }

  private mutating func turn(_ place: Int) {
    while let action = clients[place].door.next() {
      switch action {
      case .transmit(let bytes): clients[place].inbox += bytes
      case .close(let reason):
        leave(place, reason.leaveReason(behind: clients[place].door.kind), words: [])
        clients[place].closed = reason
      case .request(let request): obey(request, place)
      }
    }
    fanOut()
  }

  private mutating func obey(_ request: Request, _ place: Int) {
    switch request {
    case .enter(let wish, _, _):
      let grant = roster.claim(wish, for: id(place))
      let join = RoomCommand.join(id(place), nick: grant.nick, trust: .unverified)
      try? _ = room.apply(join, at: 0)
      clients[place].isInside = true
      let seat = RoomSeat(
        id: room.id, name: room.name, members: room.members.map(\.nick),
        historyID: room.historyID, head: room.head)
      tell(.welcome(Welcome(nick: grant.nick, refusal: grant.refusal, seat: seat)), place)
      tell(.history(room: 1, room.history(last: Room.lateJoinerEvents), missed: 0), place)
    case .say(let id, _, let form, let action, let body):
      do {
        let form = SayForm(form: form, action: action)
        let number = try room.apply(.say(self.id(place), form: form, body: body), at: 0)
        fanOut()
        tell(.accepted(id: id, number: number), place)
      } catch {
        tell(.refused(id: id, code: error.code, text: error.description), place)
      }
    case .nick(let id, let nick, let isNearest):
      do {
        var grant = Roster.Grant(nick: nick)
        if isNearest {
          grant = roster.claim(nick, for: self.id(place))
        } else {
          try roster.rename(self.id(place), to: nick)
          grant.nick = roster.nick(of: self.id(place)) ?? nick
        }
        try? _ = room.apply(.rename(self.id(place), to: grant.nick), at: 0)
        tell(.reply(id: id, .renamed(nick: grant.nick, refusal: grant.refusal)), place)
      } catch {
        tell(.refused(id: id, code: error.code, text: error.description), place)
      }
    case .quit(let words): leave(place, .quit, words: Array((words ?? "").utf8))
    case .join, .leave, .who, .rooms, .whisper, .history, .ignore: break
    }
  }

  private mutating func leave(_ place: Int, _ reason: LeaveReason, words: [UInt8]) {
    try? _ = room.apply(.leave(id(place), reason: reason, words: words), at: 0)
    roster.release(id(place))
    clients[place].isInside = false
  }

  private mutating func tell(_ notice: Notice, _ place: Int) {
    clients[place].door.tell(notice, at: 0, offset: 0)
  }

  /// Nobody gets what is its own.
  private mutating func fanOut() {
    for event in room.commit() {
      for place in clients.indices where clients[place].isInside && event.author != id(place) {
        clients[place].door.kind?.encode(event, room: 1, offset: 0, into: &clients[place].inbox)
      }
    }
  }
}
