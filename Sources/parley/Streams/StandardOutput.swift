import Glibc
import Sockets

/// Nobody reads what the program writes: the reader of its output is gone, which is no fault of ours.
struct NobodyReads: Error {}

/// An inherited descriptor that is written on a loop: standard output, whatever it is.
///
/// A pipe, a terminal and a socket wait on the loop like any connection; a file, and what cannot be
/// opened again, has a thread that writes. Flags that other programs share stay as they are. For use on
/// the loop's thread.
final class StandardOutput: Sendable {
  private enum Way {
    case loop(Connection)
    case thread(BlockingOutput)
  }

  private let number: CInt
  private let way: Way

  /// Begins to watch a descriptor; call it on the loop's thread.
  init(_ number: CInt = 1, on loop: EventLoop) throws(SocketError) {
    self.number = number
    if let connection = try Inherited.open(number, .writing, on: loop) {
      // It is never read, so the reading side tells of errors only.
      connection.source.core?.noteNothingToRead()
      way = .loop(connection)
    } else {
      way = .thread(try BlockingOutput(number))
    }
  }

  deinit { close() }

  /// Writes all of `bytes`, and returns when they have been taken.
  ///
  /// - Throws: ``NobodyReads``; ``SocketError`` for whatever else went wrong, such as a full disk;
  ///   `CancellationError`, after which nothing more can be written.
  func write(_ bytes: [UInt8]) async throws {
    guard !bytes.isEmpty else { return }
    switch way {
    case .loop(let connection):
      do {
        try await connection.write(bytes, timeout: nil)
      } catch let error as SocketError {
        throw Self.failure(error.reason)
      }
    case .thread(let output):
      output.write(bytes)
      try await finish(output)
    }
  }

  private func finish(_ output: BlockingOutput) async throws {
    await withTaskCancellationHandler {
      await output.finish()
    } onCancel: {
      output.close()
    }
    if let code = output.failure { throw Self.failure(.system(code)) }
    try Task.checkCancellation()
  }

  private static func failure(_ reason: SocketError.Reason) -> any Error {
    switch reason {
    case .system(EPIPE), .system(ECONNRESET), .closed: NobodyReads()
    default: SocketError(operation: Inherited.Direction.writing.rawValue, reason: reason)
    }
  }

  /// Whether an error is one of ``write(_:)``, and so no peer's fault.
  static func isFailure(_ error: any Error) -> Bool {
    error is NobodyReads
      || (error as? SocketError)?.operation == Inherited.Direction.writing.rawValue
  }

  /// Waits until nobody reads any more, or until cancelled; of a file this is never known.
  func closing() async {
    switch way {
    case .loop(let connection): await connection.source.waitForError()
    case .thread(let output):
      await withTaskCancellationHandler {
        await output.closing()
      } onCancel: {
        output.close()
      }
    }
  }

  /// Ends the writing: who reads the pipe sees its end, although the program goes on.
  func finish() {
    close()
    // The number stays taken: a socket of ours must not get it.
    let nothing = Glibc.open("/dev/null", O_WRONLY | O_CLOEXEC)
    guard nothing >= 0 else { return }
    _ = dup2(nothing, number)
    _ = Glibc.close(nothing)
  }

  private func close() {
    switch way {
    case .loop(let connection): connection.close()
    case .thread(let output): output.close()
    }
  }
}

extension Source {
  /// Waits until writing has become pointless, or until closed or cancelled; nobody may read meanwhile.
  func waitForError() async {
    let limit = limit("poll", nil)
    do {
      try await begin(.reading, limit)
      defer { end(.reading) }
      while let number = core?.number {
        var entry = pollfd(fd: number, events: 0, revents: 0)
        if poll(&entry, 1, 0) > 0 { return }
        core?.noteNothingToRead()
        try await wait(.reading, limit)
      }
    } catch {
      // Cancelled or closed.
    }
  }
}
