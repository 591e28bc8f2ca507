import Rooms
import Testing

@testable import Chat

@Suite("a room on its home loop")
struct RoomHomeTests {
  private let place = Directory.Place(id: 1, name: "lobby", home: 0)

  private func order(_ client: UInt64, _ kind: RoomOrder.Kind, loop: Int = 0) -> RoomOrder {
    RoomOrder(room: place, client: ClientID(client), loop: loop, kind: kind)
  }

  private func join(_ client: UInt64, loop: Int = 0) -> RoomOrder {
    order(client, .join(nick: "n\(client)", purpose: .move(id: client), ticket: 1), loop: loop)
  }

  private func say(_ client: UInt64, _ text: String) -> RoomOrder {
    order(client, .say(id: 7, .text, body: Array(text.utf8)))
  }

  @Test("tells nothing of a turn before its commit, neither to members nor to the author")
  func commitFirst() throws {
    let home = RoomHome(place, loops: 2, Limits())
    _ = home.perform(join(1), at: 0)
    #expect(home.commit().map(\.loop) == [0])
    _ = home.perform(say(1, "one"), at: 0)
    #expect(home.room.head == 0)
    // Who joins now is shown nothing of the turn as history, and all of it as events.
    _ = home.perform(join(2, loop: 1), at: 0)
    _ = home.perform(say(1, "two"), at: 0)
    let batches = home.commit()
    #expect(batches.map(\.loop) == [0, 1])
    let joiner = try #require(batches.last?.batch)
    #expect(joiner.attached.map(\.notices.count) == [1])
    let said = joiner.events.filter(\.kind.isSaid).map { String(decoding: $0.body, as: UTF8.self) }
    #expect(said == ["one", "two"])
    #expect(joiner.events.filter(\.kind.isSaid).map(\.number) == [1, 2])
    // The author learns the numbers behind the events.
    let answers = try #require(batches.first?.batch.accepted)
    #expect(answers.map(\.id) == [7, 7] && answers.map(\.number) == [1, 2])
    #expect(home.commit().isEmpty)
  }

  @Test("cuts a ghost with the take-over, and counts it out once")
  func takeOver() throws {
    let home = RoomHome(place, loops: 2, Limits())
    _ = home.perform(join(1), at: 0)
    _ = home.commit()
    let purpose = JoinPurpose.enter(
      refusal: nil, token: [], resume: nil, isBack: false,
      ghost: Ghost(client: ClientID(1), loop: 0))
    let isCountedOut = home.perform(
      order(2, .join(nick: "n1", purpose: purpose, ticket: 1), loop: 1), at: 0)
    #expect(isCountedOut)
    let batches = home.commit()
    #expect(batches.map(\.loop) == [0, 1])
    guard case .bye(.replaced, _, _)? = batches.first?.batch.notices.first?.notice else {
      throw Ended()
    }
    #expect(batches.allSatisfy { $0.batch.events.isEmpty })
    // What the ghost still does comes too late.
    let hasLeft = home.perform(order(1, .leave(.lost, words: [], reply: nil)), at: 0)
    #expect(!hasLeft)
  }

  @Test("gives a client three long answers a turn, and more in the next")
  func longAnswers() {
    let home = RoomHome(place, loops: 1, Limits())
    _ = home.perform(join(1), at: 0)
    for _ in 1...2 {
      for id in UInt64(1)...5 { _ = home.perform(order(1, .who(id: id)), at: 0) }
      let notices = home.commit().flatMap(\.batch.notices).map(\.notice)
      let refusals = notices.count {
        if case .refused(_, .flood, _) = $0 { true } else { false }
      }
      #expect(notices.count == 5 && refusals == 2)
    }
  }
}

extension RoomHome {
  /// What a turn's end gives, by loop.
  fileprivate func commit() -> [(loop: Int, batch: RoomBatch)] {
    var given: [(loop: Int, batch: RoomBatch)] = []
    commit { given.append(($0, $1)) }
    return given.sorted { $0.loop < $1.loop }
  }
}
