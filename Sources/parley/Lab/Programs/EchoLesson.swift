import Sockets

/// The second lesson's echo: a server, a client that stands still for good, and one that does not.
enum EchoLesson {
  /// What the lesson reads at a time.
  private static let chunk = 1024

  /// Row 28: echoes for the first who comes, and prints each piece.
  @Sendable
  static func server(_ bench: Workbench) async throws {
    let terminal = bench.terminal
    let ready = { @Sendable (addresses: [SocketAddress]) in
      try await terminal.say("# echo server listening on port \(addresses.first?.port ?? 0)")
    }
    try await bench.serveOne(at: bench.place(bench.arguments[1]), ready: ready) { connection in
      let peer = PythonForm.of(connection.peerAddress)
      try await terminal.say("# start echoing data from \(peer)")
      while case let piece = try await connection.read(atMost: chunk), !piece.isEmpty {
        try await connection.write(piece)
        try await terminal.say("# echoed \(piece.count) bytes: \(piece.asPythonBytes)")
      }
      try await terminal.say("# connection closed")
    }
  }

  /// Row 29: sends all of its input, and only then reads.
  ///
  /// With more than the two directions hold, nobody reads any more: that is what it teaches. Where the
  /// lesson's own program stands still for good, this one says so after three seconds.
  @Sendable
  static func halfDuplex(_ bench: Workbench) async throws {
    try await converse(bench) { connection in
      let progress = Progress()
      try await withThrowingTaskGroup { group in
        defer { group.cancelAll() }
        group.addTask { try await watch(connection, progress, bench) }
        group.addTask { try await send(to: connection, progress, bench) }
        try await group.next()
      }
      try await connection.shutdownWrite()
      while case let piece = try await connection.read(atMost: chunk), !piece.isEmpty {
        try await bench.terminal.write(piece)
      }
    }
  }

  /// Row 30: reads while it sends, and compares; this is what `parley echo` does.
  @Sendable
  static func fullDuplex(_ bench: Workbench) async throws -> ExitCode {
    do {
      try await converse(bench) { connection in
        try await EchoClient(connection, EchoOptions()).run(.none)
      }
      return .done
    } catch let fault as EchoFault {
      return try fault.said()
    }
  }

  private static func converse(
    _ bench: Workbench, _ body: @escaping @Sendable (Connection) async throws -> Void
  ) async throws {
    let address = try bench.place(bench.arguments[1])
    try await bench.connect(to: address) { connection in
      try await bench.terminal.say("# connected to \(PythonForm.of(address))")
      try await body(connection)
      try await bench.terminal.say("# connection closed")
    }
  }

  private static func send(
    to connection: Connection, _ progress: Progress, _ bench: Workbench
  ) async throws {
    while case var rest = try await bench.terminal.read()[...], !rest.isEmpty {
      while !rest.isEmpty {
        let piece = Array(rest.prefix(chunk))
        rest = rest.dropFirst(chunk)
        progress.isWriting = true
        try await connection.write(piece)
        progress.isWriting = false
        progress.sent += piece.count
      }
    }
  }

  /// Returns never; throws when three seconds have passed in which no byte has moved while one should.
  private static func watch(
    _ connection: Connection, _ progress: Progress, _ bench: Workbench
  ) async throws {
    var still = Standstill()
    while true {
      try await bench.loop.sleep(for: bench.options.pace / 4)
      let queued = try connection.queued()
      let numbers = [progress.sent, queued.unacknowledged, queued.unread]
      guard still.has(numbers, isWriting: progress.isWriting) else { continue }
      throw Complaint(
        """
        nothing has moved for \(bench.options.pace * 3), after \(progress.sent) bytes sent: \
        \(queued.unread) bytes of the echo are here, and this client reads only when it has sent \
        everything, so the server can send no more and takes no more. Row 30 reads while it sends
        """)
    }
  }

  /// How far the sending is.
  private final class Progress: @unchecked Sendable {
    // @unchecked: confined to the loop's thread.
    var sent = 0
    var isWriting = false
  }
}

/// Tells a stream that stands still from one that is slow, by a look at it four times a second.
struct Standstill {
  private var before: [Int] = []
  private var quarters = 0

  /// Whether for three seconds the numbers have been the same, while somebody wanted to write.
  mutating func has(_ numbers: [Int], isWriting: Bool) -> Bool {
    quarters = isWriting && numbers == before ? quarters + 1 : 0
    before = numbers
    return quarters >= 12
  }
}
