import Sockets
import Wire

/// An answer as it comes from a connection.
struct AnswerStream {
  private let connection: Connection
  private var decoder = HTTPDecoder()
  private var hasEnded = false

  init(_ connection: Connection) { self.connection = connection }

  /// The next event, waiting until there is one; nil behind the last.
  mutating func next() async throws -> HTTPDecoder.Event? {
    while !hasEnded {
      if let event = try decoder.next() {
        if event == .end { hasEnded = true }
        return event
      }
      guard let bytes = try await nextBytes() else {
        hasEnded = true
        return try decoder.finish()
      }
      decoder.receive(bytes)
    }
    return nil
  }

  /// What the server sends, as it comes; nil at the end of the stream.
  func nextBytes() async throws -> [UInt8]? {
    let bytes = try await connection.read()
    return bytes.isEmpty ? nil : bytes
  }

  /// Whether these bytes, the next ones, hold the end of the answer.
  mutating func hasEnd(after bytes: [UInt8]) throws(HTTPError) -> Bool {
    decoder.receive(bytes)
    while let event = try decoder.next() {
      if case .end = event { hasEnded = true }
    }
    return hasEnded
  }

  /// Says that the stream has ended; throws when something is missing.
  mutating func checkEnd() throws(HTTPError) {
    if !hasEnded { _ = try decoder.finish() }
  }
}
