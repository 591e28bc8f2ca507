import Rooms
import Testing
import Wire

@Suite struct RosterTests {
  private func id(_ number: UInt64) -> ClientID { ClientID(number) }

  @Test("gives the wish, then NAME-2, NAME-3, and says why")
  func fallBack() {
    var roster = Roster()
    #expect(roster.claim("alice", for: id(1)) == .init(nick: "alice", refusal: nil))
    #expect(roster.claim("Alice", for: id(2)) == .init(nick: "Alice-2", refusal: .taken))
    #expect(roster.claim("ALICE", for: id(3)) == .init(nick: "ALICE-3", refusal: .taken))
    roster.release(id(2))
    #expect(roster.claim("alice", for: id(4)).nick == "alice-2")
    #expect(roster.client(called: "aLiCe-2") == id(4))
  }

  @Test("numbers guests and gives no number twice")
  func guests() {
    var roster = Roster()
    #expect(roster.claim(nil, for: id(1)).nick == "guest-1")
    roster.release(id(1))
    #expect(roster.claim(nil, for: id(2)).nick == "guest-2")
    #expect(roster.claim("guest-1", for: id(3)) == .init(nick: "guest-3", refusal: .reserved))
  }

  @Test(
    "makes the best of a refused wish",
    arguments: [
      ("Ann Lee", "Ann-Lee"), ("admin", "admin-2"), ("bob:", "bob"), ("  ann  ", "ann"),
      ("<script>", "script"), ("\u{1b}[2Jeve", "2Jeve"), ("***", "guest-1"), ("", "guest-1"),
      ("-rf", "rf"), ("\u{301}x", "x"), ("guest-7", "guest-1"), ("a\r\nb", "a-b"),
      ("abcdefghijklmnopqrst", "abcdefghijklmnop"),
    ])
  func nearest(_ wish: String, _ nick: String) {
    var roster = Roster()
    let grant = roster.claim(wish, for: id(1))
    #expect(grant.nick == nick)
    #expect(grant.refusal != nil)
  }

  @Test("keeps fall-backs within the limits of a nick, and never runs out of names")
  func manyAlike() throws {
    var roster = Roster()
    var nicks: Set<String> = []
    for number in 1...300 {
      let grant = roster.claim("山山山山山山山山山山", for: id(UInt64(number)))
      nicks.insert(Nick.key(of: grant.nick))
      #expect(grant.nick.utf8.count <= 32 && grant.nick.unicodeScalars.count <= 16)
    }
    #expect(nicks.count == 300)
    #expect(roster.count == 300)
  }

  @Test("renames exactly or not at all")
  func rename() throws {
    var roster = Roster()
    roster.claim("ann", for: id(1))
    roster.claim("bob", for: id(2))
    #expect(throws: NameRefusal.taken) { try roster.rename(id(1), to: "BOB") }
    #expect(throws: NameRefusal.reserved) { try roster.rename(id(1), to: "server") }
    #expect(roster.nick(of: id(1)) == "ann")
    #expect(try roster.rename(id(1), to: "Ann") == "ann")
    #expect(try roster.rename(id(1), to: "anna") == "Ann")
    #expect(roster.client(called: "ann") == nil)
    #expect(roster.claim("ann", for: id(3)).refusal == nil)
  }

  @Test("a late wish of a client that has a nick frees the old one")
  func claimTwice() {
    var roster = Roster()
    roster.claim(nil, for: id(1))
    #expect(roster.claim("ann", for: id(1)) == .init(nick: "ann", refusal: nil))
    #expect(roster.claim("ANN", for: id(1)) == .init(nick: "ANN", refusal: nil))
    #expect(roster.client(called: "guest-1") == nil)
    #expect(roster.count == 1)
  }

