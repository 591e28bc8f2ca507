import Sockets
import Testing

@testable import parley

@Suite("Rows 1 to 7, with the lessons' lines")
struct FirstLessonTests {
  @Test("row 1 sends its 28 bytes and prints all of the reply, however it comes")
  func get() async throws {
    let replies = [
      Array("HTTP/1.0 404 Not Found\r\n\r\nn\u{f6}".utf8), Pattern.bytes(10_000_000), [],
    ]
    for reply in replies {
      try await serving { connection in
        let request = try await connection.read(exactly: 28)
        guard request == Array("GET /index.html HTTP/1.0\r\n\r\n".utf8) else { return }
        if reply.count < 100 {
          try await connection.dribble(reply)
        } else {
          try await connection.write(reply)
        }
      } _: { place in
        let end = try await ChildProcess.row(1, "--at", place.address).finished()
        #expect(end.output == Array("Response: ".utf8) + reply + [10])
        #expect(end.ending == .exited(0) && end.errors.isEmpty)
      }
    }
  }

  @Test(
    "row 2 tells the time to everybody, also after a reset, and again on the same port",
    .needs(.python3), arguments: Loopback.allCases)
  func timeServer(_ loopback: Loopback) async throws {
    let server = try await Listening(["lab", "row", "2", "--at", loopback.anyPort])
    try await EventLoop.run { loop in
      let address = try Address(server.place.address)
      try await Connect.to(address, on: loop, resolver: .shared) { $0.abort() }
      // One that stays connected, while the next is served.
      try await Connect.to(address, on: loop, resolver: .shared) { _ in
        let end = try await ChildProcess.lesson("current-time", server.place).finished()
        #expect(end.text.utf8.count == "Current time is: Thu Jan  1 00:00:00 1970\n".utf8.count)
      }
    }
    let lines = String(decoding: server.process.transcript(), as: UTF8.self).split(separator: "\n")
    let tail = loopback == .v4 ? ")" : ", 0, 0)"
    #expect(
      lines.allSatisfy {
        $0.hasPrefix("Connection from ('\(loopback.rawValue)', ") && $0.hasSuffix(tail)
      })
    #expect(try await server.end() == .exited(0))
    let again = try await Listening(["lab", "row", "2", "--at", server.place.address])
    #expect(try await again.end() == .exited(0))
  }

  @Test("row 3 prints the time, also when it comes byte by byte", .needs(.python3))
  func timeClient() async throws {
    let server = try await LessonServer("time-server")
    let asked = try await ChildProcess.row(3, "--at", server.place.address).finished()
    #expect(asked.text.hasPrefix("Current time is: ") && asked.output.count == 17 + 24 + 1)
    let time = "Thu Jan  1 00:00:00 1970"
    try await serving {
      try await $0.dribble(Array(time.utf8))
    } _: { place in
      let end = try await ChildProcess.row(3, "--at", place.address).finished()
      #expect(end.text == "Current time is: \(time)\n")
      #expect(end.ending == .exited(0) && end.errors.isEmpty)
    }
  }

  @Test("row 5 counts bytes, and waits for all of them", .needs(.python3))
  func echoClient() async throws {
    let server = try await LessonServer("raw-echo")
    for line in ["hello", "è €", ""] {
      let client = try ChildProcess.row(5, "--at", server.place.address)
      let end = try await client.finished(fed: Array("\(line)\n".utf8))
      #expect(end.text == "Say >Received > \(line)\n")
      #expect(end.ending == .exited(0) && end.errors.isEmpty)
    }
    try await serving { connection in
      try await connection.dribble(try await connection.read(exactly: 6))
    } _: { place in
      let end = try await ChildProcess.row(5, "--at", place.address).finished(
        fed: Array("è €\n".utf8))
      #expect(end.text == "Say >Received > è €\n")
    }
  }

  @Test(
    "row 7 speaks with the lesson's program at either end", .needs(.python3),
    arguments: Loopback.allCases)
  func frames(_ loopback: Loopback) async throws {
    let input = "hello\nè €\n\n"
    let said = "Say >Received > hello\nSay >Received > è €\nSay >"

    let ours = try await Listening(["lab", "row", "7", "server", "--at", loopback.anyPort])
    let theirs = try await ChildProcess.lesson("say-framed", ours.place)
      .finished(fed: Array(input.utf8))
    #expect(theirs.text == said)
    let log = String(decoding: ours.process.transcript(), as: UTF8.self)
    #expect(log.hasPrefix("Connection from: ('\(loopback.rawValue)', ") && log.hasSuffix(")\n"))
    #expect(try await ours.end() == .exited(0))

    let server = try await LessonServer("framed-echo", on: loopback)
    let end = try await ChildProcess.row(7, "client", "--at", server.place.address)
      .finished(fed: Array(input.utf8))
    #expect(end.text == said)
    #expect(end.ending == .exited(0) && end.errors.isEmpty)
  }

  @Test("row 7 ends with 1 when the reply is cut, missing or no message")
  func brokenFrames() async throws {
    let replies = [
      ("         9half", "the stream ended inside a message"),
      ("        -1", "the peer does not keep to the framing"),
      ("", "the server has closed the connection"),
    ]
    for (reply, words) in replies {
      try await serving { connection in
        _ = try await connection.read(exactly: 15)
        try await connection.write(reply)
      } _: { place in
        let end = try await ChildProcess.row(7, "client", "--at", place.address)
          .finished(fed: Array("hello\n".utf8))
        #expect(end.text == "Say >" && end.ending == .exited(1))
        #expect(end.errors.hasPrefix("parley lab: \(words)"))
      }
    }
  }
}
