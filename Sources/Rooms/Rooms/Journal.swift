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

  /// The kept events are those from `first` on; the slots before it are empty husks.
  private var slots: [ChatEvent] = []
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
    head += 1
    var event = event
    event.number = head
    bytes += Journal.weight(of: event)
    slots.append(event)
    while count > 1, count > Journal.eventLimit || bytes > Journal.byteLimit { forgetFirst() }
    if first > count {
      slots.removeFirst(first)
      first = 0
    }
    return head
  }

  /// How many events are kept.
  package var count: Int { slots.count - first }

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
  package func last(_ limit: Int) -> [ChatEvent] { Array(slots[first...].suffix(max(0, limit))) }

  private mutating func forgetFirst() {
    bytes -= Journal.weight(of: slots[first])
    // The body goes now; its slot goes with the next compaction.
    slots[first].body = []
    first += 1
  }

  /// Bytes of text and a little for the event itself, so that many small ones count too.
  private static func weight(of event: ChatEvent) -> Int {
    64 + event.nick.utf8.count + event.body.count
  }
}
