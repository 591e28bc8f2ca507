import Testing

@testable import Rooms

@Suite struct TextWidthTests {
  @Test(
    "a scalar alone has the width that terminals give it",
    arguments: [
      (0x41, 1), (0xE9, 1), (0x301, 0), (0x4E00, 2), (0xFF21, 2), (0xFF71, 1), (0x1F600, 2),
      (0x2764, 1), (0x231A, 2), (0x200B, 0), (0x200D, 0), (0xFE0F, 0), (0x1160, 0), (0x1100, 2),
      (0xAC00, 2), (0xFDFD, 1), (0x1B, 0), (0x9B, 0), (0x7F, 0), (0xAD, 1), (0x302A, 0),
      (0x1F1E6, 1), (0xE0041, 0), (0x20000, 2), (0x3FFFD, 2), (0x10FFFF, 1), (0, 0),
    ] as [(UInt32, Int)])
  func alone(_ value: UInt32, _ columns: Int) throws {
    let scalar = try #require(Unicode.Scalar(value))
    #expect(TextWidth.columns(of: scalar) == columns)
  }

  @Test(
    "a text takes the most columns that a terminal gives it",
    arguments: [
      ("", 0), ("hello", 5), ("Zoe\u{308}", 3), ("山田さん", 8), ("ไทย", 3), ("העברית", 6),
      ("e\u{301}\u{327}", 1), ("❤\u{FE0F}", 2), ("❤", 1), ("1\u{FE0F}\u{20E3}", 2), ("🇩🇪", 2),
      ("🇩🇪🇫🇷", 4), ("🇩", 2), ("🇩🇪🇫", 4), ("👍🏽", 4), ("👨‍👩‍👧‍👦", 8), ("a\u{200d}b", 2),
      ("\u{1100}\u{1161}\u{11A8}", 2), ("हिन्दी", 5),
    ])
  func texts(_ text: String, _ columns: Int) { #expect(TextWidth.columns(of: text) == columns) }

  @Test(
    "what terminals draw differently is not certain",
    arguments: [
      ("a", true), ("é", true), ("山", true), ("😀", true), ("🇩🇪", true), ("e\u{301}", true),
      ("🇩", false), ("❤\u{FE0F}", false), ("👍🏽", false), ("👨‍👩‍👧", false), ("हि", false),
      ("\u{AD}", false), ("\u{1FAFF}", false),
    ])
  func certain(_ text: String, _ isCertain: Bool) {
    let cells = Array(TextCells(text.unicodeScalars))
    #expect(cells.map(\.isCertain) == [isCertain])
  }

  @Test("cells are the pieces that a cursor steps over")
  func cells() {
    func pieces(_ text: String) -> [String] {
      var rest = text.unicodeScalars[...]
      return TextCells(text.unicodeScalars).map { cell in
        defer { rest = rest.dropFirst(cell.scalarCount) }
        #expect(String(rest.prefix(cell.scalarCount)).utf8.count == cell.byteCount)
        return String(rest.prefix(cell.scalarCount))
      }
    }
    #expect(pieces("ab") == ["a", "b"])
    #expect(pieces("Zoe\u{308}!") == ["Z", "o", "e\u{308}", "!"])
    #expect(pieces("👨‍👩‍👧x🇩🇪🇫🇷") == ["👨‍👩‍👧", "x", "🇩🇪", "🇫🇷"])
    #expect(pieces("\u{301}a") == ["\u{301}", "a"])
    #expect(pieces("👍🏽👍") == ["👍🏽", "👍"])
  }

  @Test(
    "no cell is wider than nine emoji, and no scalar is lost, whatever the text", arguments: 1...20)
  func laws(seed: Int) {
    var random = Seeded(seed: UInt64(seed))
    let some: [Unicode.Scalar] = [
      "a", "\u{301}", "\u{200d}", "\u{fe0f}", "👩", "🏽", "\u{1F1E9}", "ि", "山", "1", "\u{1b}", "❤",
    ]
    for _ in 0..<200 {
      let text = (0..<40).map { _ in some.randomElement(using: &random) ?? "a" }
      let cells = Array(TextCells(text))
      #expect(
        cells.allSatisfy { $0.columns <= 2 * (SafeText.joinerLimit + 1) + SafeText.markLimit })
      #expect(cells.reduce(0) { $0 + $1.scalarCount } == text.count)
      #expect(cells.reduce(0) { $0 + $1.columns } == TextWidth.columns(of: text))
      #expect(TextWidth.columns(of: text) <= text.reduce(0) { $0 + TextWidth.columns(of: $1) } + 40)
    }
  }

  @Test("a letter with ten thousand marks is one cell of one column, and a chain of emoji ends")
  func long() {
    let marks = "a" + String(repeating: "\u{301}", count: 10_000)
    #expect(TextWidth.columns(of: marks) == 1)
    #expect(TextWidth.columns(of: String(repeating: "\u{FDFD}", count: 4000)) == 4000)
    let chain = Array(repeating: "👩", count: 1000).joined(separator: "\u{200d}")
    #expect(TextWidth.columns(of: chain) == 2000)
    #expect(Array(TextCells(chain.unicodeScalars)).count == 1000 / (SafeText.joinerLimit + 1) + 1)
  }

  @Test("the table begins at 0 and grows, so that every scalar is in it")
  func table() {
    #expect(WidthTable.regions.first.map { $0 >> 8 } == 0)
    #expect(
      zip(WidthTable.regions, WidthTable.regions.dropFirst()).allSatisfy { $0 >> 8 < $1 >> 8 })
    #expect(WidthTable.regions.allSatisfy { $0 & 0xFF <= 4 })
  }
}
