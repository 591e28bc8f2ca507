import Wire

/// Up to which number a client has seen everything in its room.
///
/// What others said comes as events in order. What one says oneself comes as a number only, and
/// perhaps before an event with a smaller one: such a number counts once all below it are seen.
struct ResumePoint: Sendable {
  private var historyID: [UInt8] = []
  private var token: [UInt8] = []
  private var last: UInt64 = 0
  /// Own numbers above `last` with a gap below them, rising.
  private var own: [UInt64] = []

  /// Goes on from a lost connection.
  mutating func resume(_ resume: NativeResume?) {
    guard let resume else { return }
    historyID = resume.historyID
    token = resume.token
    last = resume.lastNumber
  }

  /// What to show; nil without a token, because only a token gives the nick back.
  var resume: NativeResume? {
    guard !token.isEmpty, !historyID.isEmpty else { return nil }
    return NativeResume(historyID: historyID, lastNumber: last, token: token)
  }

  mutating func enter(_ seat: NativeSeat, token: [UInt8]?) {
    if let token { self.token = token }
    own = []
    if historyID != seat.historyID {
      // What was said before we came is a courtesy, not something that we could miss.
      last = seat.head
      historyID = seat.historyID
    } else if last > seat.head {
      // The server lost the end of its history, so the numbers go on from there.
      last = seat.head
    }
  }

  mutating func saw(_ number: UInt64) {
    last = max(last, number)
    absorb()
  }

  mutating func wrote(_ number: UInt64) {
    guard number > last else { return }
    own.append(number)
    // Bounded by what one can have unanswered between two events, which is the client's window.
    if own.count > NativeClient.window { own.removeFirst() }
    absorb()
  }

  private mutating func absorb() {
    own.removeAll { $0 <= last }
    // All of them are above `last` now, so the difference cannot underflow.
    while let first = own.first, first - last == 1 {
      last = first
      own.removeFirst()
    }
  }
}
