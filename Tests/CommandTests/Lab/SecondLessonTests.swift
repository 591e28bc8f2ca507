import Sockets
import Testing

@testable import parley

@Suite("Rows 24 to 27, with the lessons' lines")
struct SecondLessonTests {
  @Test("row 24 says what a refusal and what a silence means")
  func dial() async throws {
    let nobody = try HeldPort()
    let refused = try await ChildProcess.row(24, nobody.place.address).finished()
    #expect(refused.text == "The server is reachable but not wlling to accept the connection\n")
    #expect(
      refused.errors.hasPrefix("parley lab: connect \(nobody.place.address): Connection refused"))
    #expect(refused.ending == .exited(10))
  }

  @Test("row 24 does not wait for somebody silent for ever", .needs(.python3))
  func timeout() async throws {
    let silent = try await Scripted("full", .v4, [])
    let place = silent.place.address
    let end = try await ChildProcess.row(24, place, "--timeout", "0.25").finished()
    #expect(end.text == "The server is not reachable\nThis may occur after a LONG while\n")
    #expect(end.errors == "parley lab: connect \(place): timed out after 0.25 seconds\n")
    #expect(end.ending == .exited(13))
  }

  @Test("row 25 ends its direction and reads on to the end of the other", .needs(.python3))
  func halfClose() async throws {
    let server = try await LessonServer("half-closed-answer")
    let end = try await ChildProcess.row(25, server.place.address).finished(
      fed: Array("hello".utf8))
    #expect(end.text == "5 bytesThe remote is over with the data\n")
    #expect(end.ending == .exited(0) && end.errors.isEmpty)
  }

  @Test("row 25 sends on after the other side has ended its direction")
  func otherHalf() async throws {
    let received = Locked<[UInt8]>([])
    try await serving { connection in
      try await connection.write("bye")
      try await connection.shutdownWrite()
      let bytes = try await connection.readToEnd(atMost: 100)
      received.withLock { $0 = bytes }
    } _: { place in
      let client = try ChildProcess.row(25, place.address)
      try await client.expect("byeThe remote is over with the data\n")
      #expect(try await client.finished(fed: Array("still here".utf8)).ending == .exited(0))
    }
    #expect(received.withLock { $0 } == Array("still here".utf8))
  }

  @Test(
    "row 27 sends three messages behind four bytes of length, and receives them", .needs(.python3))
  func frames() async throws {
    let texts = [
      "The user pressed UP and RIGHT", "The user released RIGHT, and pressed LEFT",
      "The user released LEFT",
    ]
    let lines = texts.map { "Use received message \($0) to do something\n" }.joined()

    let theirs = try await LessonServer("u32-receiver")
    let sent = try await ChildProcess.row(27, "client", theirs.place.address).finished()
    #expect(sent.ending == .exited(0) && sent.output.isEmpty && sent.errors.isEmpty)
    #expect(try await theirs.process.finished().text == lines)

    let ours = try await Listening(["lab", "row", "27", "server", "127.0.0.1:0"])
    _ = try await ChildProcess.lesson("u32-sender", ours.place).finished()
    let received = try await ours.process.finished()
    #expect(received.text == lines && received.ending == .exited(0))
  }

  @Test("row 27 takes characters counted for bytes for the error that they are", .needs(.python3))
  func wrongLength() async throws {
    let ours = try await Listening(["lab", "row", "27", "server", "127.0.0.1:0"])
    _ = try await ChildProcess.lesson("u32-sender", ours.place, "è").finished()
    let end = try await ours.process.finished()
    #expect(end.ending == .exited(1))
    #expect(end.errors.hasSuffix("parley lab: the stream ended inside a message\n"))
  }
}
