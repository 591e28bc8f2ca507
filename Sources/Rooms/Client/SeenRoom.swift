import Wire

/// What a client has seen of one room.
///
/// What others said comes as events in order. What one says oneself comes as a number only, perhaps
/// before an event with a smaller one and perhaps behind one with a larger.
struct SeenRoom: Sendable {
  private(set) var seat: NativeSeat
  /// Whether the server of this connection has let us in.
  private(set) var isIn = true
  /// Everything up to this number was seen or is told as missing.
  private(set) var last: UInt64
  /// Own numbers above `last` with a gap below them.
  private var own: [UInt64] = []
  /// Numbers below `last` that nobody has told us of.
  private var holes: UInt64 = 0

  /// While there are holes that may be ours: up to where there are none, and what was shown above that.
  private var floor: UInt64?
  private var shown: [UInt64] = []
  private static let shownLimit = 4096

  /// From where on the history is wanted.
  var whole: UInt64 { floor ?? last }

  /// What was said before we came is a courtesy, not something that we could miss.
  init(_ seat: NativeSeat) { (self.seat, last) = (seat, seat.head) }

  mutating func lose() { isIn = false }

  /// Enters it again.
  ///
  /// - Returns: Whether its numbers go on from where we were.
  mutating func enter(_ seat: NativeSeat) -> Bool {
    let goesOn = seat.historyID == self.seat.historyID && last <= seat.head
    if goesOn {
      if let floor { (last, own) = (floor, shown) }
      self.seat = seat
      isIn = true
      fill()
    } else {
      self = SeenRoom(seat)
    }
    return goesOn
  }

  /// Takes an event: whether it was not shown yet, and whether there is a gap before it.
  mutating func saw(_ number: UInt64) -> (isNew: Bool, isBehindGap: Bool) {
    guard number > last else { return (false, false) }
    let isNew = !own.contains(number)
    let known = UInt64(own.count { $0 < number })
    let gap = number - last - 1
    // A server may give numbers as it likes: the count stands still, where it would be wrong anyway.
    let missing = gap - min(gap, known)
    if missing > 0, floor == nil { (floor, shown) = (last, own) }
    if floor != nil { shown.append(number) }
    if shown.count > SeenRoom.shownLimit { (floor, shown) = (nil, []) }
    holes += min(missing, .max - holes)
    last = number
    absorb()
    return (isNew, missing > 0)
  }

  /// Takes the number of something that we said.
  mutating func wrote(_ number: UInt64) {
    if floor != nil { shown.append(number) }
    guard number > last else {
      holes -= min(holes, 1)
      if holes == 0 { fill() }
      return
    }
    own.append(number)
    // Bounded by what one can have unanswered between two events, which is the client's window.
    if own.count > NativeClient.window { own.removeFirst() }
    absorb()
  }

  /// The server has told that so many are gone.
  mutating func skip(_ missed: UInt64) {
    last += min(missed, seat.head - min(last, seat.head))
    absorb()
  }

  /// How many numbers nobody has told us of, each told once.
  mutating func takeHoles() -> UInt64 {
    defer { fill() }
    return holes
  }

  private mutating func fill() { (holes, floor, shown) = (0, nil, []) }

  private mutating func absorb() {
    own.removeAll { $0 <= last }
    while let next = own.firstIndex(where: { $0 - last == 1 }) {
      last = own.remove(at: next)
    }
  }
}
