import Testing
import Wire

@Suite("Instant")
struct InstantTests {
  @Test("differences and sums undo each other")
  func arithmetic() {
    let start = Instant(nanoseconds: 5_000_000_000)
    for duration in [Duration.nanoseconds(1), .milliseconds(300), .seconds(90), .seconds(-4)] {
      #expect((start + duration) - start == duration)
      #expect((start + duration) - duration == start)
    }
  }

  @Test("nothing overflows: time ends at both ends")
  func saturates() {
    let late = Instant(nanoseconds: .max - 5)
    #expect(late + .seconds(1) == .distantFuture)
    #expect(Instant.zero + .seconds(-1) == .zero)
    #expect(Instant.zero - .seconds(1) == .zero)
    #expect(Instant.zero - Duration.seconds(Int64.min) == .distantFuture)
    #expect(Instant.zero + Duration.seconds(Int64.max) == .distantFuture)
    #expect(Instant.distantFuture - .zero > .seconds(18_000_000_000))
    #expect(Instant.zero - .distantFuture < .seconds(-18_000_000_000))
  }
}
