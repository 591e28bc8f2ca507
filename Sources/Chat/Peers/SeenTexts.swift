import Wire

/// The texts of the last seconds, and over which link each came first.
///
/// Keeps no texts, only a hash of each that nobody outside this process can foresee.
struct SeenTexts: Sendable {
  /// For so long a text is remembered.
  static let memory = Duration.seconds(5)
  /// So many texts at most are.
  static let limit = 4096

  private struct Key: Hashable {
    var hash: Int
    var count: Int
  }

  private var links: [Key: Int] = [:]
  private var order: [(key: Key, until: Instant)] = []
  private var first = 0

  var count: Int { order.count - first }

  /// Takes a text that came over a link.
  ///
  /// - Returns: Another link over which the very same bytes came a moment ago.
  mutating func takes(_ text: [UInt8], link: Int, at now: Instant) -> Int? {
    while first < order.count, order[first].until <= now || count >= SeenTexts.limit {
      links[order[first].key] = nil
      first += 1
    }
    if first > SeenTexts.limit {
      order.removeFirst(first)
      first = 0
    }
    var hasher = Hasher()
    text.withUnsafeBytes { hasher.combine(bytes: $0) }
    let key = Key(hash: hasher.finalize(), count: text.count)
    if let other = links[key] { return other == link ? nil : other }
    links[key] = link
    order.append((key, now + SeenTexts.memory))
    return nil
  }
}
