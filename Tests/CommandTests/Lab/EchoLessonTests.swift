import Sockets
import Testing

@testable import parley

@Suite("Rows 28 to 30, with the lessons' lines")
struct EchoLessonTests {
  /// Starts row 28 on a free port, which its first line tells.
  private func server() async throws -> (process: ChildProcess, place: Place) {
    let process = try ChildProcess.row(28, "server", "127.0.0.1:0")
    try await process.expect("# echo server listening on port ")
    let port = try await process.expect("\n").dropLast()
    return (process, Place(host: "127.0.0.1", port: String(port)))
  }

  @Test(
    "row 28 prints what the lesson's server prints, and ends after its client", .needs(.python3))
  func log() async throws {
    let input = Array("h\u{e9} 'x'\\\t\"\n".utf8) + [0, 127, 255]
    let ours = try await server()
    let theirs = try await LessonServer("logging-echo")
    var logs: [String] = []
    for (process, place) in [ours, (theirs.process, theirs.place)] {
      let bytes = try await EventLoop.run { loop in
        try await Connect.to(Address(place.address), on: loop, resolver: .shared) { connection in
          for piece in [input, Array("'".utf8)] {
            try await connection.write(piece)
            guard try await connection.read(exactly: piece.count) == piece else { return false }
          }
          try await connection.shutdownWrite()
          return try await connection.read().isEmpty
        }
      }
      #expect(bytes)
      let end = try await process.finished()
      #expect(end.ending == .exited(0))
      // The numbers of the ports are all that may differ.
      logs.append(end.text.split { $0.isNumber }.joined(separator: "N"))
    }
    #expect(logs[0] == logs[1])
    #expect(logs[0].hasSuffix("# connection closed\n"))
  }

  @Test(
    "rows 29 and 30 give back what they were given, between their two lines", .needs(.python3),
    arguments: [29, 30])
  func clients(row: Int) async throws {
    for bytes in [[], Array("hello\n".utf8), Pattern.bytes(200_003)] {
      let theirs = try await LessonServer("logging-echo")
      let client = try ChildProcess.row(row, "client", "localhost:\(theirs.place.port)")
      let end = try await client.finished(fed: bytes)
      let first = Array("# connected to ('localhost', \(theirs.place.port))\n".utf8)
      let isWhole = end.output == first + bytes + Array("# connection closed\n".utf8)
      #expect(isWhole, "\(end.output.count) bytes; \(end.errors)")
      #expect(end.ending == .exited(0) && end.errors.isEmpty)
    }
  }

  @Test("row 29 stands still with more than both directions hold, and says so")
  func deadlock() async throws {
    try await serving { connection in
      try await connection.forEach { bytes, replies in replies.write(bytes) }
    } _: { place in
      let client = try ChildProcess.row(29, "client", place.address, "--pace", "0.1")
      let end = try await client.finished(fed: Pattern.bytes(64 << 20), within: .seconds(60))
      #expect(end.ending == .exited(1))
      #expect(end.text == "# connected to ('127.0.0.1', \(place.port))\n")
      let words = end.errors.split(separator: " ")
      let sent = try #require(words.drop { $0 != "after" }.dropFirst().first.flatMap { Int($0) })
      #expect(sent > 0 && sent < 64 << 20)
      #expect(end.errors.hasPrefix("parley lab: nothing has moved for "))
      #expect(end.errors.hasSuffix("Row 30 reads while it sends\n"))
    }
  }

  @Test("only what has not moved for three seconds, while it should, stands still")
  func standstill() {
    var still = Standstill()
    func quarters(_ count: Int, _ numbers: [Int], isWriting: Bool = true) -> Bool {
      (0..<count).map { _ in still.has(numbers, isWriting: isWriting) }.contains(true)
    }
    // The first look has nothing to compare with.
    #expect(!quarters(12, [5, 6, 7]))
    // Any of the three is movement.
    #expect(!quarters(12, [6, 6, 7]) && !quarters(12, [6, 5, 7]) && !quarters(12, [6, 5, 8]))
    // Whoever waits for somebody to type does not stand still.
    #expect(!quarters(100, [6, 5, 8], isWriting: false))
    #expect(!quarters(11, [6, 5, 8]) && quarters(1, [6, 5, 8]))
  }

  @Test("row 30 goes on with more than both directions hold")
  func fullDuplex() async throws {
    let count = 64 << 20
    try await serving { connection in
      try await connection.forEach { bytes, replies in replies.write(bytes) }
    } _: { place in
      let command = "\(try Tree.parley()) lab row 30 client \(place.address)"
      let shell = try ChildProcess(
        "/bin/sh", ["-c", "head -c \(count) /dev/zero | \(command) | wc -c"])
      let end = try await shell.finished(within: .seconds(60))
      let lines = "# connected to ('127.0.0.1', \(place.port))\n# connection closed\n"
      #expect(end.text == "\(count + lines.utf8.count)\n" && end.errors.isEmpty)
    }
  }

  @Test("row 30 shows both sides of a wrong byte, and ends with 1")
  func corrupted() async throws {
    try await serving { connection in
      var bytes = try await connection.read(exactly: 6)
      bytes[4] = UInt8(ascii: "!")
      try await connection.dribble(bytes)
    } _: { place in
      let client = try ChildProcess.row(30, "client", place.address)
      let end = try await client.finished(fed: Array("hello\n".utf8))
      #expect(end.ending == .exited(1))
      let lines = end.errors.split(separator: "\n")
      try #require(lines.count == 4)
      #expect(lines[0] == "Wrong echoed data:")
      #expect(lines[1].hasPrefix("     local: b'") && lines[2].hasPrefix("    remote: b'"))
      #expect(lines[3].hasSuffix("offset: 4"))
    }
  }
}
