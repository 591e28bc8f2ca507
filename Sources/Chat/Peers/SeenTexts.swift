import Wire

/// The texts of the last seconds, and over which links each came.
///
/// Keeps no texts, only a hash of each that nobody outside this process can foresee.
struct SeenTexts: Sendable {
  /// For so long a text is remembered.
  static let memory = Duration.seconds(5)
  /// So many texts at most are.
  static let limit = 4096
  /// Some programs write a text anew for each link, a moment later each time.
  private static let slack = 1_000_000

  private struct Key: Hashable {
    var hash: Int
    var count: Int
  }

  private struct Entry {
    /// Microseconds of a day.
    var time: Int
    var links: [Int]
  }

  private var entries: [Key: [Entry]] = [:]
  private var order: [(key: Key, until: Instant)] = []
  private var first = 0

  var count: Int { order.count - first }

  /// Takes a text that came over a link.
  ///
  /// - Parameters:
  ///   - text: The text; its time is known.
  ///   - link: The link.
  ///   - now: The time.
  ///   - mayBeOne: Whether another link may be the same peer's. Of such links, the same words are a
  ///     copy when their times are less than a second apart; of others, only when they are the same.
  /// - Returns: Another link over which the same came a moment ago, and not yet over this one.
  mutating func takes(
    _ text: ChatText, link: Int, at now: Instant, mayBeOne: (Int) -> Bool
  ) -> Int? {
    while first < order.count, order[first].until <= now || count >= SeenTexts.limit { forget() }
    if first > SeenTexts.limit {
      order.removeFirst(first)
      first = 0
    }
    let key = SeenTexts.key(of: text)
    let time = SeenTexts.microseconds(of: text.time)
    let known = entries[key, default: []]
    let index = known.firstIndex { entry in
      guard !entry.links.contains(link), let other = entry.links.first else { return false }
      return entry.time == time
        || abs(entry.time - time) < SeenTexts.slack && mayBeOne(other)
    }
    guard let index else {
      entries[key, default: []].append(Entry(time: time, links: [link]))
      order.append((key, now + SeenTexts.memory))
      return nil
    }
    entries[key]?[index].links.append(link)
    return known[index].links.first
  }

  /// Forgets the oldest.
  private mutating func forget() {
    let key = order[first].key
    first += 1
    entries[key]?.removeFirst()
    if entries[key]?.isEmpty == true { entries[key] = nil }
  }

  private static func key(of text: ChatText) -> Key {
    var hasher = Hasher()
    for part in [text.name, text.text] {
      var part = part
      part.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
      hasher.combine(part.utf8.count)
    }
    return Key(hash: hasher.finalize(), count: text.text.utf8.count)
  }

  private static func microseconds(of time: Timestamp) -> Int {
    ((time.hour * 60 + time.minute) * 60 + time.second) * 1_000_000 + time.microsecond
  }
}
