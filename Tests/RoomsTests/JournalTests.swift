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

  @Test("keeps the last 1000 events", arguments: [0, 1, 999, 1000, 1001, 1999, 2000, 2001, 5000])
  func eventLimit(count: Int) {
    let journal = journal(holding: count)
    let kept = min(count, 1000)
    #expect(journal.count == kept)
    #expect(journal.last(.max).map(\.number) == (0..<kept).map { UInt64(count - kept + $0 + 1) })
  }

  @Test("keeps no more than 256 KiB, and the newest event always")
  func byteLimit() {
    var journal = journal(holding: 100, of: String(repeating: "x", count: Body.limit))
    #expect(journal.bytes <= Journal.byteLimit)
    #expect(journal.count == 15)
    journal.append(said(String(repeating: "y", count: 2 * Journal.byteLimit)))
    #expect(journal.count == 1)
    journal.append(said("z"))
    #expect(journal.last(9).map(\.number) == [102])
  }

  @Test(
    "says what came after a number and how many are gone",
    arguments: [
      (0, 1001, 500), (1, 1001, 499), (499, 1001, 1), (500, 1001, 0), (501, 1002, 0),
      (1499, 2000, 0), (1500, nil, 0), (1501, nil, 0), (UInt64.max, nil, 0),
    ] as [(UInt64, UInt64?, UInt64)])
  func after(_ number: UInt64, _ next: UInt64?, _ missed: UInt64) {
    let journal = journal(holding: 1500)
    let found = journal.events(after: number)
    #expect(found.missed == missed)
    #expect(found.events.last?.number == (next == nil ? nil : 1500))
    #expect(found.events.first?.number == (next.map { _ in number + missed + 1 }))
  }

  @Test("a limit of nothing or less gives nothing", arguments: [0, -1, .min])
  func noLimit(_ limit: Int) {
    #expect(journal(holding: 3).last(limit).isEmpty)
  }
}
