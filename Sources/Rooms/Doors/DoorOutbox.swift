import Wire

/// What a door wants done, in order.
///
/// What the server tells goes out before the actions that still wait: they came from bytes that the
/// client sent later than what is being answered. So the order is the same however those bytes were
/// split. Holds no more than one read's worth, because the driver drains it after every input.
struct DoorOutbox: Sendable {
  /// Bytes of the server's.
  var told: [UInt8] = []
  private var actions: [Door.Action] = []
  private var first = 0
  /// Texts are the many, so they wait as places in the bytes that they came in: apart from the other
  /// actions, each with the count of those that came before it.
  private var texts: [Said] = []
  private var firstText = 0
  private var source: [UInt8] = []
  /// How many actions besides texts have come, and how many were given out.
  private var came = 0
  private var gone = 0
  /// Whether a close was asked for: no action comes behind it.
  private(set) var isClosed = false
  /// Whether the close was given out, too.
  ///
  /// Until then what is told still answers earlier requests.
  private(set) var isOver = false

  mutating func request(_ request: Request) {
    guard !isClosed else { return }
    add(.request(request))
  }

  /// Begins to take texts from new bytes.
  mutating func beginTexts() {
    guard firstText < texts.count else { return }
    // The driver has not drained what came before: from now on it lies elsewhere.
    var moved: [Door.Action] = []
    while let action = nextAction() { moved.append(action) }
    actions = moved
    first = 0
    came = moved.count
    gone = 0
  }

  /// A text to be said, in the bytes that ``endTexts(in:)`` tells.
  @inline(__always)
  mutating func say(_ text: Said) {
    guard !isClosed else { return }
    texts.append(text)
    texts[texts.count - 1].after = came
  }

  /// The same for a text without an id that may have to be repaired: then it does nothing.
  @inline(__always)
  mutating func say(_ place: Range<Int>, in bytes: borrowing [UInt8]) -> Bool {
    let text = bytes.span.extracting(place)
    let isPlain = text.isPlain
    guard isPlain || SafeText.isText(text) else { return false }
    say(Said(place, isPlain: isPlain))
    return true
  }

  mutating func endTexts(in bytes: [UInt8]) {
    if !texts.isEmpty { source = bytes }
  }

  /// Bytes of the door itself, in order with its requests.
  mutating func transmit(_ write: (inout [UInt8]) -> Void) {
    guard !isClosed else { return }
    var bytes: [UInt8] = []
    if first < actions.count, case .transmit(let waiting) = actions[actions.count - 1] {
      // A text that came since then stays behind it.
      if texts.last?.after != came {
        actions.removeLast()
        came -= 1
        bytes = waiting
      }
    }
    write(&bytes)
    if !bytes.isEmpty { add(.transmit(bytes)) }
  }

  /// Whether it was closed because a frame or line was too long.
  private(set) var isTooLong = false

  /// Closes because bytes were not as they should be.
  mutating func close(for error: WireError) {
    guard !isClosed else { return }
    switch error {
    case .frameTooLong, .lineTooLong: isTooLong = true
    default: break
    }
    close(.misbehaved(error.description))
  }

  mutating func close(_ reason: CloseReason) {
    guard !isClosed else { return }
    isClosed = true
    add(.close(reason))
  }

  /// Closes without doing what still waits.
  mutating func closeNow(_ reason: CloseReason) {
    guard !isClosed else { return }
    actions.removeSubrange(first...)
    came = gone
    dropTexts()
    close(reason)
  }

  /// The close that comes without another request before it.
  var pendingClose: CloseReason? {
    guard isClosed, told.isEmpty, first < actions.count, firstText == texts.count,
      case .close(let reason)? = actions.last
    else { return nil }
    let hasRequest = actions[first...].contains {
      if case .request = $0 { true } else { false }
    }
    return hasRequest ? nil : reason
  }

  mutating func next() -> Door.Action? {
    if !told.isEmpty {
      let bytes = told
      told = []
      return .transmit(bytes)
    }
    return nextAction()
  }

  /// What comes next.
  var comesNext: Door.Next {
    if !told.isEmpty { return .words }
    if hasTextNext { return .texts(room: texts[firstText].room) }
    guard first < actions.count else { return .nothing }
    // Those who are sent away do not want to wait for anything, and nobody waits for them.
    switch pendingClose {
    case nil, .dismissed: return .action
    default: return .leave
    }
  }

  /// Lends what is to be transmitted next.
  mutating func takeWords(_ take: ([UInt8]) -> Void) {
    take(told)
    // Answers to texts are short; a welcome is long, and must not stay with every quiet client.
    told.removeAll(keepingCapacity: told.capacity <= 256)
  }

  /// Lends the texts that come next and are for one room, `most` of them, and the bytes that they are in.
  mutating func takeTexts(_ most: Int, _ take: (Span<Said>, Span<UInt8>) -> Void) {
    guard told.isEmpty, hasTextNext, most > 0 else { return }
    let room = texts[firstText].room
    let limit = most < texts.count - firstText ? firstText + most : texts.count
    var end = firstText + 1
    while end < limit, texts[end].after == gone, texts[end].room == room { end += 1 }
    take(texts.span.extracting(firstText..<end), source.span)
    firstText = end
    if end == texts.count { dropTexts() }
  }

  /// How many texts and actions have not been given out.
  var waitingCount: Int { texts.count - firstText + actions.count - first }

  /// What doing the action that comes next takes of a client's flood limits.
  var nextCost: Door.Cost {
    guard told.isEmpty, first < actions.count else { return .nothing }
    switch actions[first] {
    case .close, .request(.enter), .request(.quit): return .nothing
    case .request(.who), .request(.rooms), .request(.history): return .answer
    case .request, .transmit: return .command
    }
  }

  private var hasTextNext: Bool { firstText < texts.count && texts[firstText].after == gone }

  private mutating func nextAction() -> Door.Action? {
    if hasTextNext {
      let text = texts[firstText]
      let body = Array(source[text.start..<text.end])
      firstText += 1
      if firstText == texts.count { dropTexts() }
      return .request(
        .say(
          id: text.id, room: text.room == 0 ? nil : text.room, form: text.form == .signed ? 1 : 0,
          action: text.form == .action, body: body))
    }
    guard first < actions.count else { return nil }
    let action = actions[first]
    first += 1
    gone += 1
    if case .close = action { isOver = true }
    if first == actions.count {
      // A burst must not cost its memory for the rest of a quiet connection.
      actions.removeAll(keepingCapacity: actions.capacity <= 8)
      first = 0
    }
    return action
  }

  private mutating func add(_ action: Door.Action) {
    came += 1
    actions.append(action)
  }

  private mutating func dropTexts() {
    texts.removeAll(keepingCapacity: texts.capacity <= 64)
    firstText = 0
    // Lets the door have its bytes for itself again.
    source = []
  }
}
