import Rooms
import Testing

@Suite struct SafeTextTests {
  private func safe(_ bytes: [UInt8]) -> String {
    var output: [UInt8] = []
    SafeText.append(bytes, lineBreak: "\n  | ".bytes, to: &output)
    return output.text
  }

  private func safe(_ text: String) -> String { safe(text.bytes) }

  @Test(
    "leaves what people write alone",
    arguments: [
      "", "hello, world ~", "è €", "Zoe\u{308}", "ОЛЬГА", "山田さん", "हिन्दी", "ไทย", "العربية",
      "👨‍👩‍👧‍👦", "🧑🏿‍❤️‍💋‍🧑🏿", "🇨🇭", "می‌خواهم", "   ",
    ])
  func untouched(_ text: String) { #expect(safe(text).utf8.elementsEqual(text.utf8)) }

  @Test(
    "shows escape sequences, C0, C1 and DEL instead of sending them",
    arguments: [
      ("\u{1b}[2J", "<U+001B>[2J"), ("\u{1b}c", "<U+001B>c"), ("\u{1b}#8", "<U+001B>#8"),
      ("\u{1b}]0;pwn\u{7}", "<U+001B>]0;pwn<U+0007>"),
      ("\u{1b}P$q\u{1b}\\", "<U+001B>P$q<U+001B>\\"), ("\u{5}", "<U+0005>"),
      ("\u{9b}2J", "<U+009B>2J"), ("A\u{8}\u{8}", "A<U+0008><U+0008>"),
      ("a\rb", "a<U+000D>b"), ("\r", "<U+000D>"),
      ("\u{b}\u{c}\u{7f}\0", "<U+000B><U+000C><U+007F><U+0000>"),
      ("\u{1b}\u{301}[2J", "<U+001B>\u{301}[2J"), ("\u{2028}\u{2029}", "<U+2028><U+2029>"),
      ("a\tb", "a    b"),
    ])
  func controls(_ text: String, _ shown: String) {
    #expect(safe(text).utf8.elementsEqual(shown.utf8))
  }

  @Test(
    "shows what changes direction, hides or has no width",
    arguments: [
      0x61C, 0x200B, 0x200E, 0x200F, 0x202A, 0x202E, 0x2060, 0x2064, 0x2066, 0x2069, 0xFEFF, 0xFFF9,
      0x3164, 0x115F, 0xE0001, 0xE0041, 0xE007F, 0x180E,
    ] as [UInt32])
  func invisible(_ value: UInt32) throws {
    let scalar = try #require(Unicode.Scalar(value))
    let code = String(value, radix: 16, uppercase: true)
    let digits = String(repeating: "0", count: max(0, 4 - code.count)) + code
    #expect(safe("a\(scalar)b") == "a<U+\(digits)>b")
  }

  @Test("a line break becomes a continuation, so nothing reaches the nick column")
  func lineBreaks() {
    #expect(safe("x\r\n[20:00] Alice: hi") == "x\n  | [20:00] Alice: hi")
    #expect(safe("a\n\nb\r\r\nc\n") == "a\n  | \n  | b<U+000D>\n  | c\n  | ")
    var output: [UInt8] = []
    SafeText.append("a\nb", to: &output)
    #expect(output.text == "a<U+000A>b")
  }

  @Test("cuts marks beyond four on a base, and marks with no base become visible")
  func marks() {
    let many = "a" + String(repeating: "\u{301}", count: 10_000) + "b"
    #expect(safe(many).unicodeScalars.count == 6)
    #expect(safe("\u{301}a").hasPrefix("<U+0301>"))
    #expect(safe("a\n\u{fe0f}").hasSuffix("| <U+FE0F>"))
    #expect(safe("\u{200d}x") == "<U+200D>x")
  }

  @Test(
    "shows a variation selector only where it chooses a form",
    arguments: [
      ("❤\u{FE0F}", true), ("☎\u{FE0E}", true), ("1\u{FE0F}\u{20E3}", true), ("葛\u{E0100}", true),
      ("a\u{FE0F}", false), ("a\u{E0100}", false), ("❤\u{FE0F}\u{FE0F}", false),
      ("e\u{301}\u{FE0F}", false), ("葛\u{E0100}\u{E0101}", false), (" \u{FE00}", false),
    ])
  func selectors(_ text: String, _ isShown: Bool) {
    #expect(safe(text).utf8.elementsEqual(text.utf8) == isShown)
    #expect(safe(text).contains("<U+") != isShown)
  }

  @Test("vowels of Hangul pile up no further than other marks")
  func vowels() {
    let pile = "\u{1100}" + String(repeating: "\u{1161}", count: 1000)
    #expect(safe(pile).unicodeScalars.count == 1 + SafeText.markLimit)
    #expect(safe("\u{1161}") == "<U+1161>")
  }

  @Test(
    "no title, link, clipboard, question to the terminal or forged line gets through",
    arguments: [
      "\u{1b}]0;pwn\u{7}", "\u{1b}]8;;http://x\u{1b}\\y", "\u{1b}]52;c;cHdu\u{7}", "\u{1b}[6n",
      "\u{1b}[21t", "\u{1b}P+q544e\u{1b}\\", "\u{9d}0;x\u{9c}", "\u{90}$q\u{9c}",
      "\u{202e}\u{2066}x",
      "x\r\n[20:00] Alice:", "\n2026-01-01 INFO login ok", "\u{85}x", "\u{2029}x",
    ])
  func harmless(_ text: String) {
    let line = SafeText.safe(text)
    #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F ~= $0.value) })
    #expect(line.unicodeScalars.allSatisfy { !$0.properties.isBidiControl })
    #expect(line.contains("<U+"))
  }

  @Test("cuts a chain of joined emoji into pieces")
  func joiners() {
    let chain = Array(repeating: "👩", count: 1000).joined(separator: "\u{200d}")
    let joiners = safe(chain).unicodeScalars.split(separator: "👩")
    #expect(joiners.count < 1000 * SafeText.joinerLimit / (SafeText.joinerLimit + 1) + 9)
    #expect(safe("a\u{200d}\u{200d}\u{200d}b").unicodeScalars.count == 3)
  }

  @Test(
    "shows U+FFFD for what is not UTF-8",
    arguments: [
      ([0xC0, 0xAF], "\u{FFFD}\u{FFFD}"), ([0xFF], "\u{FFFD}"), ([0x61, 0x80, 0x62], "a\u{FFFD}b"),
      ([0xE2, 0x82], "\u{FFFD}"), ([0x9B, 0x32, 0x4A], "\u{FFFD}2J"),
      ([0xC3, 0x1B], "\u{FFFD}<U+001B>"),
    ] as [([UInt8], String)])
  func invalid(_ bytes: [UInt8], _ shown: String) { #expect(safe(bytes) == shown) }

  @Test("random text comes out valid, harmless and unchanged by a second time", arguments: 1...40)
  func laws(seed: Int) {
    var random = Seeded(seed: UInt64(seed))
    let nasty: [Unicode.Scalar] = [
      "a", " ", "\u{301}", "\u{200d}", "\u{fe0f}", "👩", "\u{1b}", "\u{202e}", "\r", "\t", "ß", "山",
      "\u{9b}", "\u{ad}", "\u{e0041}", "\u{2028}",
    ]
    for _ in 0..<100 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 0...40, using: &random) {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes.append(.random(in: 0...255, using: &random))
        default: bytes += Array((nasty.randomElement(using: &random) ?? "a").utf8)
        }
      }
      var once: [UInt8] = []
      SafeText.append(bytes, to: &once)
      var twice: [UInt8] = []
      SafeText.append(once, to: &twice)
      #expect(once == twice, "seed \(seed): \(bytes)")
      for scalar in once.text.unicodeScalars {
        #expect(scalar.value >= 0x20 && !(0x7F...0x9F ~= scalar.value), "seed \(seed): \(bytes)")
        #expect(!scalar.properties.isBidiControl, "seed \(seed): \(bytes)")
      }
    }
  }
}
