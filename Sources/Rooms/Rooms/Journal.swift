/// What was said in one room, in memory: the last ``eventLimit`` events or ``byteLimit`` bytes.
///
/// Events are numbered from 1 without gaps. The history id names this numbering: after a restart
/// there is another one, so that nobody resumes at a number that means something else now.
package struct Journal: Sendable {
  package static let eventLimit = 1000
  package static let byteLimit = 256 * 1024

  package let historyID: [UInt8]
  /// The number of the last event; 0 when nothing was ever said.
  package private(set) var head: UInt64 = 0
  /// What the kept events weigh against ``byteLimit``.
  package private(set) var bytes = 0

  /// The kept events are those from `first` on.
  private var events = Events()
  private var first = 0

  /// - Parameter historyID: 16 random bytes.
  package init(historyID: [UInt8]) { self.historyID = historyID }

  /// Keeps `event` under the next number and forgets the oldest ones beyond the limits.
  ///
  /// Takes constant time, averaged over many calls. The newest event is always kept.
  ///
  /// - Returns: The number.
  @discardableResult
  package mutating func append(_ event: ChatEvent) -> UInt64 {
    var one = Events()
    one.append(event)
    for entry in one.entries { keep(entry, of: one) }
    return head
  }

  /// Keeps those of `happened` that were said, each as ``append(_:)`` does.
  mutating func append(saidIn happened: borrowing Events) {
    for index in happened.entries.indices where happened.entries[index].sort.isSaid {
      keep(happened.entries[index], of: happened)
    }
  }

  /// How many events are kept.
  package var count: Int { events.count - first }

  /// What came after `number`, and how many of those events are not kept any more.
  ///
  /// A number that this journal never gave has nothing after it.
  package func events(after number: UInt64) -> (events: [ChatEvent], missed: UInt64) {
    guard number < head else { return ([], 0) }
    let lost = head - UInt64(count)
    let missed = lost > number ? lost - number : 0
    let wanted = head - number - missed
    return (last(Int(clamping: wanted)), missed)
  }

  /// The last `limit` kept events, oldest first.
  package func last(_ limit: Int) -> [ChatEvent] { Array(events[first...].suffix(max(0, limit))) }

  private mutating func keep(_ entry: Events.Entry, of others: borrowing Events) {
    var entry = entry
    head += 1
    entry.number = head
    bytes += Journal.weight(of: entry)
    events.append(entry, of: others)
    while count > 1, count > Journal.eventLimit || bytes > Journal.byteLimit { forgetFirst() }
    // When at least half is gone, moving the rest costs no more than it cost to bring that in.
    let gone = events.entries[first].start
    if first > count || gone > 4096 && gone > events.bytes.count - gone {
      events.removeFirst(first)
      first = 0
    }
  }

  private mutating func forgetFirst() {
    bytes -= Journal.weight(of: events.entries[first])
    first += 1
  }

  /// Bytes of text and a little for the event itself, so that many small ones count too.
  private static func weight(of entry: Events.Entry) -> Int { 64 + entry.end - entry.start }
}
