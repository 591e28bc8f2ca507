/// So many of something in a stretch of time, and so many at once after a rest.
package struct Rate: Sendable, Equatable {
  package let count: Int
  package let burst: Int
  /// Nanoseconds that one of them takes; 0 is no limit.
  let interval: Int64

  package static let unlimited = Rate(0, perSeconds: 1, burst: 1)

  /// `count` in a period of up to an hour, or 0 for no limit; a burst is one at least.
  package init(_ count: Int, perSeconds seconds: Int, burst: Int) {
    self.count = max(0, count)
    self.burst = min(max(1, burst), 1_000_000)
    let length = Int64(min(max(1, seconds), 3600)) * 1_000_000_000
    interval = count > 0 ? max(1, length / Int64(count)) : 0
  }

  package var isUnlimited: Bool { interval == 0 }
}
