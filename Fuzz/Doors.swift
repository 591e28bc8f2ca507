// modules: Wire Rooms
import Rooms
import Wire

// Laws: any cut of a client's bytes gives the same requests, the same bytes back and the same end,
// at every door, with a server that answers; nothing follows a close; what is asked for is within
// its limits.

/// What came out of a door, adjoining bytes as one.
func play(_ kind: DoorKind?, _ stream: ArraySlice<UInt8>, seed: UInt64) -> [Door.Action] {
  var door = Door(kind: kind, open: .all, at: .zero, givenNick: "guest-1")
  var actions: [Door.Action] = []
  func drain() {
    while let action = door.next() {
      if case .close = actions.last { preconditionFailure("an action after the close") }
      if case .transmit(let bytes) = action, case .transmit(let before)? = actions.last {
        actions[actions.count - 1] = .transmit(before + bytes)
      } else {
        actions.append(action)
      }
      if case .request(let request) = action { answer(request, at: &door) }
    }
  }
  drain()
  var rest = stream
  var state = seed
  while !rest.isEmpty {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let size = seed == 0 ? rest.count : Int(state >> 60) + 1
    door.receive(Array(rest.prefix(size)).span, at: .zero)
    rest = rest.dropFirst(size)
    drain()
  }
  door.finish(at: .zero)
  drain()
  guard case .close = actions.last else { preconditionFailure("no close at the end") }
  precondition(door.deadline == nil, "a closed door waits for something")
  return actions
}

/// A server that has something to say to everything.
func answer(_ request: Request, at door: inout Door) {
  let event = ChatEvent(
    kind: .text, number: 1, wall: 1, author: ClientID(2), nick: "bob", body: Array("hi".utf8))
  let notice: Notice =
    switch request {
    case .enter(let nick, let room, _):
      .welcome(
        Welcome(
          nick: nick ?? "guest-1", refusal: .taken,
          seat: RoomSeat(
            id: 1, name: room ?? "lobby", members: [nick ?? ""],
            historyID: Array(repeating: 1, count: 16), head: 1)))
    case .say(let id, _, _, _, let body): .accepted(id: id, number: UInt64(body.count))
    case .nick(let id, let nick, _): .reply(id: id, .renamed(nick: nick, refusal: .taken))
    case .join(let id, let room), .leave(let id, let room?): .reply(id: id, .left(room: room))
    case .who(let id, let room): .reply(id: id, .who(room: room ?? "", members: [room ?? ""]))
    case .rooms(let id): .reply(id: id, .rooms([RoomListing(name: "r", members: 1)]))
    case .whisper(_, let to, let body): whisper(to, body)
    case .history(let id, _, let last): history(id, last, event)
    case .leave, .ignore, .quit: .words("done")
    }
  door.tell(notice, at: 1, offset: 0)
  guard case .ignore(let nick) = request else { return }
  if let nick { door.toggleIgnore(of: ClientID(3), called: nick) } else { door.tellIgnored() }
}

func whisper(_ to: String, _ body: [UInt8]) -> Notice {
  precondition(!body.isEmpty && body.count <= Body.limit, "a whisper over its limit")
  return .whisper(from: to, trust: .unverified, body: body)
}

func history(_ id: UInt64, _ last: Int, _ event: ChatEvent) -> Notice {
  precondition(0...Journal.eventLimit ~= last, "a history over its limit")
  return .reply(id: id, .history(room: 1, [event], missed: 1))
}

/// Reads door and cuts from the first two bytes, the stream from the rest.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard input.count >= 2 else { return 0 }
  let kinds: [DoorKind?] = DoorKind.allCases + [nil]
  let kind = kinds[Int(input[0]) % kinds.count]
  let whole = play(kind, input[2...], seed: 0)
  precondition(play(kind, input[2...], seed: UInt64(input[1]) + 1) == whole, "a cut")
  return 0
}
