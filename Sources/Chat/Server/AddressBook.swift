import Sockets

/// What is known of the addresses that clients come from: how often they came of late, and how much they say.
///
/// Pure but for the shared rates that it hands out. Bounded: addresses with nothing to remember go first.
struct AddressBook: Sendable {
  private struct Entry {
    var connections = TokenBucket()
    var rate: AddressRate?
  }

  static let limit = 16_384
  private var entries: [SocketAddress: Entry] = [:]

  var count: Int { entries.count }

  /// Counts one more connection of an address; false when it is one too many.
  mutating func admit(_ peer: SocketAddress, _ rate: Rate, at now: Nanoseconds) -> Bool {
    guard !rate.isUnlimited else { return true }
    makeRoom(for: peer.group, at: now)
    return entries[peer.group, default: Entry()].connections.take(1, of: rate, at: now) == 1
  }

  /// The rate that all clients of an address share.
  mutating func rate(of peer: SocketAddress, _ rate: Rate, at now: Nanoseconds) -> AddressRate {
    makeRoom(for: peer.group, at: now)
    if let known = entries[peer.group]?.rate { return known }
    let new = AddressRate(rate)
    entries[peer.group, default: Entry()].rate = new
    return new
  }

  /// Gives those who share a rate already another one.
  mutating func setRate(_ rate: Rate) {
    for entry in entries.values { entry.rate?.set(rate) }
  }

  private mutating func makeRoom(for group: SocketAddress, at now: Nanoseconds) {
    guard entries.count >= AddressBook.limit, entries[group] == nil else { return }
    entries = entries.filter {
      !$1.connections.isFull(at: now) || $1.rate?.isFull(at: now) == false
    }
    // So many addresses at once are not stopped by a count for each: do not spend more time on them.
    if entries.count > AddressBook.limit * 3 / 4 { entries = [:] }
  }
}
