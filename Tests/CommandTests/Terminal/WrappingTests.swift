import Rooms
import Testing

@testable import parley

@Suite("Wrapping and transcript")
struct WrappingTests {
  private func rows(_ text: String, _ columns: Int) -> [String] {
    let bytes = Array(text.utf8)
    return Wrapping.rows(of: text, columns: columns).map {
      String(decoding: bytes[$0], as: UTF8.self)
    }
  }

  @Test("rows end behind a blank, or where there is no other way")
  func blanks() {
    #expect(rows("", 10) == [""])
    #expect(rows("one two three four five", 16) == ["one two three ", "four five"])
    #expect(rows("0123456789012345 7", 16) == ["0123456789012345", "7"])
    #expect(rows("bob: 01234567890123456789", 16) == ["bob: 01234567890", "123456789"])
  }

  @Test("a character that is too wide for the row of its word stands in the next one")
  func wide() {
    #expect(rows("abcd ef👨‍👩‍👧", 8) == ["abcd ", "ef", "👨‍👩‍👧"])
  }

  @Test("a blank with marks on it is no blank")
  func markedBlank() {
    #expect(rows("01234567 \u{301}8", 8) == ["01234567", " \u{301}8"])
  }

  @Test("no row is too wide, nothing is lost but a blank between rows", arguments: 1...40)
  func whole(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let pieces = ["a", " ", "日", "e\u{301}", "👨‍👩‍👧", "word", "  ", "🇩🇪", "한", " \u{301}"]
    for columns in 1...40 {
      let text = (0..<30).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      let ranges = Wrapping.rows(of: text, columns: columns)
      var end = 0
      for (index, range) in ranges.enumerated() {
        let gap = Array(text.utf8)[end..<range.lowerBound]
        #expect(gap.allSatisfy { $0 == UInt8(ascii: " ") } && gap.count <= 1)
        end = range.upperBound
        let row = String(decoding: Array(text.utf8)[range], as: UTF8.self)
        let room = columns - (index > 0 ? Wrapping.indent(columns: columns) : 0)
        // A single cell may be wider than the whole terminal.
        let isOneCell = TextCells(row.unicodeScalars).reduce(0) { count, _ in count + 1 } == 1
        #expect(TextWidth.columns(of: row) <= room || isOneCell)
      }
      #expect(text.utf8.count - end <= 1)
    }
  }

  @Test("the oldest lines go when there are too many or they are too long")
  func bounds() {
    var talk = Transcript()
    for number in 0..<12_000 { talk.append(TalkLine("\(number)")) }
    #expect(talk.numbers == 7_000..<12_000)
    #expect(talk[11_999].text == "11999" && talk[7_000].text == "7000")
    #expect(talk[6_999] == TalkLine() && talk[12_000] == TalkLine())
    let long = String(repeating: "x", count: 100_000)
    for _ in 0..<100 { talk.append(TalkLine(long)) }
    #expect(talk.numbers.upperBound == 12_100)
    #expect((30...42).contains(talk.numbers.count))
    talk.append(TalkLine(String(repeating: "x", count: 5 << 20)))
    #expect(talk.numbers.count == 1)
  }
}
