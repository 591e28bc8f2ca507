import Rooms
import Testing

@testable import parley

/// What holds whatever happens, in whatever order.
@Suite("Laws of the screen")
struct ScreenLawTests {
  private static let pieces = [
    "hello ", "wörld ", "日本", "e\u{301}", "한", "ﬀ", "0123456789", "a b c d ", "✊🏽", "👨‍👩‍👧",
    "\u{1b}[2J", "🇩🇪", "❤️", "\u{202e}", "words that are wrapped where a blank is ",
  ]

  private func text(_ most: Int, _ random: inout SeededGenerator) -> String {
    (0..<Int.random(in: 0...most, using: &random)).map { _ in
      Self.pieces.randomElement(using: &random) ?? ""
    }.joined()
  }

  private func change(_ screen: inout Screen, _ random: inout SeededGenerator) {
    switch Int.random(in: 0..<11, using: &random) {
    case 0...3:
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        var line = TalkLine("12:00 ", .aside)
        line.add("bob", .nick("bob"))
        line.add(": " + SafeText.safe(text(12, &random)))
        screen.view.append(line)
      }
    case 4: screen.view.pageUp()
    case 5: screen.view.pageDown()
    case 6: screen.view.top()
    case 7: screen.view.toEnd()
    case 8: screen.hint = screen.hint == nil ? SafeText.safe(text(8, &random)) : nil
    case 9: screen.view.mark = screen.view.talk.numbers.randomElement(using: &random)
    default:
      screen.input.before = text(5, &random)
      screen.input.after = Bool.random(using: &random) ? "" : "日behind"
    }
  }

  @Test("what differs, once written, is the same as everything written anew", arguments: 1...40)
  func sameAsWhole(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var columns = Int.random(in: 1...30, using: &random)
    var rows = Int.random(in: 1...12, using: &random)
    var screen = Screen(columns: columns, rows: rows, theme: Theme(.dark))
    screen.input.prompt = "ann> "
    var model = TerminalModel(columns: columns, rows: rows)
    model.receive(screen.enter())
    for step in 0..<60 {
      change(&screen, &random)
      if step % 20 == 19 {
        columns = Int.random(in: 1...30, using: &random)
        rows = Int.random(in: 1...12, using: &random)
        screen.resize(columns: columns, rows: rows)
        model = TerminalModel(columns: columns, rows: rows)
        model.receive(screen.enter())
      }
      model.receive(screen.draw())
      #expect(model.unknown.isEmpty && model.misfits == 0 && model.style.isEmpty)
      #expect(model.row == rows - 1)
      #expect(screen.draw().isEmpty)
      var again = screen
      var whole = TerminalModel(columns: columns, rows: rows)
      whole.receive(again.enter())
      whole.receive(again.draw())
      #expect(whole.text == model.text && whole.column == model.column)
    }
  }

  @Test("the place that is looked at stays while others speak and the width changes")
  func place() {
    var screen = Screen(columns: 40, rows: 12, theme: Theme(nil))
    for number in 0..<200 {
      screen.view.append(TalkLine("bob: \(number) " + String(repeating: "word ", count: 12)))
    }
    _ = screen.draw()
    for _ in 0..<3 { screen.view.pageUp() }
    let seen = screen.view.rows
    for number in 0..<50 { screen.view.append(TalkLine("eve: \(number)")) }
    #expect(screen.view.rows == seen)
    #expect(screen.view.countBelow == 50)
    let last = seen.last
    screen.resize(columns: 80, rows: 12)
    #expect(screen.view.rows.last?.line == last?.line)
    screen.resize(columns: 40, rows: 12)
    #expect(screen.view.rows == seen)
    screen.view.toEnd()
    #expect(screen.view.countBelow == nil)
    #expect(screen.view.rows.last?.line == 249)
  }

  @Test(
    "paging leads through every row to the beginning, and back to the end", arguments: [1, 2, 9])
  func paging(height: Int) {
    var view = TalkView(columns: 30, height: height)
    for number in 0..<40 { view.append(TalkLine(String(repeating: "\(number) ", count: 20))) }
    var seen = Set(view.rows.map { "\($0)" })
    for _ in 0..<200 {
      view.pageUp()
      seen.formUnion(view.rows.map { "\($0)" })
      #expect(view.rows.count == height)
    }
    let all = (0..<40).reduce(0) { $0 + Wrapping.rows(of: view.talk[$1].text, columns: 30).count }
    #expect(seen.count == all)
    #expect(view.rows.first == TalkView.Row(line: 0, range: view.rows.first?.range))
    #expect(view.rows.first?.range?.lowerBound == 0)
    for _ in 0..<200 { view.pageDown() }
    #expect(view.countBelow == nil)
  }

  @Test("from a line that is gone one looks at the oldest there is, and pages on from there")
  func gone() {
    var view = TalkView(columns: 30, height: 5)
    #expect(view.rows.isEmpty)
    for number in 0..<20 { view.append(TalkLine("\(number)")) }
    view.top()
    for number in 20..<10_000 { view.append(TalkLine("\(number)")) }
    let oldest = view.talk.numbers.lowerBound
    #expect(oldest > 20 && view.rows.map(\.line) == [oldest])
    view.pageDown()
    #expect(view.rows.map(\.line) == Array(oldest..<(oldest + 4)))
    view.pageDown()
    #expect(view.rows.map(\.line) == Array((oldest + 3)...(oldest + 7)))
  }
}
