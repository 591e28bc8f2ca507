import Sockets

/// What is known of the numbered texts of the last few streamers.
struct SenderTallies: Sendable {
  /// So many streamers are counted at the same time; the oldest goes first.
  private static let limit = 16
  private static let name = Array("Streamer".utf8)

  private var senders: [(endpoint: SocketAddress, tally: StreamTally)] = []

  static func isStreamer(_ bytes: ArraySlice<UInt8>) -> Bool { bytes.elementsEqual(name) }

  mutating func note(_ number: Int, from endpoint: SocketAddress) {
    if let index = senders.lastIndex(where: { $0.endpoint == endpoint }) {
      return senders[index].tally.note(number)
    }
    if senders.count == SenderTallies.limit { senders.removeFirst() }
    var tally = StreamTally()
    tally.note(number)
    senders.append((endpoint, tally))
  }

  var lines: [String] {
    senders.map { sender in
      let tally = sender.tally
      return """
        Streamer at \(sender.endpoint): received \(tally.received), lost \(tally.lost), \
        duplicated \(tally.duplicated), reordered \(tally.reordered), too late \(tally.stale), \
        highest \(tally.highest ?? 0)
        """
    }
  }
}
