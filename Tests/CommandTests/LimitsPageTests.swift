import Chat
import Testing

@testable import parley

@Suite("docs/limits.md")
struct LimitsPageTests {
  @Test("has every row of the table, and no other")
  func rows() throws {
    let page = try HelpPagesTests.file(Tree.root + "/docs/limits.md")
    let written = page.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
    let expected = LimitTable.rows.map {
      "| `\($0.name.rawValue)` | \($0.standard) | \($0.words) | \($0.sparesLocal ? "spared" : "") |"
    }
    #expect(written == expected)
  }
}
