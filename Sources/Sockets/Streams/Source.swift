internal import CLinux
import Synchronization

/// A socket on a loop together with the tasks that wait for it: what every async operation stands on.
///
/// All members but ``close()`` and ``end(_:)`` are for the loop's thread. Of each side, reading and writing, one task
/// has the turn and may wait for readiness; further tasks stand in line, first come, first served, so
/// that two messages never mix.
package final class Source: @unchecked Sendable {
  // @unchecked: confined to the loop's thread, as every method that is called from elsewhere checks.

  /// The two directions of a socket, which never hinder each other.
  package enum Side { case reading, writing }

  // Unchecked for the reason that the loop's own state is; in this order, because every idle connection has one.
  package let loop: EventLoop
  /// The socket; nil once closed.
  @exclusivity(unchecked) package var core: StreamCore?
  @exclusivity(unchecked) private var tickets: UInt32 = 0
  @exclusivity(unchecked) private var reading = Waiters()
  @exclusivity(unchecked) private var writing = Waiters()
  /// The task of the scope that the socket belongs to; its cancellation is heard all the time.
  @exclusivity(unchecked) private var home: UnsafeMutableRawPointer?
  /// Takes what arrives while the reader stays in the lounge.
  @exclusivity(unchecked) package var pump: (any Pump)?
  @exclusivity(unchecked) private var timerDeadline = Nanoseconds.max
  @exclusivity(unchecked) private var timer: Timers<any TimerTarget>.ID?
  private let isScopeCancelled = Atomic<Bool>(false)
  /// What operations may take unless the call says otherwise.
  @exclusivity(unchecked) package var timeout = Timeout.inherited
  /// The other side, of a connection.
  @exclusivity(unchecked) package var peer: SocketAddress?

  /// Registers a descriptor on the calling loop.
  package init(
    _ descriptor: consuming Descriptor, on loop: EventLoop,
    for interest: Readiness = .everything, kind: Registered.Kind = .socket
  ) throws(SocketError) {
    self.loop = loop
    core = StreamCore(
      try Registered(descriptor, on: loop, target: self, for: interest, kind: kind))
  }

  /// Closes the socket now; everybody who waits for it gets an error.
  ///
  /// The corresponding C function is `close`.
  package func close() {
    guard loop.isCurrent else { return loop.execute { self.close() } }
    core = nil
    home = nil
    if let timer { loop.cancel(timer) }
    timer = nil
    wake(.all, .closed)
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
    let effective = effective(timeout)
    return Limit(
      operation: operation, timeout: effective, deadline: loop.deadline(effective))
  }

  /// Until when an operation that starts now may take.
  func deadline(_ timeout: Timeout) -> Nanoseconds { loop.deadline(effective(timeout)) }

  /// What a timeout means here.
  func effective(_ timeout: Timeout) -> Timeout {
    timeout.resolved(self.timeout).resolved(loop.defaultTimeout)
  }

  /// Makes the calling task the scope that the socket belongs to, until the socket is closed.
  ///
  /// The task promises to call ``cancelScope()`` when it is cancelled: one cancellation handler around all that it does
  /// costs less than one for each wait. Other tasks may use the socket as well.
  package func enterScope() { home = parley_current_task() }

  /// Whether the calling task is cancelled.
  @inline(__always)
  var isCancelled: Bool {
    isHome ? isScopeCancelled.load(ordering: .relaxed) : Task.isCancelled
  }

  /// The scope's task was cancelled: its waits end.
  ///
  /// May be called from any thread.
  package func cancelScope() {
    isScopeCancelled.store(true, ordering: .relaxed)
    loop.execute { self.wake(.scope, .cancelled) }
  }

  /// Waits until the side may be ready again.
  ///
  /// The caller has the side's turn, has tried, and was told that it would block; an owner that makes
  /// its own system calls has told ``core`` so.
  package func wait(_ side: Side, _ limit: Limit) async throws {
    try check(await wait(side, until: limit.deadline), limit.operation, limit.timeout)
  }

  /// Waits as above, and says what came of it.
  func wait(_ side: Side, until deadline: Nanoseconds) async -> Outcome {
    guard isHome else { return await suspend(side, inLine: false, deadline) }
    if let known = prepareStay(side, until: deadline) { return known }
    return await loop.lounge.stay(self, side)
  }

  /// Takes the side's turn, waiting in line while another task has it.
  package func begin(_ side: Side, _ limit: Limit) async throws {
    try Task.checkCancellation()
    guard core != nil else { throw SocketError(operation: "\(limit.operation)", reason: .closed) }
    if take(side) { return }
    try check(await suspend(side, inLine: true, limit.deadline), limit.operation, limit.timeout)
  }

  /// Takes the side's turn if no other task has it.
  @inline(__always)
  package func take(_ side: Side) -> Bool {
    guard !self[side].isTaken else { return false }
    self[side].isTaken = true
    return true
  }

  /// Gives the side's turn to the next in line.
  package func end(_ side: Side) {
    guard loop.isCurrent else { return loop.execute { self.end(side) } }
    self[side].passOn()
  }

  /// Makes all further writes fail: a message was cut short.
  package func spoilWriting() {
    guard loop.isCurrent else { return loop.execute { self.spoilWriting() } }
    core?.spoilWriting()
  }

  private subscript(side: Side) -> Waiters {
    @inline(__always) get { side == .reading ? reading : writing }
    @inline(__always) _modify {
      switch side {
      case .reading: yield &reading
      case .writing: yield &writing
      }
    }
  }

  func check(_ outcome: Outcome, _ operation: StaticString, _ timeout: Timeout) throws {
    switch outcome {
    case .ready: return
    case .cancelled: throw CancellationError()
    case .closed: throw failure(operation, .closed)
    case .timedOut:
      guard case .after(let duration) = effective(timeout) else { return }
      throw failure(operation, .timedOut(after: duration))
    }
  }

  func failure(_ operation: StaticString, _ reason: SocketError.Reason) -> SocketError {
    SocketError(operation: "\(operation)", address: peer?.description, reason: reason)
  }
}

