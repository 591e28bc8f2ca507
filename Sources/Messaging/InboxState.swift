/// Whom to wake and with what, once the lock has been given back.
enum Wake<Element: Sendable>: Sendable {
  typealias Sender = UnsafeContinuation<Void, any Error>
  typealias Receiver = UnsafeContinuation<Element?, any Error>

  case nobody
  case sender(Sender, Result<Void, any Error>)
  case receiver(Receiver, Result<Element?, any Error>)

  func callAsFunction() {
    switch self {
    case .nobody: break
    case .sender(let continuation, let result): continuation.resume(with: result)
    case .receiver(let continuation, let result): continuation.resume(with: result)
    }
  }
}

/// What an ``Inbox`` holds, behind its lock.
///
/// Senders wait only while it is full, receivers only while it is empty: never both.
struct InboxState<Element: Sendable>: Sendable {
  private struct WaitingSender: Sendable {
    let ticket: UInt64
    let element: Element
    let continuation: Wake<Element>.Sender
  }

  private struct WaitingReceiver: Sendable {
    let ticket: UInt64
    let continuation: Wake<Element>.Receiver
  }

  private let capacity: Int
  private var elements = Ring<Element>()
  private var senders = Ring<WaitingSender>()
  private var receivers = Ring<WaitingReceiver>()
  private var isFinished = false
  private var tickets: UInt64 = 0

  init(capacity: Int) { self.capacity = capacity }

  var count: Int { elements.count }

  /// A name for one who may come to wait.
  mutating func takeTicket() -> UInt64 {
    tickets &+= 1
    return tickets
  }

  /// Adds an element or lets its sender wait.
  mutating func send(
    _ element: Element, _ ticket: UInt64, _ continuation: Wake<Element>.Sender
  ) -> (mine: Wake<Element>, other: Wake<Element>) {
    let (isAdded, receiver) = trySend(element)
    if isAdded { return (.sender(continuation, .success(())), receiver) }
    if isFinished { return (.sender(continuation, .failure(MessagingError.closed)), .nobody) }
    senders.append(
      WaitingSender(ticket: ticket, element: element, continuation: continuation))
    return (.nobody, .nobody)
  }

  mutating func trySend(_ element: Element) -> (isAdded: Bool, wake: Wake<Element>) {
    guard !isFinished else { return (false, .nobody) }
    if let receiver = receivers.popFirst() {
      return (true, .receiver(receiver.continuation, .success(element)))
    }
    guard elements.count < capacity else { return (false, .nobody) }
    elements.append(element)
    return (true, .nobody)
  }

  /// Takes an element or lets its receiver wait.
  mutating func receive(
    _ ticket: UInt64, _ continuation: Wake<Element>.Receiver
  ) -> (mine: Wake<Element>, other: Wake<Element>) {
    let (element, sender) = tryReceive()
    if element != nil || isFinished {
      return (.receiver(continuation, .success(element)), sender)
    }
    receivers.append(WaitingReceiver(ticket: ticket, continuation: continuation))
    return (.nobody, .nobody)
  }

  mutating func tryReceive() -> (element: Element?, wake: Wake<Element>) {
    guard let element = elements.popFirst() else { return (nil, .nobody) }
    guard let sender = senders.popFirst() else { return (element, .nobody) }
    elements.append(sender.element)
    return (element, .sender(sender.continuation, .success(())))
  }

  mutating func finish() -> [Wake<Element>] {
    isFinished = true
    var wakes: [Wake<Element>] = []
    while let sender = senders.popFirst() {
      wakes.append(.sender(sender.continuation, .failure(MessagingError.closed)))
    }
    while let receiver = receivers.popFirst() {
      wakes.append(.receiver(receiver.continuation, .success(nil)))
    }
    return wakes
  }

  mutating func cancelSender(_ ticket: UInt64) -> Wake<Element> {
    guard let sender = senders.remove(where: { $0.ticket == ticket }) else { return .nobody }
    return .sender(sender.continuation, .failure(CancellationError()))
  }

  mutating func cancelReceiver(_ ticket: UInt64) -> Wake<Element> {
    guard let receiver = receivers.remove(where: { $0.ticket == ticket }) else { return .nobody }
    return .receiver(receiver.continuation, .failure(CancellationError()))
  }
}
