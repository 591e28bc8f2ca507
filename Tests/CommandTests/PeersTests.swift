import Testing

@testable import parley

/// The stand-ins for the lessons' programs must themselves be what they claim.
@Suite("Python peers")
struct PeersTests {
  private func python(_ script: String, _ arguments: String...) throws -> ChildProcess {
    try ChildProcess(try Peer.python3.find(), [Tree.script(script)] + arguments)
  }

  @Test("a message goes to all the others and not back", .needs(.python3))
  func queueServer() async throws {
    let server = try python("server_dec10.py")
    let port = String(try await server.expect("\n").dropLast())
    let clients = try (0..<3).map { _ in try python("chat_dec10.py", "127.0.0.1", port) }
    // Whoever has heard another is known to the server, so first each one is made to be heard.
    for (index, client) in clients.enumerated() {
      try await hear("hello \(index)", from: client, at: clients.filter { $0 !== client })
    }
    try clients[0].write("è €\n")
    try await clients[1].expect("è €\n")
    try await clients[2].expect("è €\n")
    #expect(!String(decoding: clients[0].transcript(), as: UTF8.self).contains("è"))
    clients[1].closeInput()
    #expect(try await clients[1].ending() == .exited(0))
    try clients[2].write("still here\n")
    try await clients[0].expect("still here\n")
  }

  /// Says a text until all the others have it: a client may not have been accepted yet.
  private func hear(_ text: String, from speaker: ChildProcess, at others: [ChildProcess])
    async throws
  {
    for other in others {
      for attempt in 1... {
        try speaker.write(text + "\n")
        let limit: Duration = attempt < 100 ? .milliseconds(100) : .zero
        if (try? await other.expect(text + "\n", within: limit)) != nil { break }
        try #require(attempt < 100, "\(text) was not heard")
      }
    }
  }

  @Test(
    "a length-prefixed client writes whole frames and reads them",
    .needs(.python3, .socat), arguments: [("chat_u16.py", 2), ("chat_u32.py", 4)])
  func prefixes(script: String, width: Int) async throws {
    let server = try ChildProcess(
      try Peer.socat.find(), ["-d", "-d", "TCP-LISTEN:0,bind=127.0.0.1", "-"])
    let announcement = try await server.output(from: .errors) {
      $0.contains("listening on AF=2 127.0.0.1:") && $0.last == "\n"
    }
    let port = try #require(
      announcement.split(separator: "\n").first { $0.contains("listening on AF=2") }?
        .split(separator: ":").last)
    let client = try python(script, "127.0.0.1", String(port), "--nick", "Al ice")
    try client.write("è €\n")
    // The year of the chat text is what follows the header.
    try await server.expect("] Al ice:\n\tè €")
    let frame = server.transcript()
    let length = frame.prefix(width).reduce(0) { $0 << 8 | Int($1) }
    #expect(length == frame.count - width)
    #expect(frame.dropFirst(width).first == UInt8(ascii: "["))
    let payload = "[2024-02-03T12:15:00] Bob:\n\thi €"
    let header = (0..<width).reversed().map {
      UInt8(truncatingIfNeeded: payload.utf8.count >> ($0 * 8))
    }
    try server.write(header + Array(payload.utf8))
    try await client.expect(payload + "\n")
    server.closeInput()
    #expect(try await client.ending() == .exited(0))
    try await client.expect("* closed", from: .errors)
  }
}
