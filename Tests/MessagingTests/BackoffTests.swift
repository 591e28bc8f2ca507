import Messaging
import Testing

@Suite("backoff")
struct BackoffTests {
  @Test("stays between half and whole of a ceiling that doubles up to the most", arguments: 0..<50)
  func bounds(seed: UInt64) {
    var backoff = Backoff(first: .milliseconds(100), most: .seconds(2), seed: seed)
    for attempt in 0..<70 {
      let ceiling = attempt < 5 ? Duration.milliseconds(100 << attempt) : .seconds(2)
      let delay = backoff.next()
      #expect(delay >= ceiling / 2 && delay <= ceiling)
    }
    backoff.reset()
    #expect(backoff.next() <= .milliseconds(100))
  }

  @Test("is decided by its seed")
  func seeds() {
    func delays(_ seed: UInt64) -> [Duration] {
      var backoff = Backoff(seed: seed)
      return (0..<10).map { _ in backoff.next() }
    }
    #expect(delays(7) == delays(7))
    #expect(Set((0..<100).map { delays($0) }).count == 100)
  }

  @Test("is spread over the whole range")
  func spread() {
    let first = (0..<1000).map { (seed: UInt64) in
      var backoff = Backoff(first: .seconds(2), seed: seed)
      return Int(backoff.next() / .milliseconds(100))
    }
    // Ten classes of 100 each, if it were exact.
    let classes = Dictionary(grouping: first, by: { min($0, 19) }).mapValues(\.count)
    #expect(Set(classes.keys) == Set(10...19))
    #expect(classes.values.allSatisfy { 60...150 ~= $0 })
  }

  @Test("traps on no duration")
  func extremes() {
    let durations: [Duration] = [
      .zero, .seconds(-1), .nanoseconds(1), .seconds(Int64.max), .seconds(Int64.min),
      Duration(secondsComponent: 1, attosecondsComponent: -1),
    ]
    for first in durations {
      for most in durations {
        var backoff = Backoff(first: first, most: most)
        for _ in 0..<80 { #expect(backoff.next() >= .zero) }
      }
    }
  }
}
