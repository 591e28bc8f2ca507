import Sockets
import Wire

/// The datagrams of the last seconds, to know those that come twice.
///
/// The same source and the same bytes, with a time in them that no clock shows twice, are the same
/// datagram: a network doubled it, or a program that knows us by two names. Keeps a hash of each that
/// nobody outside this process can foresee.
struct RecentDatagrams: Sendable {
  /// For so long a datagram is remembered.
  static let memory = Duration.seconds(5)
  /// So many at most are.
  static let limit = 2_048

  private var known: Set<Int> = []
  /// A ring, once it is full.
  private var order: [(hash: Int, until: Instant)] = []
  private var first = 0
  private var count = 0

  /// Whether the same was there a moment ago; from now on it was.
  mutating func hasHad(
    _ bytes: [UInt8], from source: SocketAddress, at now: Instant
  ) -> Bool {
    while count > 0, order[first].until <= now { drop() }
    var hasher = Hasher()
    hasher.combine(source)
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    let hash = hasher.finalize()
    guard known.insert(hash).inserted else { return true }
    if count == RecentDatagrams.limit { drop() }
    let place = (first + count) % RecentDatagrams.limit
    let entry = (hash, now + RecentDatagrams.memory)
    if place < order.count { order[place] = entry } else { order.append(entry) }
    count += 1
    return false
  }

  private mutating func drop() {
    known.remove(order[first].hash)
    first = (first + 1) % RecentDatagrams.limit
    count -= 1
  }
}
