internal import CLinux
import Glibc
import Synchronization

/// One thread with one readiness queue, on which sockets live and async code runs.
///
/// A loop is a `TaskExecutor` and a `SerialExecutor` in one. A task that prefers the loop (the body of
/// ``run(name:defaultTimeout:_:)``, of a listener or of a connection, and every child task of theirs) runs on the loop's
/// thread, so that a socket operation neither takes a lock nor changes threads. Code on other threads may
/// use the loop's sockets too: each operation then goes to the loop and back.
///
/// Never block the loop's thread: everything that lives on it waits.
public final class EventLoop: TaskExecutor, SerialExecutor, @unchecked Sendable {
  // @unchecked: `thread` and all that is marked "loop thread only" is touched by that thread alone;
  // the rest is behind `mailbox` or atomic.

  /// The loop's name in error messages and thread listings.
  public let name: String

  /// The time allowed to operations for which neither the call nor the socket says otherwise.
  public let defaultTimeout: Timeout

  /// How long the loop looks again and again after something has happened, before it sleeps.
  private let spin: Nanoseconds

  // Loop thread only, and no code of others runs during an access: so the runtime need not check, which
  // would take a third of an echo.
  let poller: Poller
  @exclusivity(unchecked) private var slab = Slab()
  @exclusivity(unchecked) private var jobs = RunQueue()
  @exclusivity(unchecked) private var timers = Timers<any TimerTarget>()
  @exclusivity(unchecked) private var again: [UInt64] = []
  @exclusivity(unchecked) private var retried: [UInt64] = []
  @exclusivity(unchecked) private var atTurnEnd: [any TurnTarget] = []
  private var hasEnded = false
  /// Whether the last sleep ended with an event: only then is it worth looking for the next.
  private var hasSeenEvents = false
  @exclusivity(unchecked) private var clock: Nanoseconds = parley_monotonic_nanoseconds()

  let lounge = Lounge()

  /// Where all sockets of the loop read into: valid until the next read, never across a suspension.
  package let scratch: UnsafeMutableRawBufferPointer
  /// Whether a closure looks at `scratch` for the moment; a task that it starts and that runs at once
  /// (`Task.immediate`) must not read into it.
  @exclusivity(unchecked) var isScratchLent = false

  // Any thread.
  private struct Mailbox {
    var jobs: [UnownedJob] = []
    var calls: [@Sendable () -> Void] = []
    var isStopping = false
    /// Nobody takes anything out any more.
    var hasEnded = false
  }
  private let mailbox = Locked(Mailbox())
  private let hasMail = Atomic<Bool>(false)
  private let isAsleep = Atomic<Bool>(false)
  /// The thread that turns the loop, 0 before and after.
  private let owner = Atomic<UInt>(0)
  private let bell: Descriptor
  private static let bellToken = UInt64.max

  // Written by `start` and read by `stop`, which one owner calls, one after the other.
  private var thread: pthread_t?

  /// How many jobs run before the loop looks at its sockets and timers again.
  private static let jobsPerTurn = 512

  /// Creates a loop that does not run yet.
  package init(
    name: String = "loop", defaultTimeout: Timeout = .none, spin: Duration = .zero
  ) throws(SocketError) {
    self.name = name
    self.defaultTimeout = defaultTimeout
    self.spin = min(spin.clampedNanoseconds, .max / 2)  // Added to the clock it must not overflow.
    poller = try Poller()
    bell = Descriptor(owning: try call("eventfd") { parley_eventfd() })
    scratch = .allocate(byteCount: 65_536, alignment: 64)
    try poller.add(bell.rawValue, token: EventLoop.bellToken)
  }

  deinit { scratch.deallocate() }
}

// MARK: - Running

extension EventLoop {
  /// Whether the calling task is on the loop's thread, and comes back to it after each suspension.
  ///
  /// The thread alone does not tell: a task that prefers another loop can be here for the moment, and
  /// would go on over there as soon as it waits.
  package var isHome: Bool {
    guard isCurrent, !isScratchLent else { return false }
    return withUnsafeCurrentTask { $0?.unownedTaskExecutor == asUnownedTaskExecutor() }
  }

  /// Whether the calling code runs on the loop's thread.
  public var isCurrent: Bool {
    owner.load(ordering: .relaxed) == UInt(pthread_self())
  }

