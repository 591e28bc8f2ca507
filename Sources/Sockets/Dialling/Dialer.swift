internal import CLinux
internal import Glibc

/// Carries out what ``HappyEyeballs`` decides, with sockets and the loop's clock, for one task.
///
/// Confined to the loop's thread.
final class Dialer: TimerTarget, @unchecked Sendable {
  // @unchecked: confined to the loop's thread; `connection()` is called there, once.

  enum Failure: Error {
    case cancelled
    case failed([SocketError])
  }

  private typealias Outcome = Result<Connection, Failure>

  private let loop: EventLoop
  private let origin: SocketAddress?
  private var machine: HappyEyeballs
  private var attempts: [Int: Attempt] = [:]
  private var timer: Timers<any TimerTarget>.ID?
  private var continuation: UnsafeContinuation<Outcome, Never>?
  private let report: (Connect.Step) -> Void

  init(
    _ addresses: [SocketAddress], from origin: SocketAddress? = nil,
    timing: HappyEyeballs.Timing, since start: Nanoseconds,
    on loop: EventLoop, _ report: @escaping (Connect.Step) -> Void = { _ in }
  ) {
    self.loop = loop
    self.origin = origin
    self.report = report
    machine = HappyEyeballs(
      addresses, timing: timing, since: start, at: parley_monotonic_nanoseconds())
  }

  /// The connection of the first attempt that succeeds; all others are closed by then.
  func connection() async throws(Failure) -> Connection {
    let outcome = await withTaskCancellationHandler {
      await withUnsafeContinuation { (continuation: UnsafeContinuation<Outcome, Never>) in
        guard !Task.isCancelled else { return continuation.resume(returning: .failure(.cancelled)) }
        self.continuation = continuation
        proceed()
      }
    } onCancel: {
      loop.execute { self.cancel() }
    }
    return try outcome.get()
  }

  func expired() {
    timer = nil
    machine.expire(at: parley_monotonic_nanoseconds())
    proceed()
  }

  private func cancel() {
    guard continuation != nil else { return }
    machine.cancel()
    proceed()
    end(.failure(.cancelled))
  }

  /// Does what the machine wants, until it wants to wait.
  private func proceed() {
    while let action = machine.next() {
      switch action {
      case .start(let id, let address): start(id, address)
      case .cancel(let id): attempts.removeValue(forKey: id)?.close()
      case .succeeded(let id): succeed(id)
      case .failed(let errors): end(.failure(.failed(errors)))
      }
    }
    if let timer { loop.cancel(timer) }
    timer = machine.deadline.map { loop.schedule(self, at: $0) }
  }

  private func start(_ id: Int, _ address: SocketAddress) {
    report(.trying(address))
    do throws(SocketError) {
      let attempt = try Attempt(id, address, from: origin, of: self, on: loop)
      attempts[id] = attempt
      if try attempt.isConnected() { machine.connected(id, at: parley_monotonic_nanoseconds()) }
    } catch {
      fail(id, error, address)
    }
  }

  fileprivate func ready(_ attempt: Attempt) {
    do throws(SocketError) {
      guard try attempt.isConnected() else { return }
      machine.connected(attempt.id, at: parley_monotonic_nanoseconds())
    } catch {
      fail(attempt.id, error, attempt.address)
    }
    proceed()
  }

  private func fail(_ id: Int, _ error: SocketError, _ address: SocketAddress) {
    attempts.removeValue(forKey: id)?.close()
    let error = error.about(address.description)
    report(.failed(error))
    machine.failed(id, error, at: parley_monotonic_nanoseconds())
  }

  private func succeed(_ id: Int) {
    guard let attempt = attempts.removeValue(forKey: id), let descriptor = attempt.release() else {
      preconditionFailure("the machine names only attempts that run")
    }
    do throws(SocketError) {
      if attempt.address.family != .unix { try descriptor.set(.noDelay, to: true) }
      let source = try Source(descriptor, on: loop)
      end(.success(Connection(source, peer: attempt.address.unmapped)))
    } catch {
      end(.failure(.failed([error.about(attempt.address.description)])))
    }
  }

  private func end(_ outcome: Outcome) {
    let waiting = continuation
    continuation = nil
    waiting?.resume(returning: outcome)
  }
}

/// One socket that is on its way to one address.
private final class Attempt: ReadinessTarget {
  let id: Int
  let address: SocketAddress
  private let dialer: Dialer
  private let loop: EventLoop
  private var descriptor: Descriptor?
  private var token: UInt64?

  init(
    _ id: Int, _ address: SocketAddress, from origin: SocketAddress?, of dialer: Dialer,
    on loop: EventLoop
  ) throws(SocketError) {
    self.id = id
    self.address = address
    self.dialer = dialer
    self.loop = loop
    let descriptor = try Descriptor.socket(
      family: address.family.rawValue, type: CInt(SOCK_STREAM.rawValue))
    if let origin { try Attempt.bind(descriptor, to: origin) }
    // Not through the funnel: an interrupted connect goes on by itself.
    let result = address.withSockaddr { parley_connect(descriptor.rawValue, $0, $1) }
    guard result == 0 || result == -EINPROGRESS || result == -EINTR else {
      throw SocketError(operation: "connect", code: -result)
    }
    // Only now: a socket that is not connecting yet would report that it hung up.
    token = try loop.register(descriptor, self)
    self.descriptor = consume descriptor
  }

  private static func bind(
    _ descriptor: borrowing Descriptor, to origin: SocketAddress
  ) throws(SocketError) {
    if let port = origin.port, port != 0 {
      try descriptor.set(.reuseAddress, to: true)
      try descriptor.set(.reusePort, to: true)
    }
    let number = descriptor.rawValue
    try call("bind") { origin.withSockaddr { parley_bind(number, $0, $1) } }
  }

  func ready(_ readiness: Readiness) {
    guard token != nil else { return }
    dialer.ready(self)
  }

  /// Whether the connection is there; false while it is on its way.
  func isConnected() throws(SocketError) -> Bool {
    guard let number = descriptor?.rawValue else { return false }
    let code = try call("getsockopt") { () -> CInt in
      var code: CInt = 0
      var length = socklen_t(MemoryLayout<CInt>.size)
      let result = parley_getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &length)
      return result < 0 ? result : code
    }
    guard code == 0 else { throw SocketError(operation: "connect", code: code) }
    guard let peer = try peerAddress(number) else { return false }
    // Without a listener, a port of our own choice may be the one that we dial: TCP then connects the
    // socket with itself.
    if peer.family != .unix, try localAddress(number) == peer {
      throw SocketError(operation: "connect", code: ECONNREFUSED)
    }
    return true
  }

  /// Closes the socket; harmless when it was released or closed.
  func close() {
    _ = release()
  }

  /// Gives the socket away, no longer registered.
  func release() -> Descriptor? {
    guard let descriptor = descriptor.take(), let token else { return nil }
    loop.deregister(descriptor, token: token)
    self.token = nil
    return descriptor
  }

  private func peerAddress(_ number: CInt) throws(SocketError) -> SocketAddress? {
    do throws(SocketError) {
      return try SocketAddress.reading { (storage, length) throws(SocketError) in
        try call("getpeername") { parley_getpeername(number, storage, length) }
      }.1
    } catch {
      guard error.code == ENOTCONN else { throw error }
      return nil
    }
  }

  private func localAddress(_ number: CInt) throws(SocketError) -> SocketAddress? {
    try SocketAddress.reading { (storage, length) throws(SocketError) in
      try call("getsockname") { parley_getsockname(number, storage, length) }
    }.1
  }
}
