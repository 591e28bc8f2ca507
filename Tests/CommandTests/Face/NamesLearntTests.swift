import Chat
import Rooms
import Testing
import Wire

@testable import parley

@Suite("The names that a chat teaches the line editor")
struct NamesLearntTests {
  private let seat = NativeSeat(room: 1, name: "lobby", historyID: [UInt8](0..<16), head: 0)

  private func entered(_ names: [String]) -> MemberEvent {
    .entered(
      NativeWelcome(
        nick: "carl", seat: seat, members: NativeNames(names)))
  }

  private func presence(_ nick: String, _ change: NativePresence.Change) -> MemberEvent {
    .presence(NativePresence(room: 1, wall: 0, change: change, nick: nick), room: nil)
  }

  private func said(by nick: String) -> MemberEvent {
    .message(MemberMessage(wall: 0, nick: nick, body: []))
  }

  /// What Tab makes of a line, and Tab again, until it begins anew.
  private func choices(_ line: String, _ events: [MemberEvent]) -> [String] {
    var editor = LineEditor()
    for event in events { editor.learn(event) }
    return editor.completion.choice(for: line)?.texts ?? []
  }

  @Test("who is here is known from the beginning, and who spoke last comes first")
  func people() {
    let start = entered(["ann", "bob", "carl", "dora"])
    #expect(choices("", [start]) == ["ann: ", "bob: ", "dora: "])
    let busy = [start, said(by: "dora"), said(by: "bob"), said(by: "carl")]
    #expect(choices("", busy) == ["bob: ", "dora: ", "ann: "])
    let turnover = [
      start, presence("eve", .join), presence("ann", .leave(reason: 0, words: "")),
      presence("bob", .rename(to: "rob")),
    ]
    #expect(choices("hi ", turnover) == ["dora ", "eve ", "rob "])
  }

  @Test("another room has other people, and rooms are remembered")
  func rooms() {
    let other = NativeSeat(room: 2, name: "tea", historyID: [UInt8](0..<16), head: 0)
    let moved: [MemberEvent] = [
      entered(["ann", "carl"]),
      .reply(.join(other, members: NativeNames(["carl", "zoe"]))),
      .reply(.rooms(total: 1, [NativeListing(name: "yard", members: 3)])),
    ]
    #expect(choices("", moved) == ["zoe: "])
    #expect(choices("/join ", moved) == ["tea ", "lobby ", "yard "])
    #expect(choices("/hi", moved) == ["/history "])
  }

  @Test("among peers, too, and with their commands")
  func peers() {
    let peers: [MemberEvent] = [
      .named("carl"), .peer(.joined(PeerName("ann"))), .peer(.joined(PeerName("bob"))),
      .peer(
        .said(PeerName("dora"), time: .unknown, text: [], isOwn: false, isCut: false)),
      .peer(.left(PeerName("ann"))), .peer(.gone(PeerName("bob"), why: "silent")),
      .peer(.back(PeerName("bob"))),
    ]
    #expect(choices("", peers) == ["dora: ", "bob: "])
    #expect(choices("/s", peers) == ["/stats "])
  }
}
