import Wire

/// Nicks whose clients are gone and may come back with their tokens, for a while.
struct HeldNicks: Sendable {
  private struct Held: Sendable {
    var nick: String
    var skeleton: String
    var until: Instant
  }

  private let limit: Int
  private var held: [[UInt8]: Held] = [:]
  /// By what they look like.
  private var nicks: [String: String] = [:]
  /// The tokens, oldest first; to take one out of the middle moves the others, but these are few.
  private var order: [[UInt8]] = []

  /// - Parameter limit: So many nicks wait at most; with more the oldest are free.
  init(limit: Int) { self.limit = max(0, limit) }

  /// The nick that looks so and waits for somebody.
  func nick(like skeleton: String) -> String? { nicks[skeleton] }

  /// `until` never goes back from one call to the next, and nobody has a nick that looks so.
  mutating func hold(_ nick: String, like skeleton: String, token: [UInt8], until: Instant) {
    guard limit > 0 else { return }
    if order.count == limit { drop(1) }
    held[token] = Held(nick: nick, skeleton: skeleton, until: until)
    nicks[skeleton] = nick
    order.append(token)
  }

  /// The nick that waits for this token, and waits no more.
  mutating func take(_ token: [UInt8]) -> String? {
    guard let entry = held.removeValue(forKey: token) else { return nil }
    nicks[entry.skeleton] = nil
    order.removeAll { $0 == token }
    return entry.nick
  }

  mutating func expire(at now: Instant) {
    drop(order.prefix { held[$0].map { $0.until <= now } ?? true }.count)
  }

  private mutating func drop(_ count: Int) {
    guard count > 0 else { return }
    for token in order.prefix(count) {
      if let entry = held.removeValue(forKey: token) { nicks[entry.skeleton] = nil }
    }
    order.removeFirst(count)
  }
}
