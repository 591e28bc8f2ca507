/// Which of several addresses of one host to connect to, and when: RFC 8305, without a socket or a clock.
///
/// Attempts start one after the other, not waiting for the one before to fail; the first that succeeds
/// wins. Call an input method (``connected(_:at:)``, ``failed(_:_:at:)``, ``cancel()``), call
/// ``expire(at:)`` when ``deadline`` passes, and drain ``next()`` after each of them and after making
/// the machine. Attempts are named by their number, in the order in which they start, from 0.
package struct HappyEyeballs: Sendable {
  package enum Action: Hashable, Sendable {
    /// Begin to connect to this address.
    case start(Int, SocketAddress)
    /// Give this attempt up; nothing more has to be said about it.
    case cancel(Int)
    /// This attempt is the connection. The last action.
    case succeeded(Int)
    /// None will succeed; why each that was started did not. The last action.
    case failed([SocketError])
  }

  /// The times of RFC 8305, section 8, and our own limits.
  package struct Timing: Hashable, Sendable {
    /// Silence after which the next attempt starts as well; kept within 10 ms to 2 s.
    package var attemptDelay: Duration
    /// How long one attempt may take, `nil` for as long as the kernel tries.
    package var attemptTimeout: Duration?
    /// How long all of them may take together, `nil` for no limit.
    package var totalTimeout: Duration?

    package init(
      attemptDelay: Duration = .milliseconds(250), attemptTimeout: Duration? = nil,
      totalTimeout: Duration? = nil
    ) {
      self.attemptDelay = min(max(attemptDelay, .milliseconds(10)), .seconds(2))
      self.attemptTimeout = attemptTimeout
      self.totalTimeout = totalTimeout
    }
  }

  private enum Attempt {
    case running(deadline: Nanoseconds)
    case failed(SocketError)
    case cancelled
  }

  /// More addresses than this are not tried: a name server must not choose how many sockets we open.
  package static let mostAttempts = 32

  private let addresses: [SocketAddress]
  private let timing: Timing
  private let totalDeadline: Nanoseconds
  private var attempts: [Attempt] = []  // The first of `addresses`: those that were started.
  private var nextStart = Nanoseconds.max
  private var isOver = false
  private var actions: [Action] = []
  private var taken = 0

  /// Starts the first attempt.
  ///
  /// - Parameters:
  ///   - addresses: Where to connect to, in the order of preference within each family.
  ///   - timing: How long to wait for what.
  ///   - start: When the total time began to run, if that was before now.
  ///   - now: The time.
  package init(
    _ addresses: [SocketAddress], timing: Timing = Timing(), since start: Nanoseconds? = nil,
    at now: Nanoseconds
  ) {
    self.addresses = Array(Self.sorted(addresses).prefix(Self.mostAttempts))
    self.timing = timing
    totalDeadline = Self.deadline(timing.totalTimeout, after: start ?? now)
    startNext(at: now)
    endIfHopeless()
  }

  /// The attempt has a connection.
  package mutating func connected(_ id: Int, at now: Nanoseconds) {
    guard isRunning(id) else { return }  // It was given up a moment ago.
    for other in attempts.indices where other != id { giveUp(other) }
    end(.succeeded(id))
  }

  /// The attempt has failed.
  package mutating func failed(_ id: Int, _ error: SocketError, at now: Nanoseconds) {
    guard isRunning(id) else { return }
    attempts[id] = .failed(error)
    startNext(at: now)
    endIfHopeless()
  }

  /// Nobody wants the connection any more: running attempts are given up, and there is no last action.
  package mutating func cancel() {
    for id in attempts.indices { giveUp(id) }
    isOver = true
  }

  /// When ``expire(at:)`` has something to do; `nil` once all is over.
  package var deadline: Nanoseconds? {
    guard !isOver else { return nil }
    let earliest = attempts.reduce(min(nextStart, totalDeadline)) { earliest, attempt in
      if case .running(let deadline) = attempt { min(earliest, deadline) } else { earliest }
    }
    return earliest == .max ? nil : earliest
  }

  /// Time has passed; harmless when it is early.
  package mutating func expire(at now: Nanoseconds) {
    guard !isOver else { return }
    if totalDeadline <= now {
      for id in attempts.indices { timeOut(id, after: timing.totalTimeout) }
      end(.failed(errors))
      return
    }
    for id in attempts.indices {
      guard case .running(let deadline) = attempts[id], deadline <= now else { continue }
      timeOut(id, after: timing.attemptTimeout)
      startNext(at: now)
    }
    if nextStart <= now { startNext(at: now) }
    endIfHopeless()
  }

  /// The next thing to do, `nil` when there is nothing at the moment.
  package mutating func next() -> Action? {
    guard taken < actions.count else {
      actions.removeAll(keepingCapacity: true)
      taken = 0
      return nil
    }
    taken += 1
    return actions[taken - 1]
  }

  /// IPv6 and IPv4 in turn, IPv6 first, each in the order given and each address once.
  package static func sorted(_ addresses: [SocketAddress]) -> [SocketAddress] {
    var seen: Set<SocketAddress> = []
    let unique = addresses.filter { seen.insert($0).inserted }
    let six = unique.filter { $0.family == .ipv6 }
    let four = unique.filter { $0.family == .ipv4 }
    var sorted: [SocketAddress] = []
    for index in 0..<max(six.count, four.count) {
      if index < six.count { sorted.append(six[index]) }
      if index < four.count { sorted.append(four[index]) }
    }
    return sorted + unique.filter { $0.family == .unix }
  }

  private var errors: [SocketError] {
    attempts.compactMap { if case .failed(let error) = $0 { error } else { nil } }
  }

  private func isRunning(_ id: Int) -> Bool {
    guard !isOver, attempts.indices.contains(id), case .running = attempts[id] else { return false }
    return true
  }

  private mutating func startNext(at now: Nanoseconds) {
    guard attempts.count < addresses.count else { return }
    actions.append(.start(attempts.count, addresses[attempts.count]))
    attempts.append(.running(deadline: Self.deadline(timing.attemptTimeout, after: now)))
    let hasMore = attempts.count < addresses.count
    nextStart = hasMore ? Self.deadline(timing.attemptDelay, after: now) : .max
  }

  private mutating func giveUp(_ id: Int) {
    guard isRunning(id) else { return }
    attempts[id] = .cancelled
    actions.append(.cancel(id))
  }

  private mutating func timeOut(_ id: Int, after limit: Duration?) {
    guard isRunning(id), let limit else { return }
    giveUp(id)
    attempts[id] = .failed(
      SocketError(
        operation: "connect", address: addresses[id].description, reason: .timedOut(after: limit)))
  }

  private mutating func endIfHopeless() {
    guard !isOver, errors.count == addresses.count else { return }
    end(.failed(errors))
  }

  private mutating func end(_ action: Action) {
    actions.append(action)
    isOver = true
  }

  private static func deadline(_ limit: Duration?, after now: Nanoseconds) -> Nanoseconds {
    guard let limit else { return .max }
    let (deadline, overflow) = now.addingReportingOverflow(limit.clampedNanoseconds)
    return overflow ? .max : deadline
  }
}
