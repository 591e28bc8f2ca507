/// How long to wait before the next attempt: longer after each failure, and different for each who
/// waits.
///
///     var backoff = Backoff()
///     while await !attempt() { try await loop.sleep(for: backoff.next()) }
///
/// The n-th delay is drawn evenly from the upper half of `first` × 2ⁿ, cut at `most`; so those whom
/// one failure hit together do not come back together. It waits for nothing itself, and the same
/// seed gives the same delays.
public struct Backoff: Hashable, Sendable {
  private let first: UInt64
  private let most: UInt64
  private var ceiling: UInt64
  private var state: UInt64

  /// Creates a backoff.
  ///
  /// - Parameters:
  ///   - first: The longest first delay; less than a nanosecond is treated as that.
  ///   - most: The longest delay of all, at most 292 years; less than `first` is treated as
  ///     `first`.
  ///   - seed: Decides the delays; by default another one each time.
  public init(
    first: Duration = .milliseconds(250), most: Duration = .seconds(30),
    seed: UInt64 = .random(in: .min ... .max)
  ) {
    self.first = max(Backoff.nanoseconds(first), 1)
    self.most = max(Backoff.nanoseconds(most), self.first)
    ceiling = self.first
    state = seed
  }

  /// The next delay.
  ///
  /// - Returns: Between half of the present ceiling and all of it; the ceiling then doubles.
  public mutating func next() -> Duration {
    let half = ceiling / 2
    let delay = ceiling - Backoff.scramble(&state) % (half + 1)
    ceiling = ceiling > most / 2 ? most : ceiling * 2
    return .nanoseconds(Int64(clamping: delay))
  }

  /// Begins again with the first delay, after a success.
  public mutating func reset() { ceiling = first }

  /// Whole nanoseconds from 0 to `Int64.max`.
  private static func nanoseconds(_ duration: Duration) -> UInt64 {
    let (seconds, attoseconds) = duration.components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    return UInt64(overflow || carry ? .max : sum)
  }

  /// One step of SplitMix64: an even, fast and unguarded generator, which is all that jitter needs.
  private static func scramble(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
