import Rooms
import Sockets

extension ServerLoop {
  /// Does what a client asks.
  func handle(_ request: Request, of client: Client) {
    guard phase < .refusing else { return decline(request, of: client) }
    switch request {
    case .enter(let nick, let room, let resume): enter(client, nick, room, resume)
    case .say(let id, let room, let form, let action, let body):
      counts.messages &+= 1
      say(client, id, room, form, action, body)
    case .nick(let id, let nick, let nearest): rename(client, id, nick, nearest)
    case .join(let id, let room): join(client, id, room)
    case .leave(let id, let room):
      guard let seat = seat(of: client, called: room) else { return refuseSeat(client, id, room) }
      vacate(client, seat, reply: id)
      client.removeSeats { $0.ticket == seat.ticket }
    case .who(let id, let room):
      guard mayAsk(client, id) else { return }
      guard let seat = seat(of: client, called: room) else { return refuseSeat(client, id, room) }
      order(client, seat, .who(id: id))
    case .history(let id, let room, let last):
      guard mayAsk(client, id) else { return }
      guard let seat = seat(of: client, called: room) else { return refuseSeat(client, id, room) }
      order(client, seat, .history(id: id, last: last))
    case .rooms(let id):
      guard mayAsk(client, id) else { return }
      client.tell(.reply(id: id, .rooms(directory.listing())))
    case .whisper(let id, let nick, let body): whisper(client, id, nick, body)
    case .ignore(nil): client.door.tellIgnored()
    case .ignore(let nick?): ignore(client, nick)
    case .quit(let words): client.words = Array((words ?? "").utf8)
    }
  }

  /// The same when the server is closing: only to leave is still possible.
  private func decline(_ request: Request, of client: Client) {
    switch request {
    case .quit(let words): client.words = Array((words ?? "").utf8)
    // The goodbye is on its way, and answers as well.
    case .enter: break
    case .say(let id, _, _, _, _), .nick(let id, _, _), .join(let id, _), .leave(let id, _),
      .who(let id, _), .rooms(let id), .history(let id, _, _), .whisper(let id, _, _):
      client.tell(.refused(id: id, code: .closing, text: ServerPhase.refusal))
    case .ignore: client.tell(.refused(id: 0, code: .closing, text: ServerPhase.refusal))
    }
  }

  private func enter(_ client: Client, _ wish: String?, _ room: String?, _ resume: Resume?) {
    guard !client.hasEntered else { return }
    client.hasEntered = true
    decided(client)
    let place: Directory.Place
    do throws(NameRefusal) {
      let name = if let room { try checkRoom(room) } else { options.defaultRoom }
      guard let entered = try directory.enter(name) else {
        return client.tell(
          .bye(.full, text: "There are too many rooms.", retryAfterMilliseconds: 5000))
      }
      place = entered
    } catch {
      return client.tell(.bye(.misbehaved, text: error.description, retryAfterMilliseconds: 0))
    }
    let (grant, isBack, ghost) = grant(client, wish, resume)
    var token: [UInt8] = []
    if isBack, let resume {
      token = resume.token
    } else if client.door.kind == .native {
      var random = SystemRandomNumberGenerator()
      token = random.bytes(16)
      directory.setToken(token, for: client.id)
    }
    let seat = client.addSeat(in: place)
    let purpose = JoinPurpose.enter(
      refusal: grant.refusal, token: token, resume: resume, isBack: isBack, ghost: ghost)
    order(client, seat, .join(nick: grant.nick, purpose: purpose, ticket: seat.ticket))
  }

  /// The nick of one who enters: that of before, the one it wishes or one near it, or the given one.
  private func grant(
    _ client: Client, _ wish: String?, _ resume: Resume?
  ) -> (Roster.Grant, isBack: Bool, Ghost?) {
    if let resume, let resumption = directory.resume(resume.token, by: client.id) {
      let ghost = resumption.ghost.flatMap { ghost in
        directory.loop(of: ghost).map { Ghost(client: ghost, loop: $0) }
      }
      return (Roster.Grant(nick: resumption.nick), true, ghost)
    }
    if wish == nil, let given = directory.nick(of: client.id) {
      return (Roster.Grant(nick: given), false, nil)
    }
    guard let wish, wish.utf8.count > limits.maximumNick, limits.maximumNick < Nick.byteLimit
    else {
      return (directory.claim(wish, for: client.id), false, nil)
    }
    return (claimShort(wish, client), false, nil)
  }

  /// A nick that is longer than this server wants, cut so that a number still has room behind it.
  private func claimShort(_ wish: String, _ client: Client) -> Roster.Grant {
    counts.hit(.maxNick)
    var short = String.UnicodeScalarView()
    var room = limits.maximumNick - 4
    for scalar in wish.unicodeScalars {
      room -= UTF8.width(scalar)
      guard room >= 0 else { break }
      short.append(scalar)
    }
    let nick = directory.claim(String(short), for: client.id).nick
    return Roster.Grant(nick: nick, refusal: .tooLong(bytes: limits.maximumNick))
  }

  /// In how many rooms a client may be; behind a plain door it is one, and on its way it may ask for more.
  private func mostSeats(of client: Client) -> Int {
    client.door.kind == .native ? limits.maximumRoomsPerClient : 64
  }

