package import Rooms
import Sockets

extension ChatServer {
  /// What all loops have counted.
  package func counts() async -> ServerCounts {
    var counts = loops[0].directory.counts
    for loop in loops {
      // A loop that has ended counts nothing any more.
      if let more = try? await loop.loop.perform({ loop.count() }) { counts += more }
    }
    return counts
  }

  /// Everybody who is connected, in the order in which they came.
  package func clients() async -> [ClientStatus] {
    var clients: [ClientStatus] = []
    for loop in loops {
      if let more = try? await loop.loop.perform({ loop.statuses() }) { clients += more }
    }
    return clients.sorted { $0.id.rawValue < $1.id.rawValue }
  }

  /// Every room and how many are in it, in the order in which they were made.
  package func rooms() -> [RoomListing] { loops[0].directory.listing() }

  /// What everything is bounded by now.
  package var limits: Limits { loops[0].directory.limits }

  /// Bounds everything otherwise from now on; nobody is cut for what was allowed before.
  package func setLimits(_ limits: Limits) {
    loops[0].directory.setLimits(limits)
    for loop in loops { loop.loop.execute { loop.setLimits(limits) } }
    let doormen = doormen
    loops[0].loop.execute { for doorman in doormen { doorman.limits = limits } }
  }
}
