import Sockets

/// The fourth lesson: one answer, a dialogue in two terminals, and its echo.
enum FourthLesson {
  private static let place = "127.0.0.1:50000"
  private static let echoPlace = "localhost:10000"
  private static let chunk = 16

  /// Row 44: a request of at most 16 bytes, one answer, the end; then the next client.
  @Sendable
  static func oneShot(_ bench: Workbench) async throws {
    try await bench.serve(at: bench.place(place)) { connection in
      _ = try await connection.read(atMost: 16)
      try await answer("message received", on: connection)
    }
  }

  /// Row 45: waits for a question, answers it, and is done.
  @Sendable
  static func answering(_ bench: Workbench) async throws {
    try await bench.serveOne(at: bench.place(place)) { connection in
      var question: [UInt8] = []
      while question.count < 32,
        try await connection.read(into: &question, atMost: 32 - question.count) > 0
      {}
      try await bench.terminal.say(String(decoding: question, as: UTF8.self))
      try await answer("Yes, I hear you.", on: connection)
    }
  }

  /// Says the last word, and reads on until the peer has, too: closing with unread input would reset
  /// the connection, and the answer could be lost.
  private static func answer(_ text: String, on connection: Connection) async throws {
    try await connection.write(text)
    try await connection.shutdownWrite()
    while try await !connection.read(timeout: .seconds(10)).isEmpty {}
  }

  /// Row 45: asks, says that this was all, and prints the answer.
  @Sendable
  static func asking(_ bench: Workbench) async throws {
    try await bench.connect(to: bench.place(place)) { connection in
      try await connection.write("Hey, can you hear me?")
      try await connection.shutdownWrite()
      let answer = try await connection.readToEnd(atMost: 65_536)
      try await bench.terminal.say(String(decoding: answer, as: UTF8.self))
    }
  }

  /// Row 46: echoes for everybody, in pieces of 16 bytes, and tells what it does.
  @Sendable
  static func echoServer(_ bench: Workbench) async throws {
    let terminal = bench.terminal
    let ready = { @Sendable (addresses: [SocketAddress]) in
      for address in addresses { terminal.remark("making a server on \(address)") }
      terminal.remark("waiting for a connection")
    }
    do {
      try await bench.serve(at: bench.place("127.0.0.1:10000"), ready: ready) { connection in
        terminal.remark("connection - \(connection.peerAddress)")
        while case let piece = try await connection.read(atMost: chunk), !piece.isEmpty {
          let text = String(decoding: piece, as: UTF8.self)
          try await terminal.say("received \"\(text)\"")
          try await connection.write(piece)
          try await terminal.say("sent \"\(text)\"")
        }
        terminal.remark("echo complete, client connection closed")
        terminal.remark("waiting for a connection")
      }
    } catch is CancellationError {
      terminal.remark("quitting echo server")
    }
  }

  /// Row 46: sends its argument, and knows by the number of bytes when all of it is back.
  @Sendable
  static func echoClient(_ bench: Workbench) async throws -> ExitCode {
    let terminal = bench.terminal
    guard bench.arguments.count == 2 else {
      terminal.remark("\nusage: python echo_client.py \"this is my message\"\n")
      return .wrong
    }
    let text = bench.arguments[1]
    let address = try bench.place(echoPlace)
    terminal.remark("connecting to \(PythonForm.host(of: address)) port \(address.port ?? 0)")
    try await bench.connect(to: address) { connection in
      defer { terminal.remark("closing socket") }
      terminal.remark("sending \"\(text)\"")
      try await connection.write(text)
      var missing = text.utf8.count
      while missing > 0 {
        let piece = try await connection.read(atMost: min(missing, chunk))
        guard !piece.isEmpty else { throw Complaint.serverClosed }
        terminal.remark("received \"\(String(decoding: piece, as: UTF8.self))\"")
        missing -= piece.count
      }
    }
    return .done
  }
}