  /// The name of a room as it is kept.
  private func checkRoom(_ name: String) throws(NameRefusal) -> String {
    let name = try RoomName.check(name)
    guard name.utf8.count <= limits.maximumRoomName else {
      counts.hit(.maxRoomName)
      throw .tooLong(bytes: limits.maximumRoomName)
    }
    return name
  }

  /// Whether a client gets one more long answer; it is told when not.
  private func mayAsk(_ client: Client, _ id: UInt64) -> Bool {
    guard let gate = client.gate, !gate.takeAnswer() else { return true }
    counts.hit(.flood)
    client.tell(.refused(id: id, code: .flood, text: "You ask for too much at once."))
    return false
  }

  private func say(
    _ client: Client, _ id: UInt64, _ room: UInt32?, _ form: UInt8, _ action: Bool,
    _ body: [UInt8]
  ) {
    let seat =
      if let room { client.seats.first { $0.place.id == room } } else { client.seats.last }
    guard let seat else { return refuseSeat(client, id, room.map { "\($0)" }) }
    let form: SayForm = form == 1 ? .signed : action ? .action : .text
    order(client, seat, .say(id: id, form, body: body))
  }

  private func rename(_ client: Client, _ id: UInt64, _ nick: String, _ nearest: Bool) {
    let old = directory.nick(of: client.id) ?? ""
    var grant = Roster.Grant(nick: nick)
    if nick.utf8.count > limits.maximumNick, limits.maximumNick < Nick.byteLimit {
      guard nearest else {
        counts.hit(.maxNick)
        let refusal = NameRefusal.tooLong(bytes: limits.maximumNick)
        return client.tell(.refused(id: id, code: refusal.code, text: refusal.description))
      }
      grant = claimShort(nick, client)
    } else if nearest {
      grant = directory.claim(nick, for: client.id)
    } else if let refusal = directory.rename(client.id, to: nick) {
      return client.tell(.refused(id: id, code: refusal.code, text: refusal.description))
    } else {
      // As it is written in its normal form.
      grant.nick = directory.nick(of: client.id) ?? nick
    }
    for seat in client.seats { order(client, seat, .rename(to: grant.nick)) }
    client.tell(.reply(id: id, .renamed(nick: grant.nick, refusal: grant.refusal)))
    report(.renamed(client.id, from: old, to: grant.nick))
  }

  private func join(_ client: Client, _ id: UInt64, _ room: String) {
    guard seat(of: client, called: room) == nil else {
      let refusal = RoomRefusal.alreadyMember
      return client.tell(.refused(id: id, code: refusal.code, text: refusal.description))
    }
    let place: Directory.Place
    do throws(NameRefusal) {
      let name = try checkRoom(room)
      guard client.seats.count < mostSeats(of: client) else {
        counts.hit(.maxRoomsPerClient)
        return client.tell(
          .refused(id: id, code: .tooManyRooms, text: "You are in too many rooms."))
      }
      guard let entered = try directory.enter(name) else {
        return client.tell(
          .refused(id: id, code: .tooManyRooms, text: "There are too many rooms."))
      }
      place = entered
    } catch {
      return client.tell(.refused(id: id, code: error.code, text: error.description))
    }
    let seat = client.addSeat(in: place)
    let nick = directory.nick(of: client.id) ?? ""
    order(client, seat, .join(nick: nick, purpose: .move(id: id), ticket: seat.ticket))
  }

  private func whisper(_ client: Client, _ id: UInt64, _ nick: String, _ body: [UInt8]) {
    guard let target = directory.find(nick) else {
      return client.tell(
        .refused(id: id, code: .noSuchPerson, text: "There is no \(nick) here."))
    }
    do { try Body.check(body, limit: limits.maximumText) } catch {
      return client.tell(.refused(id: id, code: error.code, text: error.description))
    }
    let from = directory.nick(of: client.id) ?? ""
    let notice = Notice.whisper(from: from, trust: .unverified, body: body)
    put(.whisper(target.client, by: client.id, notice), for: target.loop)
    client.tell(.reply(id: id, .whispered(to: target.nick)))
  }

  private func ignore(_ client: Client, _ nick: String) {
    guard let target = directory.find(nick), target.client != client.id else {
      return client.tell(
        .refused(id: 0, code: .noSuchPerson, text: "There is no \(nick) here to ignore."))
    }
    client.door.toggleIgnore(of: target.client, called: target.nick)
    client.link?.isSelective = true
  }

  private func order(_ client: Client, _ seat: Client.Seat, _ kind: RoomOrder.Kind) {
    send(RoomOrder(room: seat.place, client: client.id, loop: index, kind: kind))
  }

  /// The seat in the room called so; without a name, the one asked for last, whether or not its room
  /// has answered yet: what is typed after `/join` is meant for there.
  private func seat(of client: Client, called room: String?) -> Client.Seat? {
    guard let room else { return client.seats.last }
    let key = RoomName.key(of: room)
    return client.seats.first { RoomName.key(of: $0.place.name) == key }
  }

  private func refuseSeat(_ client: Client, _ id: UInt64, _ room: String?) {
    let text =
      room == nil ? "You are in no room; /join ROOM enters one." : RoomRefusal.notMember.description
    client.tell(.refused(id: id, code: .notMember, text: text))
  }
}
