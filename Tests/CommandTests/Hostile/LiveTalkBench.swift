import Sockets

/// `parley talk --plain --listen` in a pipe, and those who call it.
struct LiveTalkBench: TalkBench {
  private let loop: EventLoop
  private let talk: Listening
  private var sources: [String: Connection] = [:]

  init(on loop: EventLoop) async throws {
    self.loop = loop
    talk = try await Listening("talk", ["--plain", "--nick", "us"], on: .v4)
  }

  mutating func send(_ bytes: [UInt8], from source: String) async throws {
    try await connection(of: source).write(bytes)
  }

  mutating func end(_ source: String) async throws {
    try await connection(of: source).shutdownWrite()
  }

  /// Whoever waits for a line then waits so long.
  func wait(for source: String) {}

  func isClosed(_ source: String) async throws -> Bool {
    try await sources[source]?.readToEnd(atMost: 1 << 20).isEmpty ?? false
  }

  func line() async throws -> String? {
    String(try await talk.process.expect("\n").dropLast())
  }

  func place(of source: String) -> String {
    sources[source]?.localAddress?.description ?? "?"
  }

  private mutating func connection(of source: String) async throws -> Connection {
    if let known = sources[source] { return known }
    let connection = try await Connect.open(Address(talk.place.address), on: loop)
    sources[source] = connection
    return connection
  }

  /// Ends it in order.
  ///
  /// - Returns: How many lines were shown in all.
  func end() async throws -> (ChildProcess.Ending, lines: Int) {
    defer { for connection in sources.values { connection.close() } }
    talk.process.closeInput()
    let ending = try await talk.process.ending()
    return (ending, talk.process.transcript().count { $0 == 0x0A })
  }
}
