public import Sockets

/// Lines of text over a connection, written into a buffer that leaves only when told.
///
///     let lines = TextLines(connection)
///     try await lines.write("hello")
///     try await lines.flush()                  // or the peer waits for ever
///     let answer = try await lines.read()
///
/// Lines are read up to LF or CR LF and written with CR LF, in UTF-8. What holds for
/// ``MessageConnection`` about tasks, order and errors holds here. For lines that leave at once,
/// use that with ``Framing/line``.
public final class TextLines: Sendable {
  /// What carries the lines.
  public let connection: Connection

  /// The most bytes that wait for a flush, from 1.
  public let capacity: Int

  private let stream: FrameStream

  /// Puts text lines on a connection of which nothing has been read yet.
  ///
  /// - Parameters:
  ///   - connection: The connection; it stays with the scope that it belongs to.
  ///   - limit: The longest line in either direction, in bytes without its end, from 0.
  ///   - capacity: The most bytes that wait for a flush; less than 1 is treated as 1. A write that
  ///     finds no room flushes first.
  public init(_ connection: Connection, limit: Int = 65_536, capacity: Int = 65_536) {
    self.connection = connection
    self.capacity = Swift.max(capacity, 1)
    stream = FrameStream(connection, .line, limit: limit)
  }

  /// Adds a line to the buffer.
  ///
  /// Nothing is sent, unless the line does not fit beside those that wait: these are flushed first.
  /// A line longer than the buffer is flushed too.
  ///
  /// - Parameters:
  ///   - line: The text without a line end.
  ///   - timeout: How long a flush may take.
  /// - Throws: ``MessagingError/unsendable(_:)`` when the text holds an LF or is over the limit;
  ///   nothing is added then. Otherwise as ``flush(timeout:)``.
  public func write(_ line: String, timeout: Timeout = .inherited) async throws {
    guard connection.loop.isHome else {
      return try await connection.loop.perform { try await self.write(line, timeout: timeout) }
    }
    try Task.checkCancellation()
    let size = line.utf8.count + 2
    while !stream.outgoing.isEmpty, stream.outgoing.count + size > capacity {
      try await flush(timeout: timeout)
    }
    try stream.enqueue(line.utf8.span)
    if stream.outgoing.count > capacity { try await flush(timeout: timeout) }
  }

  /// Sends all lines that wait, waiting for room as often as it takes.
  ///
  /// - Parameter timeout: How long it may take in all.
  /// - Throws: `SocketError` or `CancellationError`. The lines still wait then if nothing of them
  ///   was sent; once a part was, all further flushes fail.
  public func flush(timeout: Timeout = .inherited) async throws {
    guard connection.loop.isHome else {
      return try await connection.loop.perform { try await self.flush(timeout: timeout) }
    }
    guard !stream.outgoing.isEmpty else { return }
    try await stream.writing(timeout) { limit in try await stream.drain(limit) }
  }

  /// Reads the next line, waiting until its end is there.
  ///
  /// - Parameter timeout: How long to wait.
  /// - Returns: The line without its end, bytes that are not UTF-8 as U+FFFD; nil when the peer has
  ///   ended the stream after a whole line, then always nil.
  /// - Throws: As ``MessageConnection/receive(timeout:)``.
  public func read(timeout: Timeout = .inherited) async throws -> String? {
    guard connection.loop.isHome else {
      return try await connection.loop.perform { try await self.read(timeout: timeout) }
    }
    return try await stream.reading(timeout) { limit in
      repeat {
        if let range = try stream.nextArrived() {
          return stream.lend(range) { line in
            line.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
          }
        }
      } while try await stream.waitForMore(limit)
      return nil
    }
  }
}

extension TextLines: AsyncSequence {
  /// Reads one line after the other; several iterators share the lines.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let lines: TextLines
    private var hasEnded = false

    fileprivate init(_ lines: TextLines) { self.lines = lines }

    /// The next line, or nil at the end and after an error; see ``TextLines/read(timeout:)``.
    public mutating func next() async throws -> String? {
      guard !hasEnded else { return nil }
      do {
        if let line = try await lines.read() { return line }
        hasEnded = true
        return nil
      } catch {
        hasEnded = true
        throw error
      }
    }
  }

  /// Starts reading, with the connection's timeout for each line.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}
