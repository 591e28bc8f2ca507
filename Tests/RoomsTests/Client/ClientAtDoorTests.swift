import Rooms
import Testing
import Wire

@Suite("A native client at a native door")
struct ClientAtDoorTests {
  /// Carries bytes between the two until both are quiet; gives what the door did.
  static func exchange(
    _ client: inout ClientScript, _ door: inout Script, size: Int
  ) -> [Door.Action] {
    var done: [Door.Action] = []
    while true {
      let forth = client.takeBytes()
      for start in stride(from: 0, to: forth.count, by: size) {
        door.receive(Array(forth[start..<min(start + size, forth.count)]))
      }
      let back = door.sent
      done += door.take()
      for start in stride(from: 0, to: back.count, by: size) {
        client.receive(Array(back[start..<min(start + size, back.count)]))
      }
      if forth.isEmpty && back.isEmpty { return done }
    }
  }

  @Test(
    "enters, talks, asks and leaves, also when it was greeted before its first bytes came",
    arguments: [1, 7, 10_000], [false, true])
  func conversation(size: Int, isLate: Bool) throws {
    let seat = RoomSeat(
      id: 7, name: "lobby", members: ["bob", "ann"], historyID: ClientScript.history, head: 40)
    var door = Script(nil, givenNick: "guest\u{7}")
    door.answer = { request in
      switch request {
      case .enter(let nick, _, _):
        .welcome(Welcome(nick: nick ?? "guest-1", seat: seat, token: ClientScript.token))
      case .say(let id, _, _, _, _): .accepted(id: id, number: 40 + id)
      case .who(let id, _): .reply(id: id, .who(room: "lobby", members: ["bob", "ann"]))
      case .whisper(let id, let nick, _): .reply(id: id, .whispered(to: nick))
      case .nick(let id, _, _): .refused(id: id, code: .nameTaken, text: "taken")
      default: nil
      }
    }
    var client = try ClientScript("ann")
    if isLate { door.wait(until: 400) }
    #expect(door.sent.isEmpty != isLate)
    _ = Self.exchange(&client, &door, size: size)
    #expect(client.client.isReady)
    let ids = [
      try client.client.say("hello"), try client.client.say("waves", action: true),
      try client.client.command(.who(room: "")),
      try client.client.command(.whisper(to: "bob", body: "psst".bytes)),
      try client.client.command(.nick("bob")),
    ]
    client.client.closeWhenAnswered("so long", at: .zero)
    client.drain()
    _ = client.takeActions()
    let done = Self.exchange(&client, &door, size: size)
    #expect(
      client.takeActions() == [
        .accepted(id: ids[0], number: 41), .accepted(id: ids[1], number: 42),
        .reply(id: ids[2], .who(room: "lobby", members: NativeNames(["bob", "ann"]))),
        .reply(id: ids[3], .whisper(to: "bob")),
        .refused(id: ids[4], code: RefusalCode.nameTaken.rawValue, text: "taken"),
      ])
    client.finish()
    #expect(client.ending == .left)
    #expect(done.contains(.request(.quit("so long"))))
    #expect(done.last == .close(.quit))
    let wave = Request.say(id: ids[1], room: 7, form: 0, action: true, body: "waves".bytes)
    #expect(done.contains(.request(wave)))
  }
}
