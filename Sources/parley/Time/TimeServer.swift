import Messaging
import Sockets

/// `parley time --listen`: tells each client the time.
enum TimeServer {
  /// How long a client that has been told may go on sending.
  private static let patience = Timeout.seconds(1)

  static func run(_ options: ListenOptions) -> ExitCode {
    Service("time", options).run { try await tell(LocalTime.now, to: $0) }
  }

  /// Sends the time and its end, then takes in what the client sends: closing with unread input
  /// would reset the connection, and could cost the client the answer.
  static func tell(_ time: LocalTime, to client: Connection) async throws {
    try await client.write(time.ctime)
    try await client.shutdownWrite()
    do {
      _ = try await client.readToEnd(atMost: 65_536, timeout: patience)
    } catch is SocketError {
      // It was told. What it does with its own half of the connection is its affair.
    }
  }
}
