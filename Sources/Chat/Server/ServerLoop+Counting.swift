import Rooms

extension ServerLoop {
  /// What this loop has counted and has now.
  func count() -> ServerCounts {
    var counts = counts
    counts.clients = clients.count
    counts.rooms = homes.count
    counts.deliveries = flusher.deliveries
    counts.bytesIn = flusher.bytesIn
    counts.bytesOut = flusher.bytesOut
    counts.queued = flusher.queued
    if flusher.blocked > 0 { counts.hits[.sendBuffer] = flusher.blocked }
    for client in clients.values {
      counts.largestQueue = max(counts.largestQueue, client.link?.queued ?? 0)
      guard !client.isOver else { continue }
      if client.hasEntered, let kind = client.door.kind {
        counts.doors[kind, default: 0] += 1
      } else {
        counts.waiting += 1
      }
    }
    return counts
  }

  /// Every client, in the order in which they came.
  func statuses() -> [ClientStatus] {
    let present = clients.values.filter { !$0.isOver }
    return present.sorted { $0.id.rawValue < $1.id.rawValue }.map(status)
  }

  func status(of client: Client) -> ClientStatus {
    ClientStatus(
      id: client.id, nick: directory.nick(of: client.id) ?? "", address: client.peer,
      door: client.door.kind, rooms: client.seats.map(\.place.name),
      queued: client.link?.queued ?? 0, since: client.since)
  }
}
