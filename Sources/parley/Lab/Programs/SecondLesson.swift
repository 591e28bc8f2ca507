import Glibc
import Messaging
import Sockets

/// The second lesson: how dialling fails, how half a connection ends, and messages in a stream.
enum SecondLesson {
  /// Row 24: connects, and says what it means when that fails.
  @Sendable
  static func dial(_ bench: Workbench) async throws {
    do {
      try await bench.connect(to: bench.place(bench.arguments[0])) { _ in }
    } catch let error as SocketError {
      switch ExitCode(error) {
      case .refused:
        // The lesson's spelling.
        try await bench.terminal.say(
          "The server is reachable but not wlling to accept the connection")
      case .timedOut:
        try await bench.terminal.say("The server is not reachable")
        try await bench.terminal.say("This may occur after a LONG while")
      default: break
      }
      throw error
    }
  }

  /// Row 25: sends its input and ends that direction; the other one goes on until the peer ends it.
  @Sendable
  static func halfClose(_ bench: Workbench) async throws {
    try await bench.connect(to: bench.place(bench.arguments[0])) { connection in
      try await withThrowingTaskGroup { group in
        group.addTask {
          while case let piece = try await bench.terminal.read(), !piece.isEmpty {
            try await connection.write(piece)
          }
          try await connection.shutdownWrite()
        }
        while case let piece = try await connection.read(atMost: 4096), !piece.isEmpty {
          try await bench.terminal.write(piece)
        }
        try await bench.terminal.say("The remote is over with the data")
        try await group.waitForAll()
      }
    }
  }

  /// Row 27: three messages behind four bytes of length, then the end.
  @Sendable
  static func sender(_ bench: Workbench) async throws {
    try await bench.connect(to: bench.place(bench.arguments[1])) { connection in
      let peer = MessageConnection(connection, framing: .u32)
      try await peer.send("The user pressed UP and RIGHT")
      try await peer.send("The user released RIGHT, and pressed LEFT")
      try await peer.send("The user released LEFT")
      try await connection.shutdownWrite()
    }
  }

  /// Row 27: such messages from the first who comes, until the end between two of them.
  @Sendable
  static func receiver(_ bench: Workbench) async throws {
    try await bench.serveOne(at: bench.place(bench.arguments[1])) { connection in
      for try await message in MessageConnection(connection, framing: .u32) {
        let text = String(decoding: message, as: UTF8.self)
        try await bench.terminal.say("Use received message \(text) to do something")
      }
      try await connection.shutdownRead()
    }
  }
}
