import Rooms
import Testing

@Suite struct RoomTests {
  private let ann = ClientID(1)
  private let bob = ClientID(2)

  private func room(memberLimit: Int = 9) -> Room {
    Room(id: 1, name: "lobby", historyID: Array(repeating: 1, count: 16), memberLimit: memberLimit)
  }

  private func roomWithBoth() throws -> Room {
    var room = room()
    try room.apply(.join(ann, nick: "ann", trust: .unverified), at: 1)
    try room.apply(.join(bob, nick: "bob", trust: .signed), at: 2)
    _ = room.commit()
    return room
  }

  @Test("nothing is visible before the commit, everything after it, in order")
  func commit() throws {
    var room = try roomWithBoth()
    let first = try room.apply(.say(ann, form: .text, body: "one".bytes), at: 3)
    try room.apply(.rename(ann, to: "anna"), at: 4)
    let second = try room.apply(.say(ann, form: .action, body: "two".bytes), at: 5)
    #expect(room.history(last: 9).isEmpty)
    #expect(room.head == 0)
    #expect(room.members.map(\.nick) == ["anna", "bob"])
    let events = room.commit()
    #expect(events.map(\.kind) == [.text, .rename(to: "anna"), .action])
    #expect(events.map(\.nick) == ["ann", "ann", "anna"])
    #expect(events.map(\.number) == [first, 0, second])
    #expect(room.history(last: 9) == [events[0], events[2]])
    #expect(room.head == second)
    #expect(room.commit().isEmpty)
  }

  @Test("says who left and why, with good parting words only")
  func leaving() throws {
    var room = try roomWithBoth()
    try room.apply(.leave(ann, reason: .quit, words: "bye".bytes), at: 3)
    try room.apply(.leave(bob, reason: .lost, words: [0xFF]), at: 4)
    let events = room.commit()
    #expect(events.map(\.kind) == [.leave(reason: .quit), .leave(reason: .lost)])
    #expect(events.map(\.body) == ["bye".bytes, []])
    #expect(room.members.isEmpty)
  }

  @Test("refuses without changing anything")
  func refusals() throws {
    var room = try roomWithBoth()
    let stranger = ClientID(3)
    let long = [UInt8](repeating: 65, count: Body.limit + 1)
    let cases: [(RoomCommand, RoomRefusal)] = [
      (.join(ann, nick: "x", trust: .unverified), .alreadyMember),
      (.leave(stranger, reason: .quit, words: []), .notMember),
      (.rename(stranger, to: "x"), .notMember),
      (.say(stranger, form: .text, body: [65]), .notMember),
      (.say(ann, form: .text, body: []), .emptyText),
      (.say(ann, form: .text, body: long), .textTooLong(bytes: Body.limit + 1)),
      (.takeOver(ghost: stranger, by: ClientID(4)), .notMember),
      (.takeOver(ghost: ann, by: bob), .alreadyMember),
    ]
    for (command, refusal) in cases {
      #expect(throws: refusal) { try room.apply(command, at: 9) }
    }
    #expect(!room.hasPending)
    #expect(room.members.map(\.nick) == ["ann", "bob"])
  }

  @Test(
    "refuses what is not UTF-8",
    arguments: [
      [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF], [0x80], [0xE2, 0x82],
    ]
      as [[UInt8]])
  func invalid(_ body: [UInt8]) throws {
    var room = try roomWithBoth()
    #expect(throws: RoomRefusal.invalidText) {
      try room.apply(.say(ann, form: .text, body: body), at: 3)
    }
  }

  @Test("the longest text and one of blanks are fine")
  func allowed() throws {
    var room = try roomWithBoth()
    try room.apply(.say(ann, form: .text, body: Array(repeating: 65, count: Body.limit)), at: 3)
    try room.apply(.say(ann, form: .text, body: "   ".bytes), at: 3)
    #expect(room.commit().count == 2)
  }

  @Test("is full at its limit and not before")
  func full() throws {
    var room = room(memberLimit: 2)
    try room.apply(.join(ann, nick: "ann", trust: .unverified), at: 1)
    try room.apply(.join(bob, nick: "bob", trust: .unverified), at: 1)
    #expect(throws: RoomRefusal.full(limit: 2)) {
      try room.apply(.join(ClientID(3), nick: "cat", trust: .unverified), at: 1)
    }
    try room.apply(.leave(bob, reason: .quit, words: []), at: 1)
    try room.apply(.join(ClientID(3), nick: "cat", trust: .unverified), at: 1)
    #expect(room.members.map(\.nick) == ["ann", "cat"])
  }

  @Test("takes no messages while read-only, but people come and go")
  func readOnly() throws {
    var room = try roomWithBoth()
    room.isReadOnly = true
    #expect(throws: RoomRefusal.readOnly) {
      try room.apply(.say(ann, form: .text, body: [65]), at: 3)
    }
    try room.apply(.leave(ann, reason: .quit, words: []), at: 3)
    room.isReadOnly = false
    #expect(try room.apply(.say(bob, form: .text, body: [65]), at: 3) == 1)
  }

  @Test("a client that comes back keeps its ghost's seat, unnoticed")
  func takeOver() throws {
    var room = try roomWithBoth()
    let again = ClientID(7)
    try room.apply(.takeOver(ghost: ann, by: again), at: 3)
    #expect(!room.hasPending)
    #expect(room.members.map(\.client) == [again, bob])
    #expect(throws: RoomRefusal.notMember) {
      try room.apply(.leave(ann, reason: .lost, words: []), at: 3)
    }
    try room.apply(.say(again, form: .text, body: [65]), at: 3)
    #expect(room.commit().map(\.nick) == ["ann"])
  }

  @Test("a rename to the same bytes is no news, to another case it is")
  func sameName() throws {
    var room = try roomWithBoth()
    try room.apply(.rename(ann, to: "ann"), at: 3)
    #expect(!room.hasPending)
    try room.apply(.rename(ann, to: "Ann"), at: 3)
    #expect(room.commit().map(\.kind) == [.rename(to: "Ann")])
  }
}
