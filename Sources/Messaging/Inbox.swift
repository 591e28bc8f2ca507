internal import Sockets

/// A queue between tasks, on any threads: bounded, first in first out, closable.
///
///     let inbox = Inbox<String>(capacity: 64)
///     try await inbox.send("hello")                 // waits while 64 elements wait
///     inbox.finish()                                // no more will come
///     for try await text in inbox { print(text) }   // ends when all has been read
///
/// Any number of tasks may send and receive; each element reaches one of them, and those who wait
/// are served in the order in which they came.
public final class Inbox<Element: Sendable>: Sendable {
  /// The most elements that wait, from 1.
  public let capacity: Int

  private let state: Locked<InboxState<Element>>

  /// Creates an empty inbox.
  ///
  /// - Parameter capacity: The most elements that wait to be received; less than 1 is treated as 1.
  public init(capacity: Int) {
    self.capacity = Swift.max(capacity, 1)
    state = Locked(InboxState(capacity: self.capacity))
  }

  /// How many elements wait to be received.
  public var count: Int { state.withLock { $0.count } }

  /// Adds an element, waiting while the inbox is full.
  ///
  /// - Parameter element: What to add. When an error is thrown it was not added.
  /// - Throws: ``MessagingError/closed`` when the inbox is finished, before or while waiting;
  ///   `CancellationError` at once when the task is cancelled.
  public func send(_ element: Element) async throws {
    try Task.checkCancellation()
    guard !trySend(element) else { return }
    let ticket = state.withLock { $0.takeTicket() }
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { continuation in
        let (mine, other) = state.withLock { state in
          // Looked at under the lock: the handler below comes either before, and this is true, or
          // after.
          Task.isCancelled
            ? (Wake.sender(continuation, .failure(CancellationError())), .nobody)
            : state.send(element, ticket, continuation)
        }
        mine()
        other()
      }
    } onCancel: {
      let wake = state.withLock { $0.cancelSender(ticket) }
      wake()
    }
  }

  /// Adds an element if that is possible without waiting.
  ///
  /// - Parameter element: What to add.
  /// - Returns: Whether it was added; false when the inbox is full or finished.
  public func trySend(_ element: Element) -> Bool {
    let (isAdded, wake) = state.withLock { $0.trySend(element) }
    wake()
    return isAdded
  }

  /// Takes the oldest element, waiting while there is none.
  ///
  /// - Returns: The element, or nil when the inbox is finished and all has been received.
  /// - Throws: `CancellationError` at once when the task is cancelled; no element is lost by that.
  public func receive() async throws -> Element? {
    try Task.checkCancellation()
    let (element, wake) = state.withLock { $0.tryReceive() }
    wake()
    if let element { return element }
    let ticket = state.withLock { $0.takeTicket() }
    return try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { continuation in
        let (mine, other) = state.withLock { state in
          Task.isCancelled
            ? (Wake.receiver(continuation, .failure(CancellationError())), .nobody)
            : state.receive(ticket, continuation)
        }
        mine()
        other()
      }
    } onCancel: {
      let wake = state.withLock { $0.cancelReceiver(ticket) }
      wake()
    }
  }

  /// Takes no more elements; those that wait can still be received.
  ///
  /// Harmless when done before. Senders that wait get ``MessagingError/closed``.
  public func finish() {
    for wake in state.withLock({ $0.finish() }) { wake() }
  }
}

extension Inbox: AsyncSequence {
  /// Receives one element after the other; several iterators share the elements.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let inbox: Inbox

    /// The next element, or nil at the end; see ``Inbox/receive()``.
    public mutating func next() async throws -> Element? { try await inbox.receive() }
  }

  /// Starts receiving.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(inbox: self) }
}
