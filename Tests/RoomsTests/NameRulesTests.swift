import Rooms
import Testing

/// Rows 82 to 85 of the hostile inputs are laws here, for nicks and for rooms.
@Suite struct NameRulesTests {
  private func refusal(_ name: String) -> NameRefusal? {
    do throws(NameRefusal) {
      try Nick.check(name)
      return nil
    } catch { return error }
  }

  @Test(
    "a name is stored as it is composed, however it was typed",
    arguments: [
      ("Zoe\u{308}", "Zo\u{EB}"), ("e\u{323}\u{302}", "\u{1EC7}"), ("e\u{302}\u{323}", "\u{1EC7}"),
      ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}"), ("\u{212B}sa", "\u{C5}sa"), ("bob", "bob"),
      ("\u{F900}", "\u{8C48}"), ("か\u{3099}", "が"),
    ])
  func normalForm(_ typed: String, _ stored: String) throws {
    #expect(try Nick.check(typed).utf8.elementsEqual(stored.utf8))
    #expect(try RoomName.check(typed).utf8.elementsEqual(stored.utf8))
    var roster = Roster()
    #expect(roster.claim(typed, for: ClientID(1)).nick.utf8.elementsEqual(stored.utf8))
    roster.claim("x", for: ClientID(1))
    try roster.rename(ClientID(1), to: typed)
    #expect(roster.nick(of: ClientID(1))?.utf8.elementsEqual(stored.utf8) == true)
  }

  @Test(
    "people may be called what they are called, in one script",
    arguments: [
      "Дмитрий", "Ελένη", "שָׁלוֹם", "محمد", "علی۵", "दुःख", "น้ำ", "ສຸກ", "한글", "ㄅㄆㄇ", "カーネル",
      "山田さん", "山田Taro", "김Kim", "中ㄅA", "José", "Łukasz", "Ðorđe", "Þór", "Ѫбек",
      "Նաիրի", "ნინო", "አበበ", "தமிழ்", "ᏣᎳᎩ", "ｅvan", "Ann-Lee-2", "Zoë😀",
    ])
  func oneScript(_ name: String) {
    #expect(refusal(name) == nil)
    #expect(throws: Never.self) { try RoomName.check(name) }
  }

  @Test(
    "no name mixes scripts that nobody writes together, and its owner is told which",
    arguments: [
      ("\u{435}van", "Cyrillic", "Latin"), ("p\u{430}ul", "Latin", "Cyrillic"),
      ("\u{3BF}tto", "Greek", "Latin"), ("\u{53D}an", "Armenian", "Latin"),
      ("カタ한", "Katakana", "Hangul"), ("ㄅあ", "Bopomofo", "Hiragana"), ("เaа", "Thai", "Latin"),
      ("ivan\u{431}", "Latin", "Cyrillic"), ("\u{435}ｖan", "Cyrillic", "Latin"),
      ("дב", "Cyrillic", "Hebrew"), ("aक", "Latin", "Devanagari"),
    ])
  func mixedScripts(_ name: String, _ one: String, _ other: String) throws {
    #expect(refusal(name) == .mixedScripts(one, other))
    #expect(throws: NameRefusal.mixedScripts(one, other)) { try RoomName.check(name) }
    #expect(NameRefusal.mixedScripts(one, other).description.contains("\(one) and \(other)"))
  }

  @Test(
    "a name from right to left is so from end to end",
    arguments: ["1דוד", "דוד!".replacing("!", with: "."), "دود١2", "-דוד", "דוד😀", "٣", "٣a"])
  func directions(_ name: String) { #expect(refusal(name) != nil) }

  @Test("digits behind letters do not turn a name, digits of two kinds do")
  func digits() {
    #expect(refusal("דוד2") == nil)
    #expect(refusal("דוד-2") == nil)
    #expect(refusal("محمد١") == nil)
    #expect(refusal("محمد١2") == .mixedDirections)
    #expect(refusal("דוד.") == .mixedDirections)
  }

  @Test(
    "what is written otherwise, encloses or piles up is refused",
    arguments: [
      "\u{FB01}n", "\u{1D4D1}ob", "x\u{B2}", "\u{2122}", "a\u{20DD}", "\u{1112}\u{119E}",
      "\u{FFFD}",
      "a\u{1C3}", "a\u{A789}", "\u{2044}", "\u{2039}x\u{203A}", "a\u{2223}b", "a\u{5C0}b",
      "❤\u{FE0F}",
      "x\u{301}\u{301}\u{301}\u{301}\u{301}", "\u{FF0A}", "\u{2758}", "\u{258F}x",
      "\u{E000}", "a\u{378}", "a\u{34F}b", "\u{1F468}\u{200D}\u{1F469}",
    ])
  func unfit(_ name: String) {
    #expect(refusal(name)?.code == .badName)
    #expect(throws: NameRefusal.self) { try RoomName.check(name) }
  }

  @Test(
    "nobody gets a name that looks like another's",
    arguments: [
      ("evan", "EVAN"), ("evan", "ｅvan"), ("Zoë", "Zoe\u{308}"), ("mary", "rnary"), ("al", "aI"),
      ("bob1", "bobl"), ("anno", "ann0"), ("coco", "\u{441}\u{43E}\u{441}\u{43E}"),
      ("Straße", "STRASSE"),
      ("\u{421}\u{41E}", "co"), ("o\u{2019}neil", "o'neil"), ("a-b", "a\u{2010}b"), ("ρ", "p"),
    ])
  func lookalikes(_ taken: String, _ other: String) throws {
    for (first, second) in [(taken, other), (other, taken)] {
      var roster = Roster()
      let owner = roster.claim(first, for: ClientID(1)).nick
      let grant = roster.claim(second, for: ClientID(2))
      #expect(grant.refusal == .taken || grant.refusal == .alike(owner))
      #expect(Nick.skeleton(of: grant.nick) != Nick.skeleton(of: owner))
      #expect(throws: NameRefusal.self) { try roster.rename(ClientID(2), to: second) }
      roster.release(ClientID(1))
      #expect(throws: Never.self) { try roster.rename(ClientID(2), to: second) }
    }
  }

  @Test(
    "evan cannot be had in any dress while evan is here",
    arguments: [
      "\u{435}van", "ev\u{430}n", "EVAN", "ｅvan", "evan\u{200d}", "\u{435}v\u{430}n",
      "evan\u{2060}",
    ])
  func evan(_ dress: String) {
    var roster = Roster()
    roster.claim("evan", for: ClientID(1))
    let grant = roster.claim(dress, for: ClientID(2))
    #expect(grant.refusal != nil)
    #expect(Nick.skeleton(of: grant.nick) != Nick.skeleton(of: "evan"))
  }

  @Test("numbered names of a class do not collide")
  func numbered() {
    let names = (0...99).flatMap { ["pc-\($0)", "bob\($0)", "user\($0)"] }
    #expect(Set(names.map(Nick.skeleton)).count == names.count)
  }

  @Test("a name that only looks different from itself in case is one's own")
  func ownCase() throws {
    var roster = Roster()
    roster.claim("Bill", for: ClientID(1))
    for nick in ["BILL", "bill", "BiII", "Bill"] { try roster.rename(ClientID(1), to: nick) }
    #expect(roster.count == 1)
    #expect(roster.claim("BiII", for: ClientID(2)).refusal == .alike("Bill"))
  }

  @Test(
    "the marks of shells and data bases are letters like others",
    arguments: [
      "%s%n", "$(id)", "`id`", "';DROPTABLE", "\"x\"", "a&b", "a\\b", "{x}",
    ])
  func literal(_ name: String) throws {
    #expect(try Nick.check(name).utf8.elementsEqual(name.utf8))
  }

  @Test(
    "paths, devices, options and forged lines are no names",
    arguments: [
      "../../etc/passwd", "a/b", ".", "..", "CON", "\0", "-rf", "~", "server", "*", "<alice>",
      "alice: hi", "[12:00] bob", "\u{2502}", "a\u{2551}", "<script>", "\n2026-01-01",
    ])
  func paths(_ name: String) { #expect(refusal(name) != nil) }

  @Test("names of 255 bytes and of a megabyte are refused before anything is made of them")
  func long() {
    let byteLimit = NameRefusal.tooLong(bytes: 32)
    #expect(refusal(String(repeating: "a", count: 255)) == byteLimit)
    #expect(refusal(String(repeating: "\u{301}", count: 500_000)) == byteLimit)
    let huge = String(repeating: "É\u{301}", count: 300_000)
    #expect(Nick.key(of: huge) == huge && Nick.skeleton(of: huge) == huge)
  }

  @Test("rooms have the same rules", arguments: ["server", "Admin", "SYSTEM", "a:b", "ADMlN"])
  func rooms(_ name: String) { #expect(throws: NameRefusal.self) { try RoomName.check(name) } }

  @Test("keys and skeletons of random names agree with what they are for", arguments: 1...40)
  func laws(seed: Int) throws {
    var random = Seeded(seed: UInt64(seed))
    let ranges: [ClosedRange<UInt32>] = [
      0x20...0x7E, 0xA0...0x24F, 0x300...0x36F, 0x370...0x52F, 0x590...0x6FF, 0x900...0x97F,
      0x1100...0x11FF, 0x1E00...0x1FFF, 0x2000...0x2FFF, 0x3040...0x30FF, 0xAC00...0xAC40,
      0xF900...0xFAFF, 0xFB00...0xFFFF, 0x1F300...0x1FAFF,
    ]
    for _ in 0..<300 {
      let range = ranges.randomElement(using: &random) ?? 0x20...0x7E
      var scalars = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        scalars.append(Unicode.Scalar(UInt32.random(in: range, using: &random)) ?? "a")
      }
      let name = String(scalars)
      // The standard library's equality is canonical equivalence.
      let key = Nick.key(of: name)
      #expect(
        Nick.key(of: key).utf8.elementsEqual(key.utf8),
        "\(seed): \(name.unicodeScalars.map(\.value))")
      guard let stored = try? Nick.check(name) else { continue }
      #expect(stored == name, "\(seed): \(name.unicodeScalars.map(\.value))")
      #expect(try Nick.check(stored).utf8.elementsEqual(stored.utf8))
      #expect(Nick.key(of: stored).utf8.elementsEqual(key.utf8))
      #expect(Nick.skeleton(of: stored) == Nick.skeleton(of: name))
    }
  }
}
