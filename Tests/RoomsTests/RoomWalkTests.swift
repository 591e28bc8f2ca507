import Rooms
import Testing

/// A room as one would write it down in five minutes: lists, searched from the start.
private struct ObviousRoom {
  var members: [(client: ClientID, nick: String)] = []
  var said: [String] = []
  var unseen: [String] = []

  func place(_ client: ClientID) -> Int? { members.firstIndex { $0.client == client } }

  mutating func apply(_ command: RoomCommand) -> Bool {
    switch command {
    case .join(let client, let nick, _):
      guard place(client) == nil, members.count < 12 else { return false }
      members.append((client, nick))
      unseen.append("join \(nick)")
    case .leave(let client, _, _):
      guard let place = place(client) else { return false }
      unseen.append("leave \(members.remove(at: place).nick)")
    case .rename(let client, let nick):
      guard let place = place(client) else { return false }
      if members[place].nick != nick { unseen.append("rename \(members[place].nick) \(nick)") }
      members[place].nick = nick
    case .say(let client, _, let body):
      guard let place = place(client), !body.isEmpty else { return false }
      said.append(body.text)
      unseen.append("say \(said.count) \(members[place].nick) \(body.text)")
    case .takeOver(let ghost, let client):
      guard place(client) == nil, let place = place(ghost) else { return false }
      members[place].client = client
    }
    return true
  }
}

@Suite struct RoomWalkTests {
  private func command(_ random: inout Seeded) -> RoomCommand {
    let client = ClientID(.random(in: 1...20, using: &random))
    let nick = "n\(Int.random(in: 1...30, using: &random))"
    switch Int.random(in: 0..<10, using: &random) {
    case 0, 1: return .join(client, nick: nick, trust: .unverified)
    case 2: return .leave(client, reason: .quit, words: [])
    case 3: return .rename(client, to: nick)
    case 4: return .takeOver(ghost: client, by: ClientID(.random(in: 1...20, using: &random)))
    default:
      let size = Int.random(in: 0...3, using: &random)
      return .say(client, form: .text, body: Array(repeating: 65, count: size))
    }
  }

  private func line(_ event: ChatEvent) -> String {
    switch event.kind {
    case .join: "join \(event.nick)"
    case .leave: "leave \(event.nick)"
    case .rename(let nick): "rename \(event.nick) \(nick)"
    case .text, .action, .signed: "say \(event.number) \(event.nick) \(event.body.text)"
    }
  }

  @Test("any walk gives what an obvious model gives", arguments: 1...20 as ClosedRange<UInt64>)
  func walk(seed: UInt64) {
    var random = Seeded(seed: seed)
    var room = Room(id: 1, name: "r", historyID: [], memberLimit: 12)
    var model = ObviousRoom()
    for step in 0..<2000 {
      let command = command(&random)
      let isDone = (try? room.apply(command, at: Int64(step))) != nil
      #expect(isDone == model.apply(command), "seed \(seed) step \(step)")
      #expect(room.members.map(\.nick) == model.members.map(\.nick))
      #expect(room.memberCount == model.members.count)
      guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
      #expect(room.commit().map(line) == model.unseen, "seed \(seed) step \(step)")
      model.unseen = []
      #expect(room.head == UInt64(model.said.count))
      #expect(room.history(last: 7).map(\.body.text) == Array(model.said.suffix(7)))
    }
  }
}
