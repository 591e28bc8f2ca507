public import Sockets

/// Something that tells what happens to it: a message connection, a listener, a group of datagrams.
///
/// Events come to whoever asks for them: to a loop over ``events``, or to the callback while
/// ``run()`` runs. There is no hidden task and no queue: what nobody has asked for yet waits in the
/// kernel, so that a slow receiver slows its sender down.
///
///     for await event in peer.events { … }         // or:
///
///     try peer.onEvent { event in … }
///     try await peer.run {                         // the callback runs beside this, and
///       while let line = … { try await peer.send(line) }
///     }                                            // the end of it closes
///
/// The last event, the one that says that it is closed, comes exactly once and nothing comes after
/// it, whoever closes: the other side, an error, or ``close()``, also out of the callback.
/// Cancelling a task that waits for an event closes as well.
public protocol EventSource<Event>: AnyObject, Sendable {
  /// What can happen.
  associatedtype Event: Sendable

  /// Where it lives, and where the callback is called.
  var loop: EventLoop { get }

  /// The order of the events, kept by the library.
  var order: EventOrder<Event> { get }

  /// Waits for the next event; several tasks share the events.
  ///
  /// - Returns: What has happened; nil after the last event.
  func nextEvent() async -> Event?

  /// Gives events to the callback, one after the other, until the last one; each waits until the
  /// callback is through with the one before.
  ///
  /// Cancelling the task closes; the last event is then the next one.
  func run() async

  /// Closes it now; harmless when it is closed already.
  ///
  /// The last event comes next, whatever else has arrived. May be called from any thread and from
  /// the callback.
  func close()
}

extension EventSource {
  /// Whether it was closed by ``close()``, or because its events have come to their end.
  ///
  /// That the other side has closed is known to whoever takes the events, and to nobody before.
  public var isClosed: Bool { order.isClosed }

  /// The events, until the last one.
  public var events: Events<Self> { Events(source: self) }

  /// Sets what ``run()`` calls for each event; as long as it is not set, that does nothing.
  ///
  /// - Parameter callback: Gets the events on the loop's thread. It may wait, for a message to be
  ///   sent for instance; then the next event waits, too.
  /// - Throws: ``MessagingError/callbackIsSet`` the second time, with the first one left in place.
  public func onEvent(_ callback: @escaping @Sendable (Event) async -> Void) throws(MessagingError)
  {
    guard order.set(callback) else { throw .callbackIsSet }
  }

  /// Gives events to the callback until the last one, on the loop's thread.
  public func run() async {
    guard loop.isHome else {
      // Nothing in it throws.
      try? await loop.perform { await self.run() }
      return
    }
    while let event = await nextEvent() { await order.call(event) }
    order.release()
  }

  /// Gives events to the callback for as long as `body` runs, and then closes.
  ///
  /// When events end before, `body` goes on. When `body` has returned or thrown, the callback gets
  /// the last event before this returns.
  ///
  /// - Parameter body: Runs on the loop's thread.
  /// - Returns: What `body` returned.
  /// - Throws: What `body` threw.
  public func run<Result: Sendable>(
    while body: @escaping @Sendable @concurrent () async throws -> Result
  ) async throws -> Result {
    try await run(while: body) { self.close() }
  }

  func run<Result: Sendable>(
    while body: @escaping @Sendable @concurrent () async throws -> Result,
    end: @escaping @Sendable () -> Void
  ) async throws -> Result {
    try await loop.perform {
      try await withThrowingTaskGroup { group in
        group.addTask(executorPreference: self.loop) { await self.run() }
        defer { end() }
        return try await body()
      }
    }
  }
}

/// The events of a source, as a sequence that ends behind the last one.
public struct Events<Source: EventSource>: AsyncSequence, Sendable {
  let source: Source

  /// Takes one event after the other; several iterators share them.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let source: Source

    /// The next event; see ``EventSource/nextEvent()``.
    public mutating func next() async -> Source.Event? { await source.nextEvent() }
  }

  /// Starts taking events.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: source) }
}
