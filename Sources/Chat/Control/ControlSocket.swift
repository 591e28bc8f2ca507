internal import Messaging
package import Sockets

/// The socket of a server's operator: lines in, answers out.
///
/// It is a socket file that only its owner may use. Whoever may is trusted to stop the server, but not
/// to hold more of it than a few sessions with one line each. Sessions that are left open keep nobody
/// out: the one that has been silent longest goes for the one too many.
package final class ControlSocket: Sendable {
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
    // Those who are about to go count, too.
    options.maximumConnections = 2 * ControlSessions.limit
    listener = try await Listener.bind(.unix(address), on: loop, options: options)
  }

  /// Answers until cancelled, and removes the file then.
  package func run(_ desk: ControlDesk) async throws {
    defer { listener.close() }
    let sessions = ControlSessions()
    try await listener.run { connection in
      // Here and in what it calls all is on the listener's loop.
      let (number, silent) = sessions.begin(connection)
      defer { sessions.end(number) }
      if let silent { await ControlSocket.dismiss(silent) }
      try await ControlSocket.serve(connection, desk) { sessions.hear(number) }
    }
  }

  /// Ends a session; where there is room in its socket it is told why.
  private static func dismiss(_ connection: Connection) async {
    let answer = ControlAnswer(
      refusal: "there are too many sessions, and this one was silent longest")
    try? await connection.write(answer.bytes, timeout: .after(.milliseconds(100)))
    connection.close()
  }

  private static func serve(
    _ connection: Connection, _ desk: ControlDesk, hear: @Sendable () -> Void
  ) async throws {
    let lines = TextLines(connection, limit: ControlCommand.lineLimit)
    try await connection.write(ControlAnswer.greeting + "\n", timeout: patience)
    while true {
      let line: String?
      do {
        line = try await lines.read(timeout: .none)
      } catch let error as MessagingError {
        let refusal =
          error == .truncated
          ? "the last line has no end, so it was not done"
          : "a line has at most \(ControlCommand.lineLimit) bytes"
        let answer = ControlAnswer(refusal: refusal)
        return try await connection.write(answer.bytes, timeout: patience)
      }
      guard let line else { return }
      hear()
      let (answer, mustStop) = await desk.answer(Array(line.utf8))
      try await connection.write(answer.bytes, timeout: patience)
      if mustStop { desk.stop() }
    }
  }
}
