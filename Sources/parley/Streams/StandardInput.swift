import Glibc
import Sockets

/// An inherited descriptor that is read on a loop: standard input, whatever it is.
///
/// A pipe, a terminal and a socket wait on the loop like any connection; a file, and what cannot be
/// opened again, has a thread that reads on demand. Flags that other programs share stay as they are.
/// Nothing is read ahead. For one reader at a time, on the loop's thread.
final class StandardInput: Sendable {
  private enum Way {
    case loop(Connection)
    case thread(BlockingInput)
  }

  private let way: Way

  /// Begins to watch a descriptor; call it on the loop's thread.
  init(_ number: CInt = 0, on loop: EventLoop) throws(SocketError) {
    if let connection = try Inherited.open(number, .reading, on: loop) {
      way = .loop(connection)
    } else {
      way = .thread(try BlockingInput(number))
    }
  }

  deinit { stop() }

  /// Reads what is there, waiting until there is something.
  ///
  /// - Returns: 1 to 262,144 bytes; none at the end.
  /// - Throws: ``SocketError``, or `CancellationError`, after which one may go on.
  func next() async throws -> [UInt8] {
    var bytes: [UInt8] = []
    _ = try await read(into: &bytes)
    return bytes
  }

  /// Reads as ``next()`` does, onto the end of `buffer`; with room for 65,536 bytes nothing is allocated.
  ///
  /// - Returns: How many bytes came; 0 at the end.
  func read(into buffer: inout [UInt8]) async throws -> Int {
    switch way {
    case .loop(let connection):
      do {
        return try await connection.read(into: &buffer, timeout: nil)
      } catch let error as SocketError {
        // Closed by us: the reading has ended.
        if error.reason == .closed { return 0 }
        throw SocketError(operation: Inherited.Direction.reading.rawValue, reason: error.reason)
      }
    case .thread(let input):
      let piece = try await input.next()
      if buffer.isEmpty { buffer = piece } else { buffer += piece }
      return piece.count
    }
  }

  /// Ends the reading; whoever waits gets the end.
  func stop() {
    switch way {
    case .loop(let connection): connection.close()
    case .thread(let input): input.stop()
    }
  }
}
