/// How much of a ``Rate`` somebody has used, as one number: the moment at which all of it is there again.
///
/// Pure, and whole numbers only. Times are nanoseconds of one monotonic clock; one that goes back a little
/// gives nobody anything.
struct TokenBucket: Sendable, Equatable {
  /// When the bucket is full again, if nothing more is taken.
  private var fullAt: Int64 = 0

  /// How many of `wanted` may be had now; those are taken.
  mutating func take(_ wanted: Int, of rate: Rate, at now: UInt64) -> Int {
    guard !rate.isUnlimited else { return wanted }
    let available = min(count(of: rate, at: now), Int64(clamping: max(0, wanted)))
    guard available > 0 else { return 0 }
    fullAt = max(fullAt, Int64(clamping: now)) &+ available * rate.interval
    return Int(available)
  }

  /// How many are there.
  func count(of rate: Rate, at now: UInt64) -> Int64 {
    guard !rate.isUnlimited else { return .max }
    let missing = max(0, fullAt - Int64(clamping: now))
    return max(0, Int64(rate.burst) - (missing + rate.interval - 1) / rate.interval)
  }

  /// When there is one again, which may be now.
  func next(of rate: Rate, at now: UInt64) -> UInt64 {
    guard count(of: rate, at: now) <= 0 else { return now }
    return UInt64(clamping: fullAt - Int64(rate.burst - 1) * rate.interval)
  }

  func isFull(at now: UInt64) -> Bool { fullAt <= Int64(clamping: now) }
}
