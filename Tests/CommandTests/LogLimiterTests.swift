import Testing

@testable import parley

@Suite("What a log leaves out")
struct LogLimiterTests {
  private let start = ContinuousClock.now
  private let kind = LogLimiter.Kind(name: "closed", reason: "end of stream")

  @Test("ten lines of a kind in a second are written, the others are counted once")
  func counts() {
    var limiter = LogLimiter()
    let admitted = (0..<25).count { _ in limiter.admits(kind, at: start) }
    #expect(admitted == 10)
    let early = limiter.settle(at: start + .milliseconds(999))
    #expect(early.isEmpty)
    let summaries = limiter.settle(at: start + .seconds(1))
    #expect(summaries.map(\.kind) == [kind] && summaries.map(\.lines) == [15])
    let again = limiter.settle(at: start + .seconds(2))
    #expect(again.isEmpty)
    let isAdmitted = limiter.admits(kind, at: start + .seconds(2))
    #expect(isAdmitted)
  }

  @Test("what was left out in a second that began later is still to be told")
  func later() {
    var limiter = LogLimiter()
    let other = LogLimiter.Kind(name: "refused")
    for _ in 0..<11 { _ = limiter.admits(kind, at: start) }
    for _ in 0..<12 { _ = limiter.admits(other, at: start + .milliseconds(500)) }
    let first = limiter.settle(at: start + .seconds(1))
    #expect(first.map(\.lines) == [1] && limiter.leavesOut)
    let second = limiter.settle(at: start + .milliseconds(1500))
    #expect(second.map(\.lines) == [2] && !limiter.leavesOut)
  }

  @Test("no kind is silenced by another, and all that was left out is told in the end")
  func kinds() {
    var limiter = LogLimiter()
    let other = LogLimiter.Kind(name: "closed", reason: "bye")
    for _ in 0..<11 { _ = limiter.admits(kind, at: start) }
    let isAdmitted = limiter.admits(other, at: start)
    #expect(isAdmitted)
    let left = limiter.settle(at: start, all: true)
    #expect(left.map(\.lines) == [1])
  }

  @Test("with more reasons than there can be, only the name counts")
  func bounded() {
    var limiter = LogLimiter()
    let admitted = (0..<10_000).count { number in
      limiter.admits(LogLimiter.Kind(name: "closed", reason: "\(number)"), at: start)
    }
    #expect(admitted < 100)
    let left = limiter.settle(at: start, all: true).map(\.lines).reduce(0, +)
    #expect(left + admitted == 10_000)
  }
}
