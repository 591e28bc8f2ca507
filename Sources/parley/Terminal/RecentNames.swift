internal import Rooms

/// Names to complete, the latest in use first.
///
/// Holds nothing that could not be shown as it is, and no more than ``limit``.
struct RecentNames {
  static let limit = 1000

  private struct Entry {
    var name: String
    /// The greater, the later it was in use; 0 is never.
    var rank: Int
  }

  /// By ``Nick/key(of:)``.
  private var entries: [String: Entry] = [:]
  private var lastRank = 0

  /// Adds one that was in use just now.
  mutating func use(_ name: String) {
    lastRank += 1
    put(Entry(name: name, rank: lastRank))
  }

  /// Adds one that is there, behind all that were in use.
  mutating func add(_ name: String) {
    if entries[Nick.key(of: name)] == nil { put(Entry(name: name, rank: 0)) }
  }

  mutating func remove(_ name: String) { entries[Nick.key(of: name)] = nil }

  mutating func rename(_ old: String, to new: String) {
    let entry = entries.removeValue(forKey: Nick.key(of: old))
    put(Entry(name: new, rank: entry?.rank ?? 0))
  }

  private mutating func put(_ entry: Entry) {
    // What would be shown in another way is not what would be sent.
    guard !entry.name.isEmpty, SafeText.safe(entry.name) == entry.name else { return }
    entries[Nick.key(of: entry.name)] = entry
    guard entries.count > Self.limit else { return }
    if let oldest = entries.min(by: { $0.value.rank < $1.value.rank }) { entries[oldest.key] = nil }
  }

  /// The names that begin so, in whatever case and width.
  func names(like start: String, except own: String) -> [String] {
    let (start, own) = (Nick.key(of: start), Nick.key(of: own))
    return entries.filter { $0.key.hasPrefix(start) && $0.key != own }.map(\.value)
      .sorted { ($1.rank, $0.name) < ($0.rank, $1.name) }.map(\.name)
  }
}
