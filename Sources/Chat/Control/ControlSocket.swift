internal import Messaging
package import Sockets

/// The socket of a server's operator: lines in, answers out.
///
/// It is a socket file that only its owner may use. Whoever may is trusted to stop the server, but not
/// to hold more of it than a few sessions with one line each.
package final class ControlSocket: Sendable {
  /// How many may be connected at a time.
  private static let sessionLimit = 16
  /// How long an operator may take to read an answer.
  private static let patience = Timeout.after(.seconds(10))

  private let listener: Listener

  /// Makes the socket file, in place of one that nobody listens on any more.
  package init(_ path: String, on loop: EventLoop) async throws {
    guard let address = UnixAddress(path: path) else {
      throw ControlMistake(
        "\(path): a path of a socket has 1 to \(UnixAddress.maximumLength) bytes")
    }
    var options = Listener.Options()
    options.maximumConnections = ControlSocket.sessionLimit
    listener = try await Listener.bind(.unix(address), on: loop, options: options)
  }

  /// Answers until cancelled, and removes the file then.
  package func run(_ desk: ControlDesk) async throws {
    defer { listener.close() }
    try await listener.run { try await ControlSocket.serve($0, desk) }
  }

  private static func serve(_ connection: Connection, _ desk: ControlDesk) async throws {
    let lines = TextLines(connection, limit: ControlCommand.lineLimit)
    try await connection.write(ControlAnswer.greeting + "\n", timeout: patience)
    while true {
      let line: String?
      do {
        line = try await lines.read(timeout: .none)
      } catch is MessagingError {
        let answer = ControlAnswer(
          refusal: "a line has at most \(ControlCommand.lineLimit) bytes")
        return try await connection.write(answer.bytes, timeout: patience)
      }
      guard let line else { return }
      let (answer, mustStop) = await desk.answer(Array(line.utf8))
      try await connection.write(answer.bytes, timeout: patience)
      if mustStop { desk.stop() }
    }
  }
}
