import Wire

/// How often something may happen: a few times at once, then once in a while.
struct Allowance: Sendable {
  private let most: Int
  private let interval: Duration
  private var left: Int
  private var filled: Instant

  /// - Parameters:
  ///   - most: How many times at once.
  ///   - interval: How long until one more is allowed.
  ///   - now: When it is full.
  init(_ most: Int, every interval: Duration, at now: Instant) {
    (self.most, self.interval, left, filled) = (most, interval, most, now)
  }

  /// Uses up one, if there is one.
  mutating func take(at now: Instant) -> Bool {
    while left < most, filled + interval <= now {
      left += 1
      filled = filled + interval
    }
    // Time in which nothing was missing is not saved up.
    if left == most { filled = now }
    guard left > 0 else { return false }
    left -= 1
    return true
  }
}
