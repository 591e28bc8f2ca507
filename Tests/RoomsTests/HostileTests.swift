import Rooms
import Testing
import Wire

/// What Tests/Hostile sends as bytes is tried there; this is what comes of a wish for a name.
@Suite struct HostileTests {
  @Test(
    "rows 82 to 85: what is no name is made one or a guest, and no name forges a line",
    arguments: [
      "../../etc/passwd", "a/b", ".", "..", "CON", "\0", String(repeating: "x", count: 255), "-rf",
      "~", "server", "*", "<alice>", "alice: hi", "[12:00] bob", "a\u{2502}", "%s%n", "$(id)",
      "`id`", "';DROP TABLE m;--", "<script>", "evan\u{200d}", "\u{1b}[2J", "a\r\nb", "",
      "<LEAVES THE CHAT>",
    ])
  func nicks(_ wish: String) throws {
    var roster = Roster()
    let nick = roster.claim(wish, for: ClientID(1)).nick
    #expect(nick.hasPrefix("guest-") || (try? Nick.check(nick)) != nil, "\(nick)")
    let line = DoorKind.line.encode(event(.text, "hi".bytes, nick: nick))
    #expect(line.text == "\(nick): hi\r\n")
  }
}