  /// Starts the loop's thread.
  package func start() throws(SocketError) {
    var created = pthread_t()
    let argument = Unmanaged.passRetained(self)
    let code = pthread_create(
      &created, nil,
      { argument in
        guard let argument else { return nil }
        let loop = Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue()
        loop.turn()
        return nil
      }, argument.toOpaque())
    guard code == 0 else {
      argument.release()
      throw SocketError(operation: "pthread_create", code: code)
    }
    thread = created
  }

  /// Ends the loop when nothing is ready to run any more, and waits for its thread.
  ///
  /// Must not be called on the loop's own thread.
  package func stop() {
    precondition(!isCurrent, "a loop cannot wait for its own end")
    askToStop()
    if let thread { pthread_join(thread, nil) }
    thread = nil
  }

  func askToStop() {
    mailbox.withLock { $0.isStopping = true }
    hasMail.store(true, ordering: .sequentiallyConsistent)
    ring()
  }

  /// Turn after turn until the loop is stopped and has nothing left to run.
  func turn() {
    owner.store(UInt(pthread_self()), ordering: .relaxed)
    defer { owner.store(0, ordering: .relaxed) }
    while true {
      if hasMail.load(ordering: .acquiring), collectMail(), jobs.count == 0 { return end() }
      clock = parley_monotonic_nanoseconds()
      while let target = timers.next(at: clock) { target.expired() }
      runJobs()
      retryReady()
      finishTurn()
      poll()
    }
  }

  /// Lets go of everything that lived here and was not closed: it closes when its owner lets go too.
  private func end() {
    hasEnded = true
    timers = Timers()
    again = []
    atTurnEnd = []
    let abandoned = slab.removeAll()
    let unheard = mailbox.withLock { mailbox in
      let calls = mailbox.calls
      mailbox.calls = []
      mailbox.hasEnded = true
      return calls
    }
    withExtendedLifetime((abandoned, unheard)) {}
  }

  /// Takes what other threads left here; true when the loop shall end.
  private func collectMail() -> Bool {
    hasMail.store(false, ordering: .sequentiallyConsistent)
    let mail = mailbox.withLock { mailbox in
      let mail = mailbox
      mailbox.jobs = []
      mailbox.calls = []
      return mail
    }
    for job in mail.jobs { jobs.append(job) }
    for call in mail.calls { call() }
    // Looked at again each turn until the jobs have run out.
    if mail.isStopping { hasMail.store(true, ordering: .sequentiallyConsistent) }
    return mail.isStopping && mail.jobs.isEmpty && mail.calls.isEmpty
  }

  private func runJobs() {
    let preference = asUnownedTaskExecutor()
    for _ in 0..<EventLoop.jobsPerTurn {
      guard let job = jobs.popFirst() else { return }
      job.runSynchronously(on: preference)
    }
  }

  private func retryReady() {
    guard !again.isEmpty else { return }
    // Who is told may ask for the turn after this one. Two lists in turns allocate nothing.
    swap(&again, &retried)
    for index in 0..<retried.count { slab[retried[index]]?.ready(.readable) }
    retried.removeAll(keepingCapacity: true)
  }

  private func finishTurn() {
    // A target may ask for another turn end while it is called: that one comes in this turn too.
    var index = 0
    while index < atTurnEnd.count {
      atTurnEnd[index].endOfTurn()
      index += 1
    }
    atTurnEnd.removeAll(keepingCapacity: true)
  }

  private func poll() {
    guard jobs.count == 0 && again.isEmpty else { return _ = look(waiting: 0) }
    var milliseconds = sleepTime()
    if spin > 0 && hasSeenEvents && milliseconds != 0 {
      let end = min(parley_monotonic_nanoseconds() &+ spin, timers.earliest ?? .max)
      repeat {
        if look(waiting: 0) || hasMail.load(ordering: .acquiring) { return }
      } while parley_monotonic_nanoseconds() < end
      milliseconds = sleepTime()
    }
    isAsleep.store(true, ordering: .sequentiallyConsistent)
    if hasMail.load(ordering: .sequentiallyConsistent) { milliseconds = 0 }
    hasSeenEvents = look(waiting: milliseconds)
    isAsleep.store(false, ordering: .relaxed)
  }

  /// Hands out the events that there are or that come in time; false when there were none.
  private func look(waiting milliseconds: CInt) -> Bool {
    var hasLooked = false
    poller.wait(milliseconds: milliseconds) { token, readiness in
      if !hasLooked {
        // What ends a sleep happens now, not when the sleep began: deadlines are counted from it.
        clock = parley_monotonic_nanoseconds()
        hasLooked = true
      }
      // The bell is edge-triggered: it rings again without having been read.
      if token != EventLoop.bellToken { slab[token]?.ready(readiness) }
    }
    return hasLooked
  }

