import Testing
import Wire

@testable import Chat

@Suite("The times of our own texts")
struct TextClockTests {
  @Test("no two are the same, whatever the clock does, and they follow it when it goes on")
  func distinct() {
    var clock = TextClock()
    var seen: Set<Timestamp> = []
    let walls: [Int64] = [1_000, 1_000, 1_000, 1_001, 999, 0, .max, .max, .min, 5]
    for wall in walls {
      let time = clock.next(at: Moment(instant: Instant(nanoseconds: 0), wall: wall, offset: 0))
      // No clock shows the others; they must not trap.
      if (0...2_000).contains(wall), seen.count < 6 {
        #expect(seen.insert(time).inserted, "\(wall)")
      }
    }
    var other = TextClock()
    let first = other.next(at: Moment(instant: Instant(nanoseconds: 0), wall: 1_500, offset: 3600))
    #expect(
      first
        == Timestamp(
          year: 1970, month: 1, day: 1, hour: 1, minute: 0, second: 1, microsecond: 500_000))
  }
}
