import Rooms
import Testing

@Suite struct NickTests {
  @Test(
    "lets ordinary names of any script pass",
    arguments: [
      "alice", "Ann-Lee", "bob_2", "Zoë", "Zoe\u{308}", "Ольга", "山田", "a.b", "%s%n", "$(id)",
      "x", "0123456789abcdef", "guest", "administrator", "O\u{2019}Neil", "ann😀", "🦊", "🇩🇪",
    ])
  func allowed(_ nick: String) throws { try Nick.check(nick) }

  @Test(
    "refuses what could forge a line, hide or name a path",
    arguments: [
      "", "alice bob", "alice: hi", "[12:00]", "<alice>", "*", "a/b", "../../etc/passwd", ".", "..",
      "-rf", "~", "#room", "@ops", "a,b", "a|b", "a!", "a\u{2502}b", "a\u{FF1A}", "\0", "a\nb",
      "a\r\n", "\u{1b}\u{301}[2J", "a\u{7f}", "a\u{9b}", "evan\u{200d}", "a\u{202e}b", "a\u{feff}",
      "a\u{e0041}", "a\u{fe0f}", "\u{301}a", "a\u{a0}b", "a\u{3164}", "a\u{2800}b", "<script>",
      "';DROP TABLE m;--",
    ])
  func refused(_ nick: String) {
    #expect(throws: NameRefusal.self) { try Nick.check(nick) }
  }

  @Test(
    "keeps its own names for itself",
    arguments: [
      "server", "SERVER", "Admin", "system", "guest-1", "GUEST-99", "guest-", "ｓerver", "con",
      "ADMlN", "guest\u{2010}1", "ＡＤＭＩＮ",
    ])
  func reserved(_ nick: String) {
    #expect(throws: NameRefusal.reserved) { try Nick.check(nick) }
  }

  @Test("counts bytes and scalars, not graphemes")
  func limits() {
    #expect(throws: NameRefusal.tooManyCharacters(16)) {
      try Nick.check(String(repeating: "a", count: 17))
    }
    #expect(throws: NameRefusal.tooLong(bytes: 32)) {
      try Nick.check(String(repeating: "山", count: 11))
    }
    #expect(throws: NameRefusal.self) {
      try Nick.check("a" + String(repeating: "\u{301}", count: 16))
    }
    #expect(throws: NameRefusal.tooLong(bytes: 64)) {
      try RoomName.check(String(repeating: "r", count: 65))
    }
    #expect(throws: Never.self) { try RoomName.check(String(repeating: "r", count: 64)) }
  }

  @Test(
    "knows one name in its case, width and composition",
    arguments: [
      ("evan", "EVAN"), ("evan", "ｅvan"), ("zo\u{eb}", "ZOE\u{308}"), ("Ольга", "ольгА"),
      ("Straße", "STRASSE"), ("STRAẞE", "strasse"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("ｱﾝﾊﾟﾝ", "アンパン"),
      ("İ", "i\u{307}"), ("각", "\u{1100}\u{1161}\u{11A8}"), ("evan", "\u{FF45}VAN"),
    ])
  func keys(_ one: String, _ other: String) {
    #expect(Nick.key(of: one) == Nick.key(of: other))
  }
}
