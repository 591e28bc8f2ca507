import Testing

@testable import Chat

@Suite("what waits to be shown of datagrams")
struct EventShelfTests {
  private static func said(_ size: Int) -> MemberEvent {
    .peer(.raw(Array(repeating: 0x61, count: size), from: "10.0.0.1:1", isCut: false))
  }

  @Test("is bounded in bytes until it was shown, and what is too much is counted")
  func bytes() {
    var shelf = EventShelf()
    let size = EventShelf.byteLimit / 4
    for _ in 0..<6 { shelf.add(Self.said(size)) }
    #expect(shelf.takeUnshown() == 2)
    let events = shelf.takeEvents()
    #expect(events.count == 4)
    // Taken is not shown.
    shelf.add(Self.said(size))
    #expect(shelf.takeUnshown() == 1)
    shelf.wereShown(events.prefix(1))
    shelf.add(Self.said(size))
    #expect(shelf.takeUnshown() == 0)
    #expect(shelf.takeEvents().count == 1)
  }

  @Test("is bounded in number")
  func number() {
    var shelf = EventShelf()
    for _ in 0..<EventShelf.eventLimit / 2 - 1 { shelf.add(Self.said(1)) }
    #expect(!shelf.isHalfFull)
    for _ in 0..<EventShelf.eventLimit / 2 + 4 { shelf.add(Self.said(1)) }
    #expect(shelf.isHalfFull)
    #expect(shelf.takeUnshown() == 3)
    #expect(shelf.takeEvents().count == EventShelf.eventLimit)
  }

  @Test("never leaves out what is our own, and says when that is much")
  func answers() {
    var shelf = EventShelf()
    for _ in 0..<5 { shelf.add(Self.said(EventShelf.byteLimit / 4)) }
    for _ in 0..<EventShelf.answerLimit { shelf.add(.remark("so")) }
    #expect(!shelf.takesAnswers)
    let events = shelf.takeEvents()
    #expect(events.count == 4 + EventShelf.answerLimit)
    #expect(!shelf.takesAnswers && !shelf.isEmpty)
    shelf.wereShown(events)
    #expect(shelf.takesAnswers)
    #expect(shelf.takeUnshown() == 1)
    #expect(shelf.isEmpty)
  }
}