// MARK: - Waiting

extension Source {
  /// Whether the calling task is the one of the socket's scope.
  @inline(__always)
  var isHome: Bool { home != nil && home == parley_current_task() }

  /// Gets a place in the lounge for the scope's task, which has the side's turn and would block.
  ///
  /// - Returns: Nil when the task shall stay there at once, or what there is no need to wait for.
  @inline(__always)
  func prepareStay(_ side: Side, until deadline: Nanoseconds) -> Outcome? {
    if isScopeCancelled.load(ordering: .relaxed) { return .cancelled }
    guard core != nil else { return .closed }
    guard !isReady(side) else { return .ready }
    self[side].call = .coming
    self[side].deadline = deadline
    loop.lounge.expect(self, side)
    arm(deadline)
    return nil
  }

  func suspend(_ side: Side, inLine: Bool, _ deadline: Nanoseconds) async -> Outcome {
    tickets &+= 1
    let ticket = tickets
    return await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        // Other jobs may have run since the caller looked.
        if Task.isCancelled { return continuation.resume(returning: .cancelled) }
        guard core != nil else { return continuation.resume(returning: .closed) }
        if inLine {
          guard !take(side) else { return continuation.resume(returning: .ready) }
          self[side].line.append(
            Waiters.Next(continuation: continuation, ticket: ticket, deadline: deadline))
        } else {
          guard !isReady(side) else { return continuation.resume(returning: .ready) }
          self[side].call = .continuation(continuation)
          self[side].ticket = ticket
          self[side].deadline = deadline
        }
        arm(deadline)
      }
    } onCancel: {
      loop.execute { self.wake(.one(ticket), .cancelled) }
    }
  }

  /// Keeps the task that came to stay.
  func settle(_ job: UnownedJob, _ side: Side) { self[side].call = .job(job) }

  /// How the last stay ended.
  @inline(__always)
  func outcome(_ side: Side) -> Outcome { self[side].outcome }

  @inline(__always)
  private func isReady(_ side: Side) -> Bool {
    (side == .reading ? core?.canRead : core?.canWrite) == true
  }

  private func wake(_ whom: Waiters.Whom, _ outcome: Outcome) {
    for side in [Side.reading, .writing] {
      if self[side].firstIs(whom) { wakeFirst(side, outcome) }
      for next in self[side].leaveLine(whom) { next.continuation.resume(returning: outcome) }
    }
  }

  @inline(__always)
  private func wakeFirst(_ side: Side, _ outcome: Outcome) {
    let call = self[side].call
    self[side].call = .nobody
    switch call {
    case .job(let job):
      self[side].outcome = outcome
      loop.run(job)
    case .continuation(let continuation): continuation.resume(returning: outcome)
    case .nobody, .coming: break
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
    if isReady(.reading), reading.isWaiting, !pumps() { wakeFirst(.reading, .ready) }
    if isReady(.writing) { wakeFirst(.writing, .ready) }
  }

  /// Lets the pump take what there is; true when the reader can go on waiting.
  private func pumps() -> Bool {
    // A reader that has been woken goes on itself: with a task that was cancelled nothing more is taken.
    guard let pump, pump.pump() else { return false }
    // The timer comes too early, then, and finds that out.
    if reading.deadline != .max { reading.deadline = deadline(pump.timeout) }
    return true
  }

  package func expired() {
    timer = nil
    timerDeadline = .max
    wake(.late(loop.now), .timedOut)
    arm(min(reading.earliest, writing.earliest))
  }
}
