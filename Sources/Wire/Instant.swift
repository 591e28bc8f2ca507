/// A moment of a monotonic clock, handed in by whoever owns the clock.
///
/// The zero point means nothing. Arithmetic saturates, so that no duration from the wire can trap.
package struct Instant: Comparable, Hashable, Sendable {
  package let nanoseconds: UInt64

  package init(nanoseconds: UInt64) {
    self.nanoseconds = nanoseconds
  }

  package static let zero = Instant(nanoseconds: 0)
  package static let distantFuture = Instant(nanoseconds: .max)

  package static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  package static func + (instant: Instant, duration: Duration) -> Instant {
    let (forward, size) = magnitude(of: duration)
    return forward ? instant.later(by: size) : instant.earlier(by: size)
  }

  package static func - (instant: Instant, duration: Duration) -> Instant {
    let (forward, size) = magnitude(of: duration)
    return forward ? instant.earlier(by: size) : instant.later(by: size)
  }

  package static func - (left: Instant, right: Instant) -> Duration {
    left < right
      ? .zero - duration(right.nanoseconds - left.nanoseconds)
      : duration(left.nanoseconds - right.nanoseconds)
  }

  private func later(by size: UInt64) -> Instant {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(size)
    return overflow ? .distantFuture : Instant(nanoseconds: sum)
  }

  private func earlier(by size: UInt64) -> Instant {
    Instant(nanoseconds: nanoseconds - min(nanoseconds, size))
  }

  private static func magnitude(of duration: Duration) -> (forward: Bool, nanoseconds: UInt64) {
    let (seconds, attoseconds) = duration.components
    let (whole, overflow) = seconds.magnitude.multipliedReportingOverflow(by: 1_000_000_000)
    let (size, carry) = whole.addingReportingOverflow(attoseconds.magnitude / 1_000_000_000)
    return (seconds >= 0 && attoseconds >= 0, overflow || carry ? .max : size)
  }

  private static func duration(_ nanoseconds: UInt64) -> Duration {
    // Both parts are far below Int64.max, so neither conversion nor product can overflow.
    Duration(
      secondsComponent: Int64(nanoseconds / 1_000_000_000),
      attosecondsComponent: Int64(nanoseconds % 1_000_000_000) * 1_000_000_000)
  }
}
