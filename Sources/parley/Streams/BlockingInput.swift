import Glibc
import Sockets

/// An inherited descriptor that is read by a thread of its own, one piece at a time and only on demand.
///
/// So it may be anything, such as a file, which the event loop cannot wait for, and its blocking mode,
/// which other programs share, stays as it is. Nothing is read ahead: what is not asked for stays with
/// whoever writes it.
final class BlockingInput: Sendable {
  private typealias Piece = Result<[UInt8], SocketError>
  private typealias Asker = UnsafeContinuation<Piece?, Never>

  private enum State {
    case idle
    case asked(Asker)
    /// Who asked was cancelled while it was read: it is for whoever asks next.
    case held(Piece)
    case ended
  }

  /// Files are read in pieces of this size: handing one over costs two changes of threads.
  private static let pieceLimit = 262_144
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
  /// - Returns: The bytes; none at the end, and after ``stop()``.
  /// - Throws: ``SocketError`` once, after which comes the end; `CancellationError`.
  func next() async throws -> [UInt8] {
    let piece = await withTaskCancellationHandler {
      await withUnsafeContinuation { (asker: Asker) in
        let known = state.withLock { state -> Piece?? in
          switch state {
          case .ended: return .success([])
          case .held(let piece):
            state = Self.isLast(piece) ? .ended : .idle
            return piece
          case .idle, .asked:
            guard !Task.isCancelled else { return .some(nil) }
            state = .asked(asker)
            return nil
          }
        }
        if let known { asker.resume(returning: known) } else { bell.ring() }
      }
    } onCancel: {
      takeAsker()?.resume(returning: nil)
      bell.ring()
    }
    guard let piece else { throw CancellationError() }
    return try piece.get()
  }

  /// Ends the reading; whoever waits gets the end.
  func stop() {
    let asker = takeAsker(leaving: .ended)
    asker?.resume(returning: .success([]))
    bell.ring()
  }

  private func takeAsker(leaving next: State = .idle) -> Asker? {
    state.withLock { state in
      let before = state
      if case .ended = next { state = next }
      guard case .asked(let asker) = before else { return nil }
      state = next
      return asker
    }
  }

  private static func isLast(_ piece: Piece) -> Bool { (try? piece.get().isEmpty) ?? true }

  private func answer(_ piece: Piece) {
    let asker: Asker? = state.withLock { state in
      switch state {
      case .ended: return nil
      case .idle, .held:
        state = .held(piece)
        return nil
      case .asked(let asker):
        state = Self.isLast(piece) ? .ended : .idle
        return asker
      }
    }
    asker?.resume(returning: piece)
  }

  private func serve() {
    while true {
      let wants: Bool
      switch state.withLock({ $0 }) {
      case .idle, .held: wants = false
      case .asked: wants = true
      case .ended: return
      }
      guard bell.wait(for: wants ? descriptor : -1, POLLIN), wants else { continue }
      if let piece = read() { answer(piece) }
    }
  }

  /// Some bytes, none at the end, nil when there is nothing after all.
  private func read() -> Piece? {
    var code: CInt = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: BlockingInput.pieceLimit) { buffer, count in
      let result = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if result < 0 { code = errno }
      count = max(0, result)
    }
    switch code {
    case 0: return .success(bytes)
    case EAGAIN, EINTR: return nil
    default:
      return .failure(SocketError(operation: Inherited.Direction.reading.rawValue, code: code))
    }
  }
}