  @Test("a token gives the nick back as often as it is shown, and names the ghost")
  func resume() {
    var roster = Roster()
    let token = [UInt8](repeating: 9, count: 16)
    roster.claim("ann", for: id(1))
    roster.setToken(token, for: id(1))
    roster.claim(nil, for: id(2))
    #expect(roster.resume([1], by: id(2)) == nil)
    #expect(roster.resume(token, by: id(2)) == .init(nick: "ann", ghost: id(1)))
    #expect(roster.nick(of: id(1)) == nil)
    #expect(roster.nick(of: id(2)) == "ann")
    #expect(roster.client(called: "guest-1") == nil)
    // The end of the ghost's connection comes later and must not free the nick.
    roster.release(id(1))
    #expect(roster.client(called: "ann") == id(2))
    // The answer to the second may have been lost, so that a third asks.
    #expect(roster.resume(token, by: id(3)) == .init(nick: "ann", ghost: id(2)))
    roster.hold(id(3), at: .zero)
    #expect(roster.resume(token, by: id(4)) == .init(nick: "ann", ghost: nil))
    #expect(roster.resume(token, by: id(5)) == .init(nick: "ann", ghost: id(4)))
    roster.release(id(5))
    #expect(roster.resume(token, by: id(6)) == nil)
  }

  @Test("a token is worth nothing once its client is gone or has another")
  func oldToken() {
    var roster = Roster()
    roster.claim("ann", for: id(1))
    roster.setToken([1], for: id(1))
    roster.setToken([2], for: id(1))
    #expect(roster.resume([1], by: id(2)) == nil)
    roster.release(id(1))
    #expect(roster.resume([2], by: id(2)) == nil)
    #expect(roster.count == 0)
  }

  @Test("a lost client's nick waits for its token, for 120 seconds and for nobody else")
  func held() throws {
    var roster = Roster()
    roster.claim("ann", for: id(1))
    roster.setToken([1], for: id(1))
    roster.hold(id(1), at: .at(5_000))
    #expect(roster.count == 0 && roster.client(called: "ann") == nil)
    #expect(roster.claim("ANN", for: id(2)) == .init(nick: "ANN-2", refusal: .taken))
    #expect(throws: NameRefusal.taken) { try roster.rename(id(2), to: "ann") }
    roster.expire(at: .at(124_999))
    #expect(roster.resume([1], by: id(3)) == .init(nick: "ann", ghost: nil))
    // It waits no more: its owner may give it away.
    try roster.rename(id(3), to: "carl")
    #expect(try roster.rename(id(2), to: "ann") == "ANN-2")
    try roster.rename(id(2), to: "ANN-2")
    try roster.rename(id(3), to: "ann")

    roster.setToken([2], for: id(3))
    #expect(roster.resume([1], by: id(4)) == nil)
    roster.hold(id(3), at: .at(200_000))
    roster.expire(at: .at(320_000))
    #expect(roster.resume([2], by: id(4)) == nil)
    #expect(try roster.rename(id(2), to: "ann") == "ANN-2")
  }

  @Test("only so many nicks wait, and the oldest are free first")
  func heldLimit() {
    var roster = Roster(heldLimit: 2)
    for number in 1...3 as ClosedRange<UInt64> {
      roster.claim("n\(number)", for: id(number))
      roster.setToken([UInt8(number)], for: id(number))
      roster.hold(id(number), at: .zero)
    }
    #expect(roster.claim("n1", for: id(9)).refusal == nil)
    #expect(roster.resume([1], by: id(8)) == nil)
    #expect(roster.resume([2], by: id(8)) == .init(nick: "n2", ghost: nil))
    #expect(roster.resume([3], by: id(7)) == .init(nick: "n3", ghost: nil))
  }

  @Test("nothing waits for a client without a token")
  func heldWithoutToken() {
    var roster = Roster()
    roster.claim("ann", for: id(1))
    roster.hold(id(1), at: .zero)
    #expect(roster.claim("ann", for: id(2)).refusal == nil)
  }
}
