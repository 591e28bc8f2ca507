/// How long an operation may take.
///
/// `nil` means without limit; `.inherited` means what the socket says, and where the socket says
/// nothing, what its event loop says.
public enum Timeout: Sendable, Hashable, ExpressibleByNilLiteral {
  /// The next wider setting decides.
  case inherited
  /// As long as it takes.
  case none
  /// At most this long; zero and less mean "only what can be done at once".
  case after(Duration)

  /// The same as ``none``.
  public init(nilLiteral: ()) { self = .none }

  /// At most this many seconds.
  public static func seconds(_ seconds: Double) -> Timeout { .after(.seconds(seconds)) }

  /// At most this many milliseconds.
  public static func milliseconds(_ milliseconds: Int) -> Timeout {
    .after(.milliseconds(milliseconds))
  }

  /// This setting, or `wider` where this one leaves it open.
  package func resolved(_ wider: Timeout) -> Timeout {
    self == .inherited ? wider : self
  }
}

/// A moment of the monotonic clock, in nanoseconds; `.max` is never.
package typealias Nanoseconds = UInt64

extension Duration {
  /// Whole nanoseconds, zero for negative durations, `.max` for those beyond 584 years.
  package var clampedNanoseconds: Nanoseconds {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return .max }
    let (sum, carried) = whole.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000)
    return carried ? .max : sum
  }
}
