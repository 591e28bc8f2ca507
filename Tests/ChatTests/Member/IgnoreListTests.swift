import Testing

@testable import Chat

@Suite("Whom somebody ignores")
struct IgnoreListTests {
  @Test("are not more than a thousand, and who is taken off makes room")
  func bounded() {
    var list = IgnoreList()
    for number in 0..<1_000 { _ = list.toggle("nick\(number)") }
    #expect(list.toggle("one-more") == "You ignore 1000 people already.")
    #expect(!list.contains("one-more") && list.contains("NICK999"))
    #expect(list.toggle("nick0") == "You see nick0 again.")
    _ = list.toggle("one-more")
    #expect(list.contains("one-more") && !list.contains("nick0"))
  }
}
