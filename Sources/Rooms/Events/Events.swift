import Wire

/// Events in their order, with all their text in one piece.
///
/// To add one moves its bytes and a few numbers, and in steady state allocates nothing: a room that is
/// busy lives on that. Whoever reads an element is given a ``ChatEvent`` of its own.
package struct Events: Sendable {
  /// What is kept of an event besides its text: plain numbers, so that many are moved like bytes.
  struct Entry: Sendable {
    var sort: Sort
    var trust: Trust
    /// Whether the nick and the body are printable ASCII, so that no door has to change anything.
    var isPlain: Bool
    var reason: LeaveReason
    var number: UInt64
    var wall: Int64
    var author: ClientID
    /// The nick begins here in all bytes, then the body, up to the end.
    var start: Int
    var bodyStart: Int
    var end: Int
  }

  enum Sort: UInt8, Sendable {
    case text, action, signed, join, leave
    /// The body is the new nick.
    case rename

    var isSaid: Bool { rawValue <= Sort.signed.rawValue }
  }

  private(set) var bytes: [UInt8] = []
  private(set) var entries: [Entry] = []

  package init() {}

  /// Empty, with room for as much as `other` holds.
  init(roomOf other: borrowing Events) {
    bytes.reserveCapacity(other.bytes.count)
    entries.reserveCapacity(other.entries.count)
  }

  package mutating func append(_ event: ChatEvent) {
    var sort = Sort.text
    var reason = LeaveReason.quit
    var body = event.body
    switch event.kind {
    case .text: break
    case .action: sort = .action
    case .signed: sort = .signed
    case .join: sort = .join
    case .leave(let why): (sort, reason) = (.leave, why)
    case .rename(let nick): (sort, body) = (.rename, Array(nick.utf8))
    }
    append(
      sort, nick: event.nick.utf8.span, body: body.span, number: event.number, wall: event.wall,
      author: event.author, trust: event.trust, reason: reason)
  }

  /// Appends an event made of its parts; what is said is checked by ``Room``.
  @inline(__always)
  mutating func append(
    _ sort: Sort, nick: Span<UInt8>, body: Span<UInt8>, number: UInt64, wall: Int64,
    author: ClientID, trust: Trust, reason: LeaveReason = .quit, isPlain: Bool? = nil
  ) {
    let start = bytes.count
    let bodyStart = start + nick.count
    bytes.append(addingCapacity: nick.count + body.count) { output in
      output.append(copying: nick)
      output.append(copying: body)
    }
    entries.append(
      Entry(
        sort: sort, trust: trust, isPlain: isPlain ?? (nick.isPlain && body.isPlain),
        reason: reason, number: number, wall: wall, author: author, start: start,
        bodyStart: bodyStart, end: bodyStart + body.count))
  }

  /// Appends some neighbours of another list, numbered on from `number`.
  mutating func append(
    _ range: Range<Int>, of others: borrowing Events, numberedFrom number: UInt64
  ) {
    guard let first = range.first, let last = range.last else { return }
    let start = others.entries[first].start
    let shift = bytes.count - start
    bytes.append(
      copying: others.bytes.span.extracting(start..<others.entries[last].end))
    var number = number
    for index in range {
      var entry = others.entries[index]
      entry.number = number
      entry.start += shift
      entry.bodyStart += shift
      entry.end += shift
      entries.append(entry)
      number += 1
    }
  }

  /// What neighbours weigh where memory is bounded: bytes of text and a little for each event itself.
  func weight(_ range: Range<Int>) -> Int {
    guard let first = range.first, let last = range.last else { return 0 }
    return 64 * range.count + entries[last].end - entries[first].start
  }

  func nick(_ entry: Entry) -> Range<Int> { entry.start..<entry.bodyStart }
  func body(_ entry: Entry) -> Range<Int> { entry.bodyStart..<entry.end }

  /// Forgets all events and keeps the memory for the next ones, unless it is much.
  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: bytes.capacity <= 65_536)
    entries.removeAll(keepingCapacity: entries.capacity <= 1024)
  }
}

extension Events: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { entries.count }

  package subscript(index: Int) -> ChatEvent {
    let entry = entries[index]
    let text = bytes[body(entry)]
    let kind: ChatEvent.Kind
    switch entry.sort {
    case .text: kind = .text
    case .action: kind = .action
    case .signed: kind = .signed
    case .join: kind = .join
    case .leave: kind = .leave(reason: entry.reason)
    case .rename: kind = .rename(to: String(decoding: text, as: UTF8.self))
    }
    return ChatEvent(
      kind: kind, number: entry.number, wall: entry.wall, author: entry.author,
      nick: String(decoding: bytes[nick(entry)], as: UTF8.self),
      trust: entry.trust, body: entry.sort == .rename ? [] : Array(text))
  }
}
