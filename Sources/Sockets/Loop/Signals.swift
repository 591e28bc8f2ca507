internal import CLinux
import Glibc

/// Signals of the process as values on a loop instead of interruptions.
///
/// The corresponding C function is `signalfd`.
public final class Signals: Sendable {
  private let source: Source

  /// Keeps the signals from interrupting the process, so that they can be read instead.
  ///
  /// Call it first thing in `main`: threads that exist already would still be interrupted.
  ///
  /// The corresponding C function is `pthread_sigmask`.
  public static func block(_ numbers: [CInt]) {
    var mask = sigset_t()
    sigemptyset(&mask)
    for number in numbers { sigaddset(&mask, number) }
    pthread_sigmask(SIG_BLOCK, &mask, nil)
  }

  /// Ignores `SIGPIPE`: writing to a closed pipe or socket is then an error, not the end of the program.
  public static func ignoreBrokenPipes() { parley_ignore_signal(SIGPIPE) }

  /// Begins to receive signals that ``block(_:)`` keeps back.
  ///
  /// - Parameters:
  ///   - numbers: Such as `SIGINT` and `SIGTERM`.
  ///   - loop: Where ``next()`` waits.
  /// - Throws: ``SocketError`` with the operation `signalfd`.
  public init(_ numbers: [CInt], on loop: EventLoop) async throws {
    source = try await loop.perform {
      var mask = sigset_t()
      sigemptyset(&mask)
      for number in numbers { sigaddset(&mask, number) }
      let descriptor = try call("signalfd") { parley_signalfd(&mask) }
      return try Source(Descriptor(owning: descriptor), on: loop)
    }
  }

  deinit { source.close() }

  /// Waits for the next signal.
  ///
  /// - Returns: Its number.
  /// - Throws: `CancellationError`, or ``SocketError``.
  public func next() async throws -> CInt {
    let loop = source.loop
    guard loop.isHome else { return try await loop.perform { try await self.next() } }
    let limit = source.limit("signalfd", nil)
    try await source.begin(.reading, limit)
    defer { source.end(.reading) }
    var information = signalfd_siginfo()
    while let number = source.core?.number {
      let count = withUnsafeMutableBytes(of: &information) {
        parley_read(number, $0.baseAddress, $0.count)
      }
      if count == MemoryLayout<signalfd_siginfo>.size { return CInt(information.ssi_signo) }
      guard count == -Int(EAGAIN) || count == -Int(EINTR) else {
        throw SocketError(operation: "read", code: CInt(clamping: -count))
      }
      source.core?.noteNothingToRead()
      try await source.wait(.reading, limit)
    }
    throw SocketError(operation: "signalfd", reason: .closed)
  }
}
