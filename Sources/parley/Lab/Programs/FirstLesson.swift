import Messaging
import Sockets

/// The first lesson: a request, the time, and echoes.
enum FirstLesson {
  /// Row 1: one request, and the reply until the server has ended it.
  @Sendable
  static func get(_ bench: Workbench) async throws {
    try await bench.connect(to: bench.place("www.python.org:80")) { connection in
      try await connection.write("GET /index.html HTTP/1.0\r\n\r\n")
      try await bench.terminal.write(Array("Response: ".utf8))
      while case let piece = try await connection.read(atMost: 1000), !piece.isEmpty {
        try await bench.terminal.write(piece)
      }
      try await bench.terminal.say("")
    }
  }

  /// Row 2: the time for everybody who connects.
  @Sendable
  static func timeServer(_ bench: Workbench) async throws {
    try await bench.serve(at: bench.place("12345")) { connection in
      try await bench.terminal.say("Connection from \(PythonForm.of(connection.peerAddress))")
      try await connection.write(LocalTime.now.ctime)
    }
  }

  /// Row 3: the time that a server tells.
  @Sendable
  static func timeClient(_ bench: Workbench) async throws {
    try await bench.connect(to: bench.place("localhost:12345")) { connection in
      let time = try await connection.readToEnd(atMost: 4096)
      try await bench.terminal.say("Current time is: \(String(decoding: time, as: UTF8.self))")
    }
  }

  /// Row 5: one line there and back, counted in bytes.
  @Sendable
  static func echoClient(_ bench: Workbench) async throws {
    try await bench.connect(to: bench.place("localhost:12345")) { connection in
      guard let line = try await bench.terminal.ask("Say >") else { return }
      try await connection.write(line)
      let reply = try await connection.read(exactly: line.utf8.count)
      try await bench.terminal.say("Received > \(String(decoding: reply, as: UTF8.self))")
    }
  }

  /// Row 7: messages behind ten digits of length, sent back whole.
  @Sendable
  static func frameServer(_ bench: Workbench) async throws {
    try await bench.serve(at: bench.place("12345")) { connection in
      try await bench.terminal.say("Connection from: \(PythonForm.of(connection.peerAddress))")
      let peer = MessageConnection(connection, framing: .dec10)
      try await peer.forEach { message, replies in try replies.send(message) }
    }
  }

  /// Row 7: each line as a message, until an empty one.
  @Sendable
  static func frameClient(_ bench: Workbench) async throws {
    try await bench.connect(to: bench.place("localhost:12345")) { connection in
      let peer = MessageConnection(connection, framing: .dec10)
      while let line = try await bench.terminal.ask("Say >"), !line.isEmpty {
        try await peer.send(line)
        guard let reply = try await peer.receive() else { throw Complaint.serverClosed }
        try await bench.terminal.say("Received > \(String(decoding: reply, as: UTF8.self))")
      }
    }
  }
}

extension Complaint {
  /// The server has ended the stream where a reply should be.
  static let serverClosed = Complaint("the server has closed the connection")
}
