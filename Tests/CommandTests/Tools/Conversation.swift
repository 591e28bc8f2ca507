import Glibc
import Sockets

/// What a child process prints and how it ends, collected by two threads of its own.
///
/// One thread polls the outputs and wakes whoever waits; the other one waits for the end of the process.
/// No task of the test is ever blocked, because two blocked ones are all that a small machine has.
final class Conversation: Sendable {
  /// One output of the child.
  struct Output {
    fileprivate(set) var bytes: [UInt8] = []
    fileprivate(set) var descriptor: CInt?
    private var taken = 0

    fileprivate init(_ descriptor: CInt?) { self.descriptor = descriptor }

    var rest: ArraySlice<UInt8> { bytes[taken...] }

    func endOfFirst(_ wanted: [UInt8]) -> Int? {
      guard let first = wanted.first else { return taken }
      return bytes.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress else { return nil }
        var place = taken
        while place + wanted.count <= bytes.count {
          let found = memchr(start + place, CInt(first), bytes.count - place)
          guard let found else { return nil }
          place = start.distance(to: UnsafeRawPointer(found))
          guard place + wanted.count <= bytes.count else { return nil }
          if memcmp(start + place, wanted, wanted.count) == 0 { return place + wanted.count }
          place += 1
        }
        return nil
      }
    }

