import Rooms
import Sockets

extension ServerLoop {
  /// Replaces what everything here is bounded by.
  func setLimits(_ limits: Limits) {
    self.limits = limits
    doorLimits = limits.doors
    flusher.limit = limits.maximumQueue
    for home in homes.values { home.setLimits(limits) }
    for client in clients.values {
      client.setLimits(doorLimits)
      setGate(of: client)
    }
  }

  /// Gives a client the rates that are for it: none for those of this machine, unless somebody said so.
  func setGate(of client: Client) {
    let isLocal = client.peer.isOfThisMachine
    let rate = isLocal && !limits.touchesLocal(.flood) ? .unlimited : limits.flood
    var neighbours: AddressRate?
    if !isLocal || limits.touchesLocal(.floodPerAddress), !limits.floodPerAddress.isUnlimited {
      neighbours = directory.rate(of: client.peer, at: loop.now)
    }
    if let gate = client.gate {
      gate.set(rate, neighbours)
    } else if !rate.isUnlimited || neighbours != nil {
      client.gate = FloodGate(client, rate, neighbours, options.floodPatience, on: loop)
    }
  }

  func wait(_ client: Client) {
    client.isWaiting = true
    guard let victim = directory.addWaiting(client.id, on: index, client.peer) else { return }
    put(.sendAway(victim.client, victim.limit), for: victim.loop)
  }

  func sendAway(_ id: ClientID, _ limit: LimitName) {
    guard let client = clients[id], client.isWaiting else { return }
    // Many may have come while this loop was busy: what they have said since then counts.
    client.link?.look()
    guard client.isWaiting else { return }
    client.isWaiting = false
    counts.hit(limit)
    client.brokenLimit = limit
    client.tell(.bye(.full, text: "Too many are waiting.", retryAfterMilliseconds: 1000))
    // What it was told goes out as far as it can: nobody waits for it to read that.
    client.link?.flush()
    client.link?.drop()
  }

  /// The client has said who it is, or is gone.
  func decided(_ client: Client) {
    guard client.isWaiting else { return }
    client.isWaiting = false
    directory.removeWaiting(client.id)
  }

  /// Cuts those for whom the most waits, until so many bytes less do.
  ///
  /// Those who have no more than their share of the whole stay: then the rest is on its way out already.
  func shed(_ bytes: Int) {
    var left = bytes
    let share = limits.maximumQueueTotal / max(1, directory.clientCount)
    let queues = clients.values.compactMap { $0.link }
      .filter { $0.queued > share && !$0.isOverfull }
    for link in queues.sorted(by: { $0.queued > $1.queued }) where left > 0 {
      left -= link.queued
      // One that is on its way out already does not get the rest. At the end nothing is added any more.
      if link.isOpen { link.cut(.maxSendqTotal) } else if phase < .dismissing { link.drop() }
    }
  }
}
