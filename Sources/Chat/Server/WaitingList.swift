import Rooms
import Sockets

/// The clients that have not said who they are, in the order in which they came.
///
/// Pure. When they are too many it names one who has to go: of the address from which most wait, the one that
/// waits longest. So whoever comes from elsewhere is not pushed out by those.
struct WaitingList: Sendable {
  /// Who has to go, where it lives, and because of which limit.
  struct Victim: Sendable, Equatable {
    let client: ClientID
    let loop: Int
    let limit: LimitName
  }

  private struct Entry {
    let client: ClientID
    let loop: Int
  }

  private var lines: [SocketAddress: [Entry]] = [:]
  private var places: [ClientID: SocketAddress] = [:]

  var count: Int { places.count }

  /// Adds a client; whoever has to go for it is not in the list any more.
  mutating func add(
    _ client: ClientID, on loop: Int, of group: SocketAddress, most: Int, mostOfGroup: Int
  ) -> Victim? {
    places[client] = group
    lines[group, default: []].append(Entry(client: client, loop: loop))
    if lines[group, default: []].count > mostOfGroup {
      return removeFirst(of: group, .maxWaitingPerAddress)
    }
    guard count > most else { return nil }
    let longest = lines.max { left, right in
      let (first, second) = (left.value, right.value)
      guard first.count == second.count, let one = first.first, let other = second.first else {
        return first.count < second.count
      }
      // Who came later has the higher number.
      return one.client.rawValue > other.client.rawValue
    }
    return longest.flatMap { removeFirst(of: $0.key, .maxWaiting) }
  }

  /// The client has said who it is, or is gone.
  mutating func remove(_ client: ClientID) {
    guard let group = places.removeValue(forKey: client),
      let place = lines[group]?.firstIndex(where: { $0.client == client })
    else { return }
    lines[group]?.remove(at: place)
    if lines[group]?.isEmpty == true { lines[group] = nil }
  }

  private mutating func removeFirst(of group: SocketAddress, _ limit: LimitName) -> Victim? {
    guard let first = lines[group]?.first else { return nil }
    remove(first.client)
    return Victim(client: first.client, loop: first.loop, limit: limit)
  }
}
