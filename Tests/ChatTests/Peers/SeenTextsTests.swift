import Testing
import Wire

@testable import Chat

@Suite("Texts seen a moment ago")
struct SeenTextsTests {
  private let now = Instant(nanoseconds: 1_000_000_000)
  private var seen = SeenTexts()

  private func text(_ text: String, _ microsecond: Int = 0, name: String = "bob") -> ChatText {
    let time = Timestamp(
      year: 2026, month: 11, day: 21, hour: 3, second: microsecond / 1_000_000,
      microsecond: microsecond % 1_000_000)
    return ChatText(time: time, name: name, text: text)
  }

  @Test("however many come, only some are remembered, and none for longer than five seconds")
  mutating func bounded() {
    for number in 0..<20_000 {
      #expect(seen.takes(text("\(number)"), link: 1, at: now) { _ in true } == nil)
      #expect(seen.count <= SeenTexts.limit)
    }
    #expect(seen.takes(text("19999"), link: 2, at: now) { _ in true } == 1)
    #expect(seen.takes(text("19999"), link: 1, at: now) { _ in true } == nil)
    #expect(seen.takes(text("1"), link: 2, at: now) { _ in true } == nil)
    #expect(seen.takes(text("19999"), link: 2, at: now + .seconds(5)) { _ in true } == nil)
    #expect(seen.count == 1)
  }

  @Test("a text written anew for each link is a copy where the links may be one peer's")
  mutating func rewritten() {
    #expect(seen.takes(text("yes", 100), link: 1, at: now) { _ in true } == nil)
    #expect(seen.takes(text("yes", 130), link: 2, at: now) { $0 == 1 } == 1)
    // Said once more, and written for both again.
    #expect(seen.takes(text("yes", 500), link: 1, at: now) { _ in true } == nil)
    #expect(seen.takes(text("yes", 530), link: 2, at: now) { _ in true } == 1)
    // Somebody else, another name, and a second later.
    #expect(seen.takes(text("yes", 540), link: 3, at: now) { _ in false } == nil)
    #expect(seen.takes(text("yes", 540, name: "carl"), link: 4, at: now) { _ in true } == nil)
    #expect(seen.takes(text("yes", 1_600_000), link: 4, at: now) { _ in true } == nil)
  }

  @Test("the very same text is a copy over any other link, and never over its own")
  mutating func same() {
    #expect(seen.takes(text("yes", 100), link: 1, at: now) { _ in false } == nil)
    #expect(seen.takes(text("yes", 100), link: 1, at: now) { _ in false } == nil)
    #expect(seen.takes(text("yes", 100), link: 2, at: now) { _ in false } == 1)
  }
}
