import Rooms
import Testing

@Suite struct JournalTests {
  private func said(_ text: String) -> ChatEvent {
    ChatEvent(kind: .text, wall: 0, author: ClientID(1), nick: "ann", body: text.bytes)
  }

  private func journal(holding count: Int, of text: String = "hi") -> Journal {
    var journal = Journal(historyID: Array(repeating: 7, count: 16))
    for _ in 0..<count { journal.append(said(text)) }
    return journal
  }

  @Test("numbers from 1 without gaps")
  func numbers() {
    var journal = journal(holding: 0)
    #expect(journal.head == 0)
    #expect((1...5).map { _ in journal.append(said("x")) } == [1, 2, 3, 4, 5])
    #expect(journal.last(2).map(\.number) == [4, 5])
  }

  @Test("keeps the last 16384 events", arguments: [0, 1, 999, 16_383, 16_384, 16_385, 40_000])
  func eventLimit(count: Int) {
    let journal = journal(holding: count)
    let kept = min(count, 16_384)
    #expect(journal.count == kept)
    let numbers = journal.events(after: UInt64(count - kept)).pages.events.map(\.number)
    #expect(numbers == (0..<kept).map { UInt64(count - kept + $0 + 1) })
  }

  @Test("keeps no more than 1.75 MiB, and the newest event always")
  func byteLimit() {
    var journal = journal(holding: 120, of: String(repeating: "x", count: Body.limit))
    #expect(journal.bytes <= 1_835_008)
    #expect(journal.count == 111)
    journal.append(said(String(repeating: "y", count: 2 * journal.byteLimit)))
    #expect(journal.count == 1)
    journal.append(said("z"))
    #expect(journal.last(9).map(\.number) == [122])
  }

  @Test("with a lower limit forgets at once, and never the newest")
  func lower() {
    var journal = journal(holding: 100, of: String(repeating: "x", count: Body.limit))
    journal.byteLimit = 262_144
    #expect(journal.count == 15)
    #expect(journal.events(after: 85).missed == 0)
    #expect(journal.events(after: 84).missed == 1)
    journal.byteLimit = 0
    #expect(journal.last(9).map(\.number) == [100])
  }

  @Test("an answer is no longer than 1000 events or 256 KiB, and who comes back gets all")
  func answers() {
    let small = journal(holding: 1500)
    #expect(small.last(.max).map(\.number) == Array(501...1500))
    #expect(small.events(after: 0).pages.count == 1500)
    let large = journal(holding: 100, of: String(repeating: "x", count: Body.limit))
    #expect(large.last(.max).map(\.number) == Array(86...100))
    #expect(large.events(after: 0).pages.count == 100)
    let huge = journal(holding: 2, of: String(repeating: "x", count: 300_000))
    #expect(huge.last(2).map(\.number) == [2])
  }

  @Test(
    "says what came after a number and how many are gone",
    arguments: [
      (0, 501, 500), (1, 501, 499), (499, 501, 1), (500, 501, 0), (501, 502, 0),
      (16_883, 16_884, 0), (16_884, nil, 0), (16_885, nil, 0), (UInt64.max, nil, 0),
    ] as [(UInt64, UInt64?, UInt64)])
  func after(_ number: UInt64, _ next: UInt64?, _ missed: UInt64) {
    let journal = journal(holding: 16_884)
    let found = journal.events(after: number)
    #expect(found.missed == missed)
    #expect(found.pages.events.last?.number == (next == nil ? nil : 16_884))
    #expect(found.pages.events.first?.number == (next.map { _ in number + missed + 1 }))
  }

  @Test("a limit of nothing or less gives nothing", arguments: [0, -1, .min])
  func noLimit(_ limit: Int) {
    #expect(journal(holding: 3).last(limit).isEmpty)
  }
}