  /// Milliseconds until the next timer, rounded up so that no turn comes too early; -1 without timers.
  private func sleepTime() -> CInt {
    guard let deadline = timers.earliest else { return -1 }
    let now = parley_monotonic_nanoseconds()
    guard deadline > now else { return 0 }
    let milliseconds = (deadline - now - 1) / 1_000_000 + 1
    return CInt(clamping: milliseconds)
  }

  private func ring() {
    guard isAsleep.exchange(false, ordering: .sequentiallyConsistent) else { return }
    var one: UInt64 = 1
    // A full counter still rings.
    _ = Glibc.write(bell.rawValue, &one, MemoryLayout<UInt64>.size)
  }
}

// MARK: - Executor

extension EventLoop {
  /// Takes a job of the concurrency runtime.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isCurrent {
      jobs.append(job)
    } else {
      mailbox.withLock { $0.jobs.append(job) }
      hasMail.store(true, ordering: .sequentiallyConsistent)
      ring()
    }
  }

  /// Runs `body` on the loop's thread, soon; in order with other calls of the same thread.
  ///
  /// A loop that has ended does nothing.
  package func execute(_ body: @escaping @Sendable () -> Void) {
    let isHeard = mailbox.withLock { mailbox in
      if !mailbox.hasEnded { mailbox.calls.append(body) }
      return !mailbox.hasEnded
    }
    // What it holds must not be held by a loop that has ended.
    guard isHeard else { return }
    hasMail.store(true, ordering: .sequentiallyConsistent)
    ring()
  }

  /// Stops the program unless the calling code runs on the loop.
  public func checkIsolated() {
    precondition(isCurrent, "not on \(name)")
  }
}

// MARK: - What lives on the loop (loop thread only)

extension EventLoop {
  /// The monotonic clock as of this turn's start.
  package var now: Nanoseconds { clock }

  /// Registers a descriptor; the target is kept alive until it is deregistered.
  func register(
    _ descriptor: borrowing Descriptor, _ target: any ReadinessTarget,
    for interest: Readiness = .everything
  ) throws(SocketError) -> UInt64 {
    assert(isCurrent)
    let token = slab.insert(target, at: Int(descriptor.rawValue))
    do throws(SocketError) {
      try poller.add(descriptor.rawValue, token: token, interest: interest)
    } catch {
      slab.remove(token)
      throw error
    }
    return token
  }

  /// Runs a task that waited for a socket, soon.
  func run(_ job: UnownedJob) { jobs.append(job) }

  /// Removes a descriptor that lives on; its pending events reach nobody.
  func deregister(_ descriptor: borrowing Descriptor, token: UInt64) {
    // After the end nothing is registered, and any thread may come here.
    guard !hasEnded else { return }
    poller.remove(descriptor.rawValue)
    forget(token)
  }

  /// Forgets a descriptor that is closed next: the kernel takes what nobody has open any more out of the
  /// queue by itself.
  func forget(_ token: UInt64) {
    guard !hasEnded else { return }
    assert(isCurrent)
    slab.remove(token)
  }

  /// Tells the target again in the next turn: it stopped before it had read everything.
  func retry(_ token: UInt64) { again.append(token) }

  /// Calls `target` once all events and jobs of this turn have been handled.
  package func atEndOfTurn(_ target: any TurnTarget) { atTurnEnd.append(target) }

  /// Calls `target` when the clock has passed `deadline`.
  package func schedule(
    _ target: any TimerTarget, at deadline: Nanoseconds
  ) -> Timers<any TimerTarget>.ID {
    assert(isCurrent)
    return timers.insert(target, at: deadline)
  }

  /// Forgets a timer; one that has expired is ignored.
  package func cancel(_ timer: Timers<any TimerTarget>.ID) { timers.cancel(timer) }

  /// The deadline of an operation that starts now.
  package func deadline(_ timeout: Timeout) -> Nanoseconds {
    switch timeout.resolved(defaultTimeout) {
    case .none, .inherited: return .max
    case .after(let duration):
      let (deadline, overflow) = parley_monotonic_nanoseconds()
        .addingReportingOverflow(duration.clampedNanoseconds)
      return overflow ? .max : deadline
    }
  }
}