    mutating func take(to end: Int) -> ArraySlice<UInt8> {
      defer { taken = end }
      return bytes[taken..<end]
    }
  }

  struct State {
    fileprivate var output: Output
    fileprivate var errors: Output
    fileprivate var waiters: [Waiter] = []
    fileprivate var isAbandoned = false
    fileprivate(set) var ending: ChildProcess.Ending?

    /// Nothing can come any more.
    var isOver: Bool { ending != nil && output.descriptor == nil && errors.descriptor == nil }

    subscript(source: ChildProcess.Source) -> Output {
      get { source == .output ? output : errors }
      // In place: a copy of all that came, for each piece that comes, takes long with megabytes.
      _modify {
        if source == .output { yield &output } else { yield &errors }
      }
    }
  }

  fileprivate struct Waiter {
    var deadline: ContinuousClock.Instant
    /// Looks whether the wait is over; if so, gives what is to be done outside the lock.
    var attempt: @Sendable (inout State, _ isLast: Bool) -> (@Sendable () -> Void)?
  }

  let process: pid_t
  private let state: Locked<State>
  /// A byte in it makes the polling thread look at the state again.
  private let alarm: (read: CInt, write: CInt)

  init(_ child: Spawned) throws {
    process = child.process
    state = Locked(State(output: Output(child.output), errors: Output(child.errors)))
    alarm = try Spawned.pipe()
    startThread { self.collect() }
    startThread { self.awaitEnding() }
  }

  deinit {
    close(alarm.read)
    close(alarm.write)
  }

  func transcript(_ source: ChildProcess.Source) -> [UInt8] {
    state.withLock { $0[source].bytes }
  }

  func signal(_ number: CInt) {
    // Under the lock, and only before it was reaped, the number is still that of our child.
    state.withLock { state in
      if state.ending == nil { kill(process, number) }
    }
  }

  func abandon() {
    signal(SIGKILL)
    state.withLock { $0.isAbandoned = true }
    wake()
  }

  /// Waits until a look at the state gives something; throws when it never will or the limit is over.
  func wait<Result: Sendable>(
    for wish: String, within limit: Duration,
    _ look: @escaping @Sendable (inout State) -> Result?
  ) async throws -> Result {
    let deadline = ContinuousClock.now + limit
    return try await withCheckedThrowingContinuation { continuation in
      let waiter = Waiter(deadline: deadline) { state, isLast in
        if let result = look(&state) { return { continuation.resume(returning: result) } }
        guard isLast || state.isOver else { return nil }
        let error = Missed(wish: wish, state: state)
        return { continuation.resume(throwing: error) }
      }
      let done = state.withLock { state in
        let done = waiter.attempt(&state, false)
        if done == nil { state.waiters.append(waiter) }
        return done
      }
      if let done { done() } else { wake() }
    }
  }

  private func wake() {
    var byte: UInt8 = 0
    _ = write(alarm.write, &byte, 1)
  }

  private func awaitEnding() {
    var information = siginfo_t()
    while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    state.withLock { state in
      var status: CInt = 0
      waitpid(process, &status, 0)
      let signal = status & 0x7f
      state.ending = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal)
    }
    wake()
  }

  private func collect() {
    repeat {
      let (descriptors, milliseconds) = state.withLock { state in
        ([state.output.descriptor, state.errors.descriptor], Self.patience(state.waiters))
      }
      var entries = [pollfd(fd: alarm.read, events: Int16(POLLIN), revents: 0)]
      // poll ignores negative descriptors.
      entries += descriptors.map { pollfd(fd: $0 ?? -1, events: Int16(POLLIN), revents: 0) }
      guard poll(&entries, nfds_t(entries.count), milliseconds) >= 0 else { continue }
      if entries[0].revents != 0 { _ = Self.read(alarm.read) }
      if entries[1].revents != 0 { receive(.output, entries[1].fd) }
      if entries[2].revents != 0 { receive(.errors, entries[2].fd) }
    } while !settle()
    for descriptor in state.withLock({ [$0.output.descriptor, $0.errors.descriptor] }) {
      if let descriptor { close(descriptor) }
    }
  }

  private func receive(_ source: ChildProcess.Source, _ descriptor: CInt) {
    let bytes = Self.read(descriptor)
    if bytes.isEmpty { close(descriptor) }
    state.withLock { state in
      state[source].bytes += bytes
      if bytes.isEmpty { state[source].descriptor = nil }
    }
  }

  /// Wakes those whose wait is over; true when there is nothing left to do.
  private func settle() -> Bool {
    let now = ContinuousClock.now
    let (done, isFinished) = state.withLock { state in
      var done: [@Sendable () -> Void] = []
      var waiting: [Waiter] = []
      for waiter in state.waiters {
        let isLast = waiter.deadline <= now || state.isAbandoned
        if let action = waiter.attempt(&state, isLast) {
          done.append(action)
        } else {
          waiting.append(waiter)
        }
      }
      state.waiters = waiting
      return (done, state.isOver || state.isAbandoned)
    }
    for action in done { action() }
    return isFinished
  }

  private static func patience(_ waiters: [Waiter]) -> CInt {
    guard let next = waiters.map(\.deadline).min() else { return -1 }
    let left = ContinuousClock.now.duration(to: next) / .milliseconds(1)
    return CInt(min(max(left.rounded(.up), 0), 1_000_000))
  }

  /// Some bytes; none at the end, which a terminal tells as an error.
  private static func read(_ descriptor: CInt) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
      repeat {
        count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
      } while count == 0 && errno == EINTR
    }
  }
}

/// A text that did not come, with all that came instead.
struct Missed: Error, CustomStringConvertible {
  let description: String

  fileprivate init(wish: String, state: Conversation.State) {
    let ending = state.ending.map { "the program \($0)" } ?? "the program runs"
    description = """
      waited in vain for \(wish.debugDescription); \(ending)
      untaken output: \(String(decoding: state[.output].rest, as: UTF8.self).debugDescription)
      all output: \(String(decoding: state[.output].bytes, as: UTF8.self).debugDescription)
      errors: \(String(decoding: state[.errors].bytes, as: UTF8.self).debugDescription)
      """
  }
}

/// Runs a body on a thread of its own, which nobody waits for.
func startThread(_ body: @escaping @Sendable () -> Void) {
  final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let box = Unmanaged.passRetained(Box(body)).toOpaque()
  let code = pthread_create(
    &thread, nil,
    { argument in
      if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
      return nil
    }, box)
  precondition(code == 0, "no thread for a test tool")
  pthread_detach(thread)
}
