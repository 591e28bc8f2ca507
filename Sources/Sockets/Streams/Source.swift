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

  // Unchecked for the reason that the loop's own state is.
  package let loop: EventLoop
  /// The socket; nil once closed.
  @exclusivity(unchecked) package var core: StreamCore?
  /// What operations may take unless the call says otherwise.
  @exclusivity(unchecked) package var timeout = Timeout.inherited

  @exclusivity(unchecked) private var reading = Waiters()
  @exclusivity(unchecked) private var writing = Waiters()
  @exclusivity(unchecked) private var tickets: UInt32 = 0
  /// The task of the scope that the socket belongs to; its cancellation is heard all the time.
  @exclusivity(unchecked) private var home: UnsafeMutableRawPointer?
  private let isScopeCancelled = Atomic<Bool>(false)
  /// Takes what arrives while the reader stays in the lounge.
  @exclusivity(unchecked) package var pump: (any Pump)?
  @exclusivity(unchecked) private var timer: Timers<any TimerTarget>.ID?
  @exclusivity(unchecked) private var timerDeadline = Nanoseconds.max

  /// Registers a descriptor on the calling loop.
  package init(
    _ descriptor: consuming Descriptor, on loop: EventLoop, for interest: Readiness = .everything
  ) throws(SocketError) {
    self.loop = loop
    core = StreamCore(try Registered(descriptor, on: loop, target: self, for: interest))
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
    wake(.reading, .closed) { _ in true }
    wake(.writing, .closed) { _ in true }
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

  /// Makes the calling task the scope that the socket belongs to, until the socket is closed.
  ///
  /// The task promises to call ``cancelScope()`` when it is cancelled: one cancellation handler around all that it does
  /// costs less than one for each wait. Other tasks may use the socket as well.
  package func enterScope() { home = parley_current_task() }

  /// Whether the calling task is cancelled.
  @inline(__always)
  var isCancelled: Bool {
    if let home, home == parley_current_task() {
      isScopeCancelled.load(ordering: .relaxed)
    } else {
      Task.isCancelled
    }
  }

  /// The scope's task was cancelled: its waits end.
  ///
  /// May be called from any thread.
  package func cancelScope() {
    isScopeCancelled.store(true, ordering: .relaxed)
    loop.execute {
      self.wake(.reading, .cancelled) { $0.isOfScope }
      self.wake(.writing, .cancelled) { $0.isOfScope }
    }
  }

  /// Waits until the side may be ready again.
  ///
  /// The caller has the side's turn, has tried, and was told that it would block; an owner that makes
  /// its own system calls has told ``core`` so.
  package func wait(_ side: Side, _ limit: Limit) async throws {
    switch step(side, limit.deadline) {
    case .known(let outcome): try check(outcome, limit)
    case .stay: try check(await loop.lounge.stay(self, side), limit)
    case .suspend: try check(await suspend(side, inLine: false, limit.deadline), limit)
    }
  }

  /// Takes the side's turn, waiting in line while another task has it.
  package func begin(_ side: Side, _ limit: Limit) async throws {
    try Task.checkCancellation()
    guard core != nil else { throw SocketError(operation: "\(limit.operation)", reason: .closed) }
    if take(side) { return }
    try check(await suspend(side, inLine: true, limit.deadline), limit)
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

  func check(_ outcome: Outcome, _ limit: Limit) throws {
    switch outcome {
    case .ready: return
    case .cancelled: throw CancellationError()
    case .closed: throw SocketError(operation: "\(limit.operation)", reason: .closed)
    case .timedOut:
      guard case .after(let duration) = limit.timeout else { return }
      throw SocketError(operation: "\(limit.operation)", reason: .timedOut(after: duration))
    }
  }
}

// MARK: - Waiting

extension Source {
  /// How a task that would block has to go on.
  enum Step { case known(Outcome), stay, suspend }

  /// What the calling task, which has the side's turn and would block, has to do next.
  @inline(__always)
  func step(_ side: Side, _ deadline: Nanoseconds) -> Step {
    guard let home, home == parley_current_task() else { return .suspend }
    if isScopeCancelled.load(ordering: .relaxed) { return .known(.cancelled) }
    guard core != nil else { return .known(.closed) }
    guard !isReady(side) else { return .known(.ready) }
    self[side].first = Waiter(call: .coming, ticket: 0, deadline: deadline)
    loop.lounge.expect(self, side)
    arm(deadline)
    return .stay
  }

  func suspend(_ side: Side, inLine: Bool, _ deadline: Nanoseconds) async -> Outcome {
    tickets &+= 1
    let ticket = tickets
    return await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        // Other jobs may have run since the caller looked.
        if Task.isCancelled { return continuation.resume(returning: .cancelled) }
        guard core != nil else { return continuation.resume(returning: .closed) }
        let waiter = Waiter(call: .continuation(continuation), ticket: ticket, deadline: deadline)
        if inLine {
          guard !take(side) else { return continuation.resume(returning: .ready) }
          self[side].line.append(waiter)
        } else {
          guard !isReady(side) else { return continuation.resume(returning: .ready) }
          self[side].first = waiter
        }
        arm(deadline)
      }
    } onCancel: {
      loop.execute { self.wake(side, .cancelled) { $0.ticket == ticket } }
    }
  }

  /// Keeps the task that came to stay.
  func settle(_ job: UnownedJob, _ side: Side) { self[side].first?.call = .job(job) }

  /// How the last stay ended.
  @inline(__always)
  func outcome(_ side: Side) -> Outcome { self[side].outcome }

  @inline(__always)
  private func isReady(_ side: Side) -> Bool {
    (side == .reading ? core?.canRead : core?.canWrite) == true
  }

  private func wake(_ side: Side, _ outcome: Outcome, where condition: (Waiter) -> Bool) {
    if let first = self[side].first, condition(first) { wakeFirst(side, outcome) }
    guard !self[side].line.isEmpty else { return }
    let woken = self[side].line.filter(condition)
    self[side].line.removeAll(where: condition)
    for waiter in woken {
      if case .continuation(let continuation) = waiter.call {
        continuation.resume(returning: outcome)
      }
    }
  }

  @inline(__always)
  private func wakeFirst(_ side: Side, _ outcome: Outcome) {
    guard let waiter = self[side].first else { return }
    self[side].first = nil
    switch waiter.call {
    case .job(let job):
      self[side].outcome = outcome
      loop.run(job)
    case .continuation(let continuation): continuation.resume(returning: outcome)
    case .coming: break
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
    if isReady(.reading), !pumps() { wakeFirst(.reading, .ready) }
    if isReady(.writing) { wakeFirst(.writing, .ready) }
  }

  /// Lets the pump take what there is; true when the reader can go on waiting.
  private func pumps() -> Bool {
    guard let pump, pump.pump() else { return false }
    if let deadline = reading.first?.deadline, deadline != .max {
      // The timer comes too early, then, and finds that out.
      reading.first?.deadline = limit("read", pump.timeout).deadline
    }
    return true
  }

  package func expired() {
    timer = nil
    timerDeadline = .max
    let now = loop.now
    wake(.reading, .timedOut) { $0.deadline <= now }
    wake(.writing, .timedOut) { $0.deadline <= now }
    arm(min(reading.earliest, writing.earliest))
  }
}
