/// How many bytes may go now, so that in the long run no more than so many go in a second.
///
/// Pure: the caller says what time it is, in nanoseconds of any clock that does not go back. A pause is
/// not saved up for long: what was not used counts for a tenth of a second.
struct TokenBucket: Equatable, Sendable {
  private let rate: Double
  private let most: Double
  private var tokens: Double
  private var filled: UInt64

  /// - Parameters:
  ///   - rate: Bytes per second, from 1.
  ///   - now: The time of the first filling.
  init(rate: Int, at now: UInt64) {
    self.rate = Double(max(rate, 1))
    most = max(self.rate / 10, 1)
    tokens = most
    filled = now
  }

  /// Takes as many of the wanted bytes as may go now, perhaps none.
  mutating func take(_ wanted: Int, at now: UInt64) -> Int {
    fill(at: now)
    let count = min(Double(wanted), tokens.rounded(.down))
    tokens -= count
    return Int(count)
  }

  /// Gives back what was taken and did not go after all.
  mutating func giveBack(_ count: Int) { tokens = min(most, tokens + Double(count)) }

  /// How long to wait until a piece worth sending may go, in nanoseconds: half of what is saved at most.
  mutating func delay(at now: UInt64) -> UInt64 {
    fill(at: now)
    let missing = max(1, most / 2) - tokens
    return missing <= 0 ? 0 : UInt64((missing / rate * 1e9).rounded(.up))
  }

  private mutating func fill(at now: UInt64) {
    guard now > filled else { return }
    tokens = min(most, tokens + Double(now - filled) / 1e9 * rate)
    filled = now
  }
}
