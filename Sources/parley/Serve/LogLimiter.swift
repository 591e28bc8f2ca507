/// Keeps a log from being flooded by what strangers do: of each kind ten lines a second, and then a count.
struct LogLimiter: Sendable {
  /// What happened, and why, as far as there are only a few answers to that.
  struct Kind: Hashable, Sendable {
    var name: String
    var reason: String?
  }

  private struct Second: Sendable {
    let start: ContinuousClock.Instant
    var lines = 0
  }

  static let limit = 10
  /// More kinds than there are; beyond that reasons do not count.
  private static let kindLimit = 64
  private var seconds: [Kind: Second] = [:]

  /// Whether a line is to be written.
  mutating func admits(_ kind: Kind, at now: ContinuousClock.Instant) -> Bool {
    var kind = kind
    if seconds[kind] == nil, seconds.count >= LogLimiter.kindLimit { kind.reason = nil }
    seconds[kind, default: Second(start: now)].lines += 1
    return seconds[kind, default: Second(start: now)].lines <= LogLimiter.limit
  }

  /// Whether lines were left out that ``settle(at:all:)`` has not told.
  var leavesOut: Bool { seconds.values.contains { $0.lines > LogLimiter.limit } }

  /// Ends the seconds that are over, or all of them, and tells how many lines were left out in each.
  mutating func settle(
    at now: ContinuousClock.Instant, all: Bool = false
  ) -> [(kind: Kind, lines: Int)] {
    guard !seconds.isEmpty else { return [] }
    let over = seconds.filter { all || now >= $0.value.start + .seconds(1) }
    for kind in over.keys { seconds[kind] = nil }
    return over.filter { $0.value.lines > LogLimiter.limit }
      .map { ($0.key, $0.value.lines - LogLimiter.limit) }
      .sorted { ($0.kind.name, $0.kind.reason ?? "") < ($1.kind.name, $1.kind.reason ?? "") }
  }
}
