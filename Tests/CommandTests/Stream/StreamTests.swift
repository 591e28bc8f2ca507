import Glibc
import Sockets
import Testing

@Suite("parley stream")
struct StreamTests {
  private func listen(_ loopback: Loopback = .v4) async throws -> Listening {
    try await Listening(["stream", "--listen", loopback.anyPort])
  }

  private func stream(_ arguments: String...) async throws -> Finished {
    let child = try ChildProcess(try Tree.parley(), ["stream"] + arguments)
    child.closeInput()
    return try await child.finished()
  }

  /// Ends a receiver; what it has counted of its one sender.
  private func end(_ server: Listening) async throws -> [String: Int] {
    #expect(try await server.end() == .exited(0))
    let text = String(decoding: server.process.transcript(), as: UTF8.self)
    let lines = text.split(separator: "\n")
    guard lines.count == 1, let start = text.firstRange(of: ": ") else { throw ToolError(text) }
    var counts: [String: Int] = [:]
    for part in text[start.upperBound...].dropLast().split(separator: ", ") {
      let words = part.split(separator: " ", maxSplits: 1)
      guard words.count == 2 else { continue }
      if let count = Int(words[0]) { counts[String(words[1])] = count }
      if words[0] == "highest" { counts["highest"] = Int(words[1]) }
    }
    return counts
  }

  @Test("what is sent at a gentle pace all arrives", arguments: Loopback.allCases)
  func gentle(loopback: Loopback) async throws {
    let server = try await listen(loopback)
    let sent = try await stream("500", server.place.address, "--rate", "5000", "--size", "900")
    #expect(sent.ending == .exited(0), "\(sent)")
    #expect(sent.errors.contains("500 sent, 0 refused"), "\(sent)")
    let counts = try await end(server)
    #expect(counts["received"] == 500, "\(counts)")
    #expect(counts["lost"] == 0 && counts["twice"] == 0, "\(counts)")
    #expect(counts["highest"] == 499)
  }

  @Test("a pace and a size without anything to send are refused", arguments: ["--rate", "--size"])
  func idle(option: String) async throws {
    let child = try ChildProcess(
      try Tree.parley(), ["stream", "--listen", Loopback.v4.anyPort, option, "64"])
    child.closeInput()
    let finished = try await child.finished()
    #expect(finished.ending == .exited(2))
    #expect(finished.errors.contains("are for sending"))
  }

  @Test("at full speed it does not crash, and the counters add up")
  func full() async throws {
    let server = try await listen()
    let sent = try await stream("20000", server.place.address)
    #expect(sent.ending == .exited(0), "\(sent)")
    let counts = try await end(server)
    let highest = try #require(counts["highest"])
    #expect((counts["received"] ?? -1) + (counts["lost"] ?? -1) == highest + 1, "\(counts)")
  }

  @Test("losses, copies and detours on the way are counted")
  func counted() async throws {
    let server = try await listen()
    let target = try #require(try await Resolver().resolve(Address(server.place.address)).first)
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let socket = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      for number in [0, 1, 5, 3, 3, 9] {
        let text = "[2026-11-21T03:17:49.286345] Streamer:\n\tNumber \(number)"
        try await socket.send(text, to: target)
      }
      for junk in ["", "x", "[2026-11-21T03:17:49] Ann:\n\tNumber x", "Number 99"] {
        try await socket.send(junk, to: target)
      }
    }
    let counts = try await end(server)
    #expect(
      counts.filter { !$0.key.contains("second") } == [
        "received": 5, "lost": 5, "twice": 1, "out of order": 1, "highest": 9,
        "without a number": 4,
      ])
  }

  @Test("the texts are chat texts of 48 bytes, for every target")
  func texts() async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let sockets = [
        try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop),
        try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop),
      ]
      let sent = try await stream(
        "3", "\(sockets[0].localAddress)", "\(sockets[1].localAddress)")
      #expect(sent.ending == .exited(0), "\(sent)")
      for socket in sockets {
        for number in 0..<3 {
          let datagram = try await socket.receive()
          #expect(datagram.text.hasSuffix("] Streamer:\n\tNumber \(number)"))
          // The time has microseconds but for one in a million.
          #expect([48, 41].contains(datagram.bytes.count))
        }
      }
    }
  }

  @Test("a target that fails does not end the others, and is named")
  func failing() async throws {
    let server = try await listen()
    let sent = try await stream(
      "10", "127.0.0.1:0", server.place.address, "255.255.255.255:9", "nobody.invalid:9")
    #expect(sent.ending != .exited(0))
    #expect(sent.errors.contains("nobody can be on port 0"), "\(sent)")
    #expect(sent.errors.contains("nobody.invalid"), "\(sent)")
    #expect(sent.errors.contains("255.255.255.255:9: 0 sent, 10 refused"), "\(sent)")
    #expect(sent.errors.contains("\(server.place.address): 10 sent, 0 refused"), "\(sent)")
    let counts = try await end(server)
    #expect(counts["received"] == 10, "\(counts)")
  }

  @Test("a signal ends it in order, with its summary", arguments: [SIGINT, SIGTERM])
  func signal(number: CInt) async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let socket = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      let child = try ChildProcess(
        try Tree.parley(), ["stream", "999999999", "\(socket.localAddress)"])
      _ = try await socket.receive()
      child.signal(number)
      let finished = try await child.finished()
      #expect(finished.ending == .exited(0), "\(finished)")
      #expect(finished.errors.contains(" sent, 0 refused"), "\(finished)")
    }
  }

  @Test("on a terminal it says every second how it goes")
  func terminal() async throws {
    let child = try ChildProcess(
      try Tree.parley(), ["stream", "--listen", "127.0.0.1:0"], on: .terminal(columns: 120, rows: 9)
    )
    try await child.expect("listening on ")
    let place = try Place(String(try await child.expect("\r\n").dropLast()))
    let sender = try ChildProcess(
      try Tree.parley(), ["stream", "999999999", place.address, "--rate", "1000"])
    try await child.expect(" a second")
    try await child.expect(" a second")
    sender.signal(SIGTERM)
    _ = try await sender.finished()
    child.signal(SIGTERM)
    #expect(try await child.ending() == .exited(0))
  }
}
