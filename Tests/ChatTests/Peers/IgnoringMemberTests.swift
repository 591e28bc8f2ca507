import Sockets
import Testing
import Wire

@testable import Chat

@Suite("Somebody who does not want to see everybody")
struct IgnoringMemberTests {
  /// Shows what it was given, and notes what is typed.
  private final class Inner: Participant, @unchecked Sendable {
    let company = "bob"
    let events: [MemberEvent]
    var typed: [String] = []
    var unsaidCount: Int { 3 }

    init(_ events: [MemberEvent]) { self.events = events }

    func run(_ show: @escaping @Sendable ([MemberEvent]) async -> Void) async -> MemberEnding {
      await show(events)
      return .closed
    }

    func type(_ line: [UInt8]) async -> Bool {
      typed.append(String(decoding: line, as: UTF8.self))
      return false
    }
    func endInput() {}
    func leave() {}
    func abandon() {}
  }

  private func said(_ name: String, isOwn: Bool = false) -> MemberEvent {
    .peer(.said(PeerName(name), time: .unknown, text: [0x61], isOwn: isOwn, isCut: false))
  }

  /// What is shown after these lines were typed.
  private func shown(
    _ events: [MemberEvent], after lines: [String]
  ) async -> (events: [MemberEvent], typed: [String]) {
    let inner = Inner(events)
    let member = IgnoringMember(inner)
    for line in lines { _ = await member.type(Array(line.utf8)) }
    let shown = Locked([MemberEvent]())
    let ending = await member.run { events in shown.withLock { $0 += events } }
    #expect(ending == .closed)
    #expect(member.unsaidCount == 3)
    return (shown.withLock { $0 }, inner.typed)
  }

  @Test("nothing that an ignored person does is shown, whatever the case of the name")
  func hides() async {
    let bob = PeerName("bob", place: "127.0.0.1:5", isMarked: true)
    let events: [MemberEvent] = [
      said("Bob"), said("ann"), said("bob", isOwn: true), .peer(.joined(bob)), .peer(.left(bob)),
      .peer(.gone(bob, why: "")), .peer(.back(bob)), .remark("bob"),
    ]
    let (shown, typed) = await shown(events, after: [" /ignore  BOB "])
    #expect(
      shown == [
        .words("You ignore BOB now; /ignore BOB again undoes it."), said("ann"),
        said("bob", isOwn: true), .remark("bob"),
      ])
    #expect(typed.isEmpty)
  }

  @Test("it can be undone and listed")
  func toggles() async {
    let (shown, _) = await shown(
      [said("bob")], after: ["/ignore bob", "/ignore Ann Lee", "/ignore", "/ignore bob"])
    #expect(
      shown.suffix(3) == [
        .words("You ignore bob, Ann Lee."), .words("You see bob again."), said("bob"),
      ])
  }

  @Test(
    "every other line is for the chat",
    arguments: ["hi", "", "/ignored", "//ignore bob", "/who", "x /ignore bob"])
  func others(line: String) async {
    let (shown, typed) = await shown([], after: [line])
    #expect(typed == [line])
    #expect(shown.isEmpty)
  }
}
