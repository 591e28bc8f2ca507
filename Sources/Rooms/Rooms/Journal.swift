/// What was said in one room, in memory: the last ``eventLimit`` events or ``byteLimit`` bytes.
///
/// That is more than may wait for a client before it is cut as slow, so that one that comes back at once
/// misses nothing. Who only asks what was said gets less: ``answerEvents`` or ``answerBytes``.
///
/// Events are numbered from 1 without gaps. The history id names this numbering: after a restart
/// there is another one, so that nobody resumes at a number that means something else now.
package struct Journal: Sendable {
  package static let eventLimit = 16_384
  package static let byteLimits = 256 * 1024...7 * 256 * 1024
  package static let answerEvents = 1000
  package static let answerBytes = 256 * 1024

  /// The most that is kept; rooms that are many have to do with less each.
  package var byteLimit = Journal.byteLimits.upperBound { didSet { forget() } }

  package let historyID: [UInt8]
  /// The number of the last event; 0 when nothing was ever said.
  package private(set) var head: UInt64 = 0
  /// What the kept events weigh against ``byteLimit``: bytes of text and a little for the event
  /// itself, so that many small ones count too.
  package var bytes: Int { kept.weight }

  private var kept = Pages()

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
    keep(0..<1, of: one)
    return head
  }

  /// Keeps those of `happened` that were said, each as ``append(_:)`` does.
  mutating func append(saidIn happened: borrowing Events) {
    var index = 0
    while index < happened.entries.count {
      let start = index
      while index < happened.entries.count, happened.entries[index].sort.isSaid { index += 1 }
      keep(start..<index, of: happened)
      index += 1
    }
  }

  /// How many events are kept.
  package var count: Int { kept.count }

  /// What came after `number`, and how many of those events are not kept any more.
  ///
  /// A number that this journal never gave has nothing after it.
  package func events(after number: UInt64) -> (pages: Pages, missed: UInt64) {
    guard number < head else { return (Pages(), 0) }
    let lost = head - UInt64(count)
    let missed = lost > number ? lost - number : 0
    return (kept.newest(Int(clamping: head - number - missed)), missed)
  }

  /// The last `limit` kept events, oldest first, as far as that is no longer than an answer may be.
  ///
  /// The newest is always among them.
  package func last(_ limit: Int) -> [ChatEvent] {
    var answer = kept.newest(min(limit, Journal.answerEvents))
    while answer.count > 1, answer.weight > Journal.answerBytes { answer.removeFirst() }
    return answer.events
  }

  private mutating func keep(_ range: Range<Int>, of others: borrowing Events) {
    kept.append(range, of: others, numberedFrom: head + 1)
    head += UInt64(range.count)
    forget()
  }

  /// Forgets the oldest beyond the limits.
  private mutating func forget() {
    while kept.count > 1, kept.count > Journal.eventLimit || kept.weight > byteLimit {
      if let page = kept.removeFirst() { kept.reuse(page) }
    }
  }
}
