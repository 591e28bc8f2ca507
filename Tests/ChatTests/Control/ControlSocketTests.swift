import Messaging
import Sockets
import Testing

@testable import Chat

@Suite("the socket of an operator", .timeLimit(.minutes(5)))
struct ControlSocketTests {
  /// A server with a socket for its operator.
  private struct Controlled: Sendable {
    let loop: EventLoop
    let address: UnixAddress

    func connect() async throws -> TextLines {
      let connection = try await Connect.open(Address(.unix(address)), on: loop)
      return TextLines(connection)
    }
  }

  private static func run(
    _ body: @escaping @Sendable (Controlled) async throws -> Void
  ) async throws {
    try await Served.run { served in
      let path = "/tmp/parley-chat-\(UInt64.random(in: 0 ... .max)).control"
      let address = try #require(UnixAddress(path: path))
      let socket = try await ControlSocket(path, on: served.loop)
      let desk = ControlDesk(served.server, reload: { "" }, stop: {})
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await socket.run(desk) }
        defer { group.cancelAll() }
        try await body(Controlled(loop: served.loop, address: address))
      }
    }
  }

  @Test("sessions that are left open keep nobody out: the one silent longest goes, and is told why")
  func silent() async throws {
    try await Self.run { controlled in
      var sessions: [TextLines] = []
      for _ in 0..<ControlSessions.limit {
        sessions.append(try await controlled.connect())
        #expect(try await sessions.last?.read() == ControlAnswer.greeting)
      }
      try await sessions[0].connection.write("rooms\n")
      #expect(try await sessions[0].read() == "ok")
      let other = try await controlled.connect()
      #expect(try await other.read() == ControlAnswer.greeting)
      #expect(
        try await sessions[1].read()
          == "error: there are too many sessions, and this one was silent longest")
      #expect(try await sessions[1].read() == nil)
      for session in [other, sessions[0], sessions[2]] {
        try await session.connection.write("rooms\n")
        #expect(try await session.read() == "ok")
      }
      for _ in 0..<3 * ControlSessions.limit {
        sessions.append(try await controlled.connect())
        #expect(try await sessions.last?.read() == ControlAnswer.greeting)
      }
      sessions.append(other)
      for session in sessions { session.connection.close() }
    }
  }

  @Test(
    "a line that ends without its end, or never, is not done, and that is told",
    arguments: [
      ("say hello", "error: the last line has no end, so it was not done"),
      (String(repeating: "x", count: 4097), "error: a line has at most 4096 bytes"),
    ])
  func unfinished(text: String, answer: String) async throws {
    try await Self.run { controlled in
      let session = try await controlled.connect()
      try await session.connection.write(text)
      try await session.connection.shutdownWrite()
      #expect(try await session.read() == ControlAnswer.greeting)
      #expect(try await session.read() == answer)
      #expect(try await session.read() == nil)
      session.connection.close()
    }
  }
}
