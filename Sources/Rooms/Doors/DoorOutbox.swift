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
  /// Whether a close was asked for: no action comes behind it.
  private(set) var isClosed = false
  /// Whether the close was given out, too.
  ///
  /// Until then what is told still answers earlier requests.
  private(set) var isOver = false

  mutating func request(_ request: Request) {
    guard !isClosed else { return }
    actions.append(.request(request))
  }

  /// Bytes of the door itself, in order with its requests.
  mutating func transmit(_ write: (inout [UInt8]) -> Void) {
    guard !isClosed else { return }
    var bytes: [UInt8] = []
    if first < actions.count, case .transmit(let waiting) = actions[actions.count - 1] {
      actions.removeLast()
      bytes = waiting
    }
    write(&bytes)
    if !bytes.isEmpty { actions.append(.transmit(bytes)) }
  }

  mutating func close(_ reason: CloseReason) {
    guard !isClosed else { return }
    isClosed = true
    actions.append(.close(reason))
  }

  /// Closes without doing what still waits.
  mutating func closeNow(_ reason: CloseReason) {
    guard !isClosed else { return }
    actions.removeSubrange(first...)
    close(reason)
  }

  /// The close that comes without another request before it.
  var pendingClose: CloseReason? {
    guard isClosed, told.isEmpty, first < actions.count,
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
    guard first < actions.count else { return nil }
    let action = actions[first]
    first += 1
    if case .close = action { isOver = true }
    if first == actions.count {
      // A burst must not cost its memory for the rest of a quiet connection.
      actions.removeAll(keepingCapacity: actions.capacity <= 8)
      first = 0
    }
    return action
  }
}
