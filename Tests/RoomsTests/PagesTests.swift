import Testing

@testable import Rooms

@Suite("events in pages")
struct PagesTests {
  private func event(_ number: UInt64, _ random: inout Seeded) -> ChatEvent {
    let sizes = [1...9, 1...9, 1...500, 9000...16_000, 40_000...40_001]
    let size = Int.random(in: sizes.randomElement(using: &random) ?? 1...1, using: &random)
    return ChatEvent(
      kind: .text, number: number, wall: 7, author: ClientID(1), nick: "ann",
      body: Array(repeating: UInt8(truncatingIfNeeded: number), count: size))
  }

  private func weight(of events: [ChatEvent]) -> Int {
    events.reduce(0) { $0 + 64 + 3 + $1.body.count }
  }

  @Test(
    "are what was appended and not forgotten, and so is a copy",
    arguments: 1...12 as ClosedRange<UInt64>)
  func model(seed: UInt64) {
    var random = Seeded(seed: seed)
    var pages = Pages()
    var model: [ChatEvent] = []
    var number: UInt64 = 1
    var copy = (pages: pages, model: model)
    for _ in 0..<60 {
      var turn = Events()
      // What stands before and behind the range is for nobody.
      turn.append(event(0, &random))
      let count = Int.random(in: 0...12, using: &random)
      for place in 0..<count {
        let event = event(number + UInt64(place), &random)
        turn.append(event)
        model.append(event)
      }
      turn.append(event(0, &random))
      pages.append(1..<(1 + count), of: turn, numberedFrom: number)
      number += UInt64(count)
      for _ in 0..<Int.random(in: 0...14, using: &random) {
        if let page = pages.removeFirst() { pages.reuse(page) }
        model.removeFirst(min(1, model.count))
      }
      #expect(pages.count == model.count)
      #expect(pages.weight == weight(of: model))
      let wanted = Int.random(in: -1...(model.count + 1), using: &random)
      let newest = pages.newest(wanted)
      let expected = Array(model.suffix(max(0, wanted)))
      #expect(newest.events == expected)
      #expect(newest.count == expected.count)
      #expect(newest.weight == weight(of: expected))
      guard Int.random(in: 0..<8, using: &random) == 0 else { continue }
      #expect(copy.pages.events == copy.model)
      copy = (pages, model)
    }
    #expect(pages.events == model)
  }

  @Test("none of which is empty or weighs more than a page, but for one long event")
  func pageLimit() {
    var random = Seeded(seed: 1)
    var pages = Pages()
    for number in 1...500 as ClosedRange<UInt64> {
      var one = Events()
      one.append(event(number, &random))
      pages.append(0..<1, of: one, numberedFrom: number)
    }
    var seen = 0
    while let page = nextPage(of: &pages) {
      seen += page.count
      #expect(page.count == 1 || weight(of: Array(page)) <= Pages.pageLimit)
    }
    #expect(seen == 500)
  }

  private func nextPage(of pages: inout Pages) -> Events? {
    while pages.count > 0 {
      if let page = pages.removeFirst() { return page }
    }
    return nil
  }
}
