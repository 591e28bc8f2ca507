import Rooms

/// What one turn has for everybody behind one kind of door, with an index of who said what.
///
/// Filled once a turn and used again: in steady state it allocates nothing.
struct FanBuffer {
  private static let keptBytes = 1 << 20

  /// The encoded bytes of the turn.
  var bytes: [UInt8] = []
  private var parts: [EncodedPart] = []
  private var ends: [Int] = []
  private var authors: [ClientID] = []
  // Mostly the same few authors: a short list beats a set.
  private var few: [ClientID] = []
  private var others: Set<ClientID> = []

  /// Says that everything appended to ``bytes`` since the last mark is one event of `author`.
  mutating func mark(_ author: ClientID) { mark(author, upTo: bytes.count) }

  private mutating func mark(_ author: ClientID, upTo end: Int) {
    // A door may show nothing of an event.
    guard end > ends.last ?? 0 else { return }
    ends.append(end)
    authors.append(author)
    guard !isKnown(author) else { return }
    if few.count < 16 { few.append(author) } else { others.insert(author) }
  }

  /// Encodes all that happened in a room's turn.
  mutating func fill(with events: Events, for kind: DoorKind, room: UInt32, offset: Int) {
    parts.removeAll(keepingCapacity: true)
    kind.encode(events, room: room, offset: offset, into: &bytes, parts: &parts)
    for part in parts { mark(part.author, upTo: part.end) }
  }

  mutating func removeAll() {
    // One turn that brought very much must not cost its memory from then on.
    guard bytes.capacity <= FanBuffer.keptBytes else { return self = FanBuffer() }
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    authors.removeAll(keepingCapacity: true)
    few.removeAll(keepingCapacity: true)
    if !others.isEmpty { others.removeAll(keepingCapacity: true) }
  }

  private func isKnown(_ author: ClientID) -> Bool {
    // By number: comparing identifiers of another target is a call each.
    few.contains { $0.rawValue == author.rawValue } || (!others.isEmpty && others.contains(author))
  }

  /// Calls `body` once for each who said something here.
  func forEachAuthor(_ body: (ClientID) -> Void) {
    for author in few { body(author) }
    if !others.isEmpty { for author in others { body(author) } }
  }

  /// How many events there are.
  var count: Int { ends.count }

  /// Calls `body` with the longest runs of bytes whose authors are not left out, and tells how many
  /// events those are.
  func forEachRun(
    leavingOut isLeftOut: (ClientID) -> Bool, _ body: (Range<Int>) -> Void
  ) -> Int {
    var start = 0
    var end = 0
    var count = 0
    for (index, author) in authors.enumerated() {
      if isLeftOut(author) {
        if start < end { body(start..<end) }
        start = ends[index]
      } else {
        count += 1
      }
      end = ends[index]
    }
    if start < end { body(start..<end) }
    return count
  }
}
