/// What waits to be shown, within bounds: a sender of datagrams cannot be held up.
struct EventShelf {
  /// So much of what others say may wait.
  static let eventLimit = 65_536
  static let byteLimit = 4 << 20
  /// With so many events of our own, no more of them should come about.
  static let answerLimit = 256

  private var events: [MemberEvent] = []
  /// What others have said: events and their bytes.
  private var eventCount = 0
  private var byteCount = 0
  /// Events that nobody sent us: what we say, what answers to it, and remarks.
  private var answerCount = 0
  private var unshown = 0

  var isEmpty: Bool { events.isEmpty && unshown == 0 }
  var takesAnswers: Bool { answerCount < EventShelf.answerLimit }
  var isHalfFull: Bool { eventCount >= EventShelf.eventLimit / 2 }

  /// Keeps it, or only counts it, when somebody else has said it and too much waits.
  mutating func add(_ event: MemberEvent) {
    let size = event.shelfSize
    if size == 0 {
      answerCount += 1
    } else if eventCount < EventShelf.eventLimit, byteCount < EventShelf.byteLimit {
      eventCount += 1
      byteCount += size
    } else {
      unshown += 1
      return
    }
    events.append(event)
  }

  /// Takes what waits; it counts until it was shown.
  mutating func takeEvents() -> [MemberEvent] {
    defer { events = [] }
    return events
  }

  mutating func wereShown(_ events: some Sequence<MemberEvent>) {
    for event in events {
      let size = event.shelfSize
      if size == 0 {
        answerCount -= 1
      } else {
        eventCount -= 1
        byteCount -= size
      }
    }
  }

  /// Takes how many were only counted.
  mutating func takeUnshown() -> Int {
    defer { unshown = 0 }
    return unshown
  }
}

extension MemberEvent {
  /// The bytes of what somebody else has said, otherwise 0.
  fileprivate var shelfSize: Int {
    guard case .peer(let event) = self else { return 0 }
    return event.receivedSize
  }
}
