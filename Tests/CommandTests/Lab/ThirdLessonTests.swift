import Sockets
import Testing

@testable import parley

@Suite("Rows 40 to 42, with the lessons' lines")
struct ThirdLessonTests {
  /// Starts row 40 on a free port, which its first line tells.
  private func server() async throws -> (process: ChildProcess, place: Place) {
    let process = try ChildProcess.row(40, "--at", "127.0.0.1:0")
    try await process.expect("server listening on port ")
    let port = try await process.expect("\n").dropLast()
    return (process, Place(host: "127.0.0.1", port: String(port)))
  }

  @Test("row 40 prints each piece, and ends after its client", .needs(.python3))
  func log() async throws {
    let (process, place) = try await server()
    let client = try await ChildProcess.lesson("ask", place).finished(fed: Array("héllo €\n".utf8))
    #expect(client.text.contains("Response héllo €\n"))
    let end = try await process.finished()
    let log = #"""
      server listening on port \#(place.port)
      client connected
      echo b'h\xc3\xa9llo \xe2\x82\xac'
      echo b''
      client disconnected

      """#
    #expect(end.text == log && end.errors.isEmpty && end.ending == .exited(0))
  }

  @Test("rows 41 and 42 speak with row 40 as with the lesson's server", .needs(.python3))
  func clients() async throws {
    for ours in [true, false] {
      for (row, extra) in [(41, ""), (42, "\n")] {
        let mine = ours ? try await server() : nil
        let theirs = ours ? nil : try await LessonServer("one-client-echo")
        let place = try #require(mine?.place ?? theirs?.place)
        let end = try await ChildProcess.row(row, "--at", place.address)
          .finished(fed: Array("hello\n\nè €\n".utf8))
        let question = "Enter message to send: "
        let conversation =
          "client connected to 127.0.0.1 on \(place.port)\n"
          + ["hello", "", "è €"].map { "\(question)Response \($0)\n\(extra)" }.joined() + question
        #expect(end.text == conversation)
        #expect(end.ending == .exited(0) && end.errors.isEmpty)
      }
    }
  }

  @Test("row 41 takes a reply in two parts for one, and 10 kB for a line")
  func parts() async throws {
    try await serving { connection in
      try await connection.dribble(try await connection.read(exactly: 6))
      try await connection.forEach { bytes, replies in replies.write(bytes) }
    } _: { place in
      let long = String(repeating: "0123456789", count: 1000)
      let end = try await ChildProcess.row(41, "--at", place.address)
        .finished(fed: Array("abcdef\n\(long)\n".utf8))
      #expect(end.text.contains("Response abcdef\n"))
      #expect(end.text.contains("Response \(long)\n"))
    }
  }

  @Test("row 42 takes lines that end with LF, split anywhere, and stops at the end of the stream")
  func lines() async throws {
    try await serving { connection in
      let request = try await connection.read(exactly: 7)
      guard request == Array("hello\r\n".utf8) else { return }
      try await connection.dribble(Array("wörld\n".utf8))
    } _: { place in
      let end = try await ChildProcess.row(42, "--at", place.address)
        .finished(fed: Array("hello\nagain\n".utf8))
      #expect(end.text.contains("Response wörld\n\n"))
      // Who has closed may also answer the next line with a reset.
      #expect(end.ending == .exited(1) || end.ending == .exited(14))
    }
  }
}
