import Glibc
import Sockets

/// An inherited descriptor that is written by a thread of its own, in the order of the calls.
///
/// So a reader that pauses holds up nobody but those who wait for room. The descriptor's blocking mode,
/// which other programs share, stays as it is.
final class BlockingOutput: Sendable {
  private struct State {
    var pending: [UInt8] = []
    /// What the thread has taken and not written yet.
    var underWay = 0
    var isClosed = false
    var failure: CInt?
    var waiters: [Waiter] = []
  }

  private struct Waiter {
    var most: Int
    var continuation: UnsafeContinuation<Void, Never>
  }

  /// With more than this waiting, ``room()`` waits.
  private static let limit = 65_536
  private let descriptor: CInt
  /// How much is written at once.
  private let pieceLimit: Int
  private let bell: Bell
  private let state = Locked(State())

  init(_ descriptor: CInt = 1) throws(SocketError) {
    self.descriptor = descriptor
    pieceLimit = Self.canKeepWaiting(descriptor) ? Int(PIPE_BUF) : 1 << 20
    bell = try Bell()
    try startThread { self.serve() }
  }

  /// Whether somebody at the other end can stop reading.
  ///
  /// A pipe that is ready takes `PIPE_BUF` bytes without
  /// blocking, so that closing ends the writing.
  private static func canKeepWaiting(_ descriptor: CInt) -> Bool {
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { return true }
    switch information.st_mode & S_IFMT {
    case S_IFREG, S_IFBLK: return false
    case S_IFCHR: return isatty(descriptor) == 1
    default: return true
    }
  }

  /// The `errno` that ended the writing, if one did.
  var failure: CInt? { state.withLock { $0.failure } }

  /// Whether writing has ended, and what was left is lost.
  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// How many bytes are not written yet.
  var backlog: Int { state.withLock { $0.pending.count + $0.underWay } }

  /// Whether ``room()`` would wait.
  var isFull: Bool { backlog > BlockingOutput.limit }

  /// Queues bytes and returns at once; call ``room()`` soon.
  func write(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    state.withLock { state in
      guard !state.isClosed else { return }
      if state.pending.isEmpty { state.pending = bytes } else { state.pending += bytes }
    }
    bell.ring()
  }

  /// Waits until little enough is left to write.
  func room() async { await wait(most: BlockingOutput.limit) }

  /// Waits until everything is written.
  func finish() async { await wait(most: 0) }

  /// Waits until writing has become pointless, because nobody reads any more or by ``close()``.
  func closing() async { await wait(most: -1) }

  /// Ends the writing: what is left is lost, and nobody waits any more.
  func close() {
    let waiters = state.withLock { state in
      state.isClosed = true
      state.pending = []
      state.underWay = 0
      defer { state.waiters = [] }
      return state.waiters
    }
    bell.ring()
    for waiter in waiters { waiter.continuation.resume() }
  }

  private func wait(most: Int) async {
    await withUnsafeContinuation { continuation in
      let isDone = state.withLock { state in
        if state.isClosed || state.pending.count + state.underWay <= most { return true }
        state.waiters.append(Waiter(most: most, continuation: continuation))
        return false
      }
      if isDone { continuation.resume() }
    }
  }

  private func serve() {
    while !isClosed {
      let bytes = state.withLock { state in
        defer { state.pending = [] }
        state.underWay = state.pending.count
        return state.pending
      }
      if bytes.isEmpty {
        // Asks for no event, so that only an error ends it: whoever read is gone.
        if bell.wait(for: descriptor, 0) { return fail(EPIPE) }
        continue
      }
      let code = write(all: bytes)
      guard code == 0 else { return fail(code) }
    }
  }

  private func fail(_ code: CInt) {
    state.withLock { state in
      if !state.isClosed { state.failure = code }
    }
    close()
  }

  /// Zero, or the `errno` of what failed.
  private func write(all bytes: [UInt8]) -> CInt {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard bell.wait(for: descriptor, POLLOUT) else {
        if isClosed { return ECANCELED }
        continue
      }
      let piece = rest.prefix(pieceLimit)
      let result = piece.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      let code = errno
      if result >= 0 {
        rest = rest.dropFirst(result)
        wrote(result)
      } else if code != EAGAIN, code != EINTR {
        return code
      }
    }
    return 0
  }

  private func wrote(_ count: Int) {
    let done = state.withLock { state in
      state.underWay = max(0, state.underWay - count)
      let left = state.pending.count + state.underWay
      let done = state.waiters.filter { $0.most >= left }
      state.waiters.removeAll { $0.most >= left }
      return done
    }
    for waiter in done { waiter.continuation.resume() }
  }
}
