import Messaging
import Sockets

/// The third lesson: one echo server, and a client for bytes and one for lines.
enum ThirdLesson {
  private static let place = "127.0.0.1:2020"

  /// Row 40: echoes for the first who comes, and prints each piece.
  @Sendable
  static func server(_ bench: Workbench) async throws {
    let ready = { @Sendable (addresses: [SocketAddress]) in
      try await bench.terminal.say("server listening on port \(addresses.first?.port ?? 0)")
    }
    try await bench.serveOne(at: bench.place(place), ready: ready) { connection in
      try await bench.terminal.say("client connected")
      var piece: [UInt8]
      repeat {
        piece = try await connection.read(atMost: 4096)
        try await bench.terminal.say("echo \(piece.asPythonBytes)")
        try await connection.write(piece)
      } while !piece.isEmpty
      try await bench.terminal.say("client disconnected")
    }
  }

  /// Row 41: sends lines without their ends, and counts the bytes that come back.
  @Sendable
  static func rawClient(_ bench: Workbench) async throws {
    let address = try bench.place(place)
    try await bench.connect(to: address) { connection in
      try await converse(with: address, on: bench.terminal) { line in
        try await connection.write(line)
        let reply = try await connection.read(exactly: line.utf8.count)
        return String(decoding: reply, as: UTF8.self)
      }
    }
  }

  /// Row 42: sends lines, and reads lines; what is not flushed does not leave.
  @Sendable
  static func lineClient(_ bench: Workbench) async throws {
    let address = try bench.place(place)
    try await bench.connect(to: address) { connection in
      let lines = TextLines(connection)
      try await converse(with: address, on: bench.terminal) { line in
        try await lines.write(line)
        try await lines.flush()
        guard let reply = try await lines.read() else { throw Complaint.serverClosed }
        // The lesson prints the line with its end, and then ends its own.
        return reply + "\n"
      }
    }
  }

  private static func converse(
    with address: Address, on terminal: LessonTerminal,
    _ exchange: (String) async throws -> String
  ) async throws {
    let host = PythonForm.host(of: address)
    try await terminal.say("client connected to \(host) on \(address.port ?? 0)")
    while let line = try await terminal.ask("Enter message to send: ") {
      try await terminal.say("Response \(try await exchange(line))")
    }
  }
}
