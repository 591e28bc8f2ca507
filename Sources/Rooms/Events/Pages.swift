/// Events in their order, page by page: new ones come at the one end and are forgotten at the other, and none is
/// moved for that.
///
/// What they take is little more than they weigh. A copy shares its pages with the original, but for the one that
/// is being written.
package struct Pages: Sendable, Equatable {
  /// The most that lies on a page, unless one event alone weighs more.
  static let pageLimit = 32_768

  /// The written ones, oldest first.
  private var full: [Events] = []
  private var open = Events()
  private var openWeight = 0
  /// How many events of the oldest page are forgotten.
  private var skipped = 0
  /// The memory of a page that is forgotten, for the next one.
  private var spare: Events?
  package private(set) var count = 0
  /// Bytes of text and a little for each event itself, so that many small ones count too.
  package private(set) var weight = 0

  package init() {}

  /// Whether the events are the same, however they lie.
  package static func == (one: Pages, other: Pages) -> Bool { one.events == other.events }

  /// Appends some neighbours of a list, numbered on from `number`.
  mutating func append(
    _ range: Range<Int>, of events: borrowing Events, numberedFrom number: UInt64
  ) {
    var start = range.lowerBound
    while start < range.upperBound {
      var end = range.upperBound
      var added = events.weight(start..<end)
      if openWeight + added > Pages.pageLimit {
        end = start
        while openWeight + events.weight(start..<(end + 1)) <= Pages.pageLimit { end += 1 }
        if end == start {
          guard open.isEmpty else {
            turnPage()
            continue
          }
          end += 1
        }
        added = events.weight(start..<end)
      }
      open.append(
        start..<end, of: events, numberedFrom: number + UInt64(start - range.lowerBound))
      openWeight += added
      weight += added
      start = end
    }
    count += range.count
  }

  /// Forgets the oldest event.
  ///
  /// - Returns: Its page, if that was the last event there: for ``reuse(_:)``, or for nobody.
  @discardableResult
  mutating func removeFirst() -> Events? {
    guard count > 0 else { return nil }
    let place = skipped..<(skipped + 1)
    weight -= full.isEmpty ? open.weight(place) : full[0].weight(place)
    count -= 1
    skipped += 1
    guard skipped == (full.isEmpty ? open.count : full[0].count) else { return nil }
    skipped = 0
    guard full.isEmpty else { return full.removeFirst() }
    openWeight = 0
    var page = Events()
    swap(&page, &open)
    return page
  }

  /// Takes the memory of a page that nobody else reads for the next one.
  mutating func reuse(_ page: consuming Events) {
    page.removeAll()
    spare = page
  }

  /// The oldest event, which is forgotten here.
  package mutating func popFirst() -> ChatEvent? {
    guard count > 0 else { return nil }
    let event = full.isEmpty ? open[skipped] : full[0][skipped]
    removeFirst()
    return event
  }

  /// The newest ones, so many of them, in time proportional to the pages and one page's events.
  func newest(_ wanted: Int) -> Pages {
    var newest = self
    newest.spare = nil
    var pages = 0
    for page in full {
      let place = newest.skipped..<page.count
      guard newest.count - place.count >= wanted else { break }
      newest.weight -= page.weight(place)
      newest.count -= place.count
      newest.skipped = 0
      pages += 1
    }
    newest.full.removeFirst(pages)
    while newest.count > max(0, wanted) { newest.removeFirst() }
    return newest
  }

  /// All of them.
  package var events: [ChatEvent] {
    var events: [ChatEvent] = []
    events.reserveCapacity(count)
    var start = skipped
    for page in full {
      events += page[start...]
      start = 0
    }
    return events + open[start...]
  }

  private mutating func turnPage() {
    let next = spare.take() ?? Events(roomOf: open)
    full.append(open)
    open = next
    openWeight = 0
  }
}
