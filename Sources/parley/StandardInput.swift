import Glibc
import Sockets

/// An inherited descriptor that is read by a thread of its own, one piece at a time and only on demand.
///
/// So it may be a terminal, a pipe or a file, which the event loop cannot wait for, and its blocking
/// mode, which other programs share, stays as it is. Nothing is read ahead: what is not asked for
/// stays with whoever writes it.
final class StandardInput: Sendable {
  private enum State {
    case idle
    case asked(UnsafeContinuation<[UInt8], Never>)
    case ended
  }

  private static let pieceLimit = 16_384
  private let descriptor: CInt
  private let bell: Bell
  private let state = Locked(State.idle)

  init(_ descriptor: CInt = 0) throws(SocketError) {
    self.descriptor = descriptor
    bell = try Bell()
    try startThread { self.serve() }
  }

  /// Reads what is there, waiting until there is something; for one caller at a time.
  ///
  /// - Returns: The bytes; none at the end, after a failure and after ``stop()``.
  func next() async -> [UInt8] {
    await withUnsafeContinuation { continuation in
      let isEnded = state.withLock { state in
        if case .ended = state { return true }
        state = .asked(continuation)
        return false
      }
      if isEnded { continuation.resume(returning: []) } else { bell.ring() }
    }
  }

  /// Ends the reading; whoever waits gets the end.
  func stop() {
    answer([], isLast: true)
    bell.ring()
  }

  private func answer(_ bytes: [UInt8], isLast: Bool) {
    let waiting: UnsafeContinuation<[UInt8], Never>? = state.withLock { state in
      let before = state
      if case .ended = before { return nil }
      state = isLast ? .ended : .idle
      if case .asked(let continuation) = before { return continuation }
      return nil
    }
    waiting?.resume(returning: bytes)
  }

  private func serve() {
    while true {
      let wants: Bool
      switch state.withLock({ $0 }) {
      case .idle: wants = false
      case .asked: wants = true
      case .ended: return
      }
      guard bell.wait(for: wants ? descriptor : -1, POLLIN), wants else { continue }
      let bytes = read()
      guard let bytes else { continue }
      answer(bytes, isLast: bytes.isEmpty)
    }
  }

  /// Some bytes, none at the end or when reading fails, nil when there is nothing after all.
  private func read() -> [UInt8]? {
    var isLater = false
    let bytes = [UInt8](unsafeUninitializedCapacity: StandardInput.pieceLimit) { buffer, count in
      let result = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      isLater = result < 0 && (errno == EAGAIN || errno == EINTR)
      count = max(0, result)
    }
    return isLater ? nil : bytes
  }
}
