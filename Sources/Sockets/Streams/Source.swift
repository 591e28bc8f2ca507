/// A socket on a loop together with the tasks that wait for it: what every async operation stands on.
///
/// All members but ``close()`` and ``end(_:)`` are for the loop's thread. Of each side, reading and writing, one task
/// has the turn and may wait for readiness; further tasks stand in line, first come, first served, so
/// that two messages never mix.
package final class Source: @unchecked Sendable {
  // @unchecked: confined to the loop's thread, as every method that is called from elsewhere checks.

  /// The two directions of a socket, which never hinder each other.
  package enum Side { case reading, writing }

  private enum Outcome { case ready, cancelled, timedOut, closed }

  private struct Waiter {
    let continuation: UnsafeContinuation<Outcome, Never>
    let ticket: UInt32
    let deadline: Nanoseconds
  }

  private struct Queue {
    var isTaken = false
    var waiter: Waiter?
    var line: [Waiter] = []

    /// Removes the waiters that `condition` picks.
    mutating func take(where condition: (Waiter) -> Bool) -> [Waiter] {
      var taken: [Waiter] = []
      if let first = waiter, condition(first) {
        taken.append(first)
        waiter = nil
      }
      if !line.isEmpty {
        taken += line.filter(condition)
        line.removeAll(where: condition)
      }
      return taken
    }

    var earliest: Nanoseconds {
      line.reduce(waiter?.deadline ?? .max) { min($0, $1.deadline) }
    }
  }

  // Unchecked for the reason that the loop's own state is.
  package let loop: EventLoop
  /// The socket; nil once closed.
  @exclusivity(unchecked) package var core: StreamCore?
  /// What operations may take unless the call says otherwise.
  @exclusivity(unchecked) package var timeout = Timeout.inherited

  @exclusivity(unchecked) private var reading = Queue()
  @exclusivity(unchecked) private var writing = Queue()
  @exclusivity(unchecked) private var tickets: UInt32 = 0
  @exclusivity(unchecked) private var timer: Timers<any TimerTarget>.ID?
  @exclusivity(unchecked) private var timerDeadline = Nanoseconds.max

  /// Registers a descriptor on the calling loop.
  package init(_ descriptor: consuming Descriptor, on loop: EventLoop) throws(SocketError) {
    self.loop = loop
    core = StreamCore(try Registered(descriptor, on: loop, target: self))
  }

  /// Closes the socket now; everybody who waits for it gets an error.
  ///
  /// The corresponding C function is `close`.
  package func close() {
    guard loop.isCurrent else { return loop.execute { self.close() } }
    core = nil
    if let timer { loop.cancel(timer) }
    timer = nil
    for waiter in reading.take(where: { _ in true }) + writing.take(where: { _ in true }) {
      waiter.continuation.resume(returning: .closed)
    }
  }
}

/// How long one operation may still take, and how it is called in an error.
package struct Limit {
  package let operation: StaticString
  let timeout: Timeout
  let deadline: Nanoseconds
}

extension Source {
  /// The limit of an operation that starts now.
  package func limit(_ operation: StaticString, _ timeout: Timeout) -> Limit {
    let effective = timeout.resolved(self.timeout).resolved(loop.defaultTimeout)
    return Limit(
      operation: operation, timeout: effective, deadline: loop.deadline(effective))
  }

  /// Waits until the side may be ready again.
  ///
  /// The caller has the side's turn, has tried, and was told that it would block; an owner that makes
  /// its own system calls has told ``core`` so.
  package func wait(_ side: Side, _ limit: Limit) async throws {
    try check(await suspend(side, inLine: false, limit.deadline), limit)
  }

  /// Takes the side's turn, waiting in line while another task has it.
  package func begin(_ side: Side, _ limit: Limit) async throws {
    try Task.checkCancellation()
    guard core != nil else { throw SocketError(operation: "\(limit.operation)", reason: .closed) }
    if !self[side].isTaken {
      self[side].isTaken = true
      return
    }
    try check(await suspend(side, inLine: true, limit.deadline), limit)
  }

  /// Gives the side's turn to the next in line.
  package func end(_ side: Side) {
    guard loop.isCurrent else { return loop.execute { self.end(side) } }
    if self[side].line.isEmpty {
      self[side].isTaken = false
    } else {
      self[side].line.removeFirst().continuation.resume(returning: .ready)
    }
  }

  private subscript(side: Side) -> Queue {
    get { side == .reading ? reading : writing }
    _modify {
      switch side {
      case .reading: yield &reading
      case .writing: yield &writing
      }
    }
  }

  private func check(_ outcome: Outcome, _ limit: Limit) throws {
    switch outcome {
    case .ready: return
    case .cancelled: throw CancellationError()
    case .closed: throw SocketError(operation: "\(limit.operation)", reason: .closed)
    case .timedOut:
      guard case .after(let duration) = limit.timeout else { return }
      throw SocketError(operation: "\(limit.operation)", reason: .timedOut(after: duration))
    }
  }

  private func suspend(_ side: Side, inLine: Bool, _ deadline: Nanoseconds) async -> Outcome {
    tickets &+= 1
    let ticket = tickets
    return await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        // Other jobs may have run since the caller looked.
        if Task.isCancelled { return continuation.resume(returning: .cancelled) }
        guard core != nil else { return continuation.resume(returning: .closed) }
        let waiter = Waiter(continuation: continuation, ticket: ticket, deadline: deadline)
        if inLine {
          guard self[side].isTaken else {
            self[side].isTaken = true
            return continuation.resume(returning: .ready)
          }
          self[side].line.append(waiter)
        } else {
          guard (side == .reading ? core?.canRead : core?.canWrite) != true else {
            return continuation.resume(returning: .ready)
          }
          self[side].waiter = waiter
        }
        arm(deadline)
      }
    } onCancel: {
      loop.execute { self.cancel(side, ticket) }
    }
  }

  private func cancel(_ side: Side, _ ticket: UInt32) {
    for waiter in self[side].take(where: { $0.ticket == ticket }) {
      waiter.continuation.resume(returning: .cancelled)
    }
  }

  /// One timer serves all waiters: it is moved only when an earlier deadline comes.
  private func arm(_ deadline: Nanoseconds) {
    guard deadline < timerDeadline || (timer == nil && deadline != .max) else { return }
    if let timer { loop.cancel(timer) }
    timer = loop.schedule(self, at: deadline)
    timerDeadline = deadline
  }
}

extension Source: ReadinessTarget, TimerTarget {
  package func ready(_ readiness: Readiness) {
    core?.note(readiness)
    if core?.canRead == true { wake(.reading) }
    if core?.canWrite == true { wake(.writing) }
  }

  private func wake(_ side: Side) {
    guard let waiter = self[side].waiter else { return }
    self[side].waiter = nil
    waiter.continuation.resume(returning: .ready)
  }

  package func expired() {
    timer = nil
    timerDeadline = .max
    let now = loop.now
    for waiter in reading.take(where: { $0.deadline <= now })
      + writing.take(where: { $0.deadline <= now })
    {
      waiter.continuation.resume(returning: .timedOut)
    }
    arm(min(reading.earliest, writing.earliest))
  }
}
