import Sockets
import Testing

@testable import parley

@Suite("Rows 44 to 46, with the lessons' lines")
struct FourthLessonTests {
  @Test("row 44 answers, ends, and serves the next; a longer request costs nobody the answer")
  func oneShot() async throws {
    let server = try await Listening(["lab", "row", "44", "--at", "127.0.0.1:0"])
    for request in ["hi", String(repeating: "x", count: 100_000)] {
      let reply = try await EventLoop.run { loop in
        try await Connect.to(Address(server.place.address), on: loop, resolver: .shared) {
          try await $0.write(request)
          return try await $0.readToEnd(atMost: 1000)
        }
      }
      #expect(String(decoding: reply, as: UTF8.self) == "message received")
    }
    #expect(try await server.end() == .exited(0))
    #expect(server.process.transcript().isEmpty)
  }

  @Test("row 45 holds the dialogue with the lesson's program at either end", .needs(.python3))
  func dialogue() async throws {
    let theirs = try await LessonServer("dialogue")
    let asked = try await ChildProcess.row(45, "client", "--at", theirs.place.address).finished()
    #expect(asked.text == "Yes, I hear you.\n" && asked.errors.isEmpty)
    #expect(asked.ending == .exited(0))
    #expect(try await theirs.process.finished().text == "Hey, can you hear me?\n")

    let ours = try await Listening(["lab", "row", "45", "server", "--at", "127.0.0.1:0"])
    let heard = try await ChildProcess.lesson("dialogue", ours.place).finished()
    #expect(heard.text == "Yes, I hear you.\n")
    let end = try await ours.process.finished()
    #expect(end.text == "Hey, can you hear me?\n" && end.ending == .exited(0))
  }

  private static let texts = [
    "short message", "Four score and seven years ago our fathers did stuff", "0123456789abcde€",
  ]

  @Test("row 46's client tells each piece, and ends when all is back", .needs(.python3))
  func client() async throws {
    let server = try await LessonServer("chunk-echo")
    for text in Self.texts {
      let end = try await ChildProcess.row(46, "client", text, "--at", server.place.address)
        .finished()
      let pieces = Self.pieces(text).map { "received \"\($0)\"\n" }.joined()
      #expect(
        end.errors == """
          connecting to 127.0.0.1 port \(server.place.port)
          sending "\(text)"
          \(pieces)closing socket

          """)
      #expect(end.ending == .exited(0) && end.output.isEmpty)
    }
  }

  @Test("row 46's server tells each piece on both streams, and its end", .needs(.python3))
  func server() async throws {
    let process = try ChildProcess.row(46, "server", "--at", "127.0.0.1:0")
    try await process.expect("making a server on ", from: .errors)
    let place = try Place(try await process.expect("\n", from: .errors).dropLast())
    try await process.expect("waiting for a connection\n", from: .errors)
    for text in Self.texts {
      let end = try await ChildProcess.lesson("chunk-echo", place, text).finished()
      #expect(end.text == text + "\n")
      try await process.expect("connection - 127.0.0.1:", from: .errors)
      let rest = try await process.expect("waiting for a connection\n", from: .errors)
      #expect(
        rest.hasSuffix("\necho complete, client connection closed\nwaiting for a connection\n"))
    }
    process.signal(2)
    let end = try await process.finished()
    #expect(end.errors.hasSuffix("waiting for a connection\nquitting echo server\n"))
    #expect(end.ending == .exited(0))
    let log = Self.texts.flatMap(Self.pieces).map { "received \"\($0)\"\nsent \"\($0)\"\n" }
    #expect(end.text == log.joined())
  }

  /// As 16 bytes at a time show it: a character that is cut is two replacement characters.
  private static func pieces(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    return stride(from: 0, to: bytes.count, by: 16).map {
      String(decoding: bytes[$0..<min($0 + 16, bytes.count)], as: UTF8.self)
    }
  }

  @Test(
    "row 46's client explains itself when it does not get one text", arguments: [[], ["a", "b"]])
  func usage(texts: [String]) async throws {
    let client = try ChildProcess(try Tree.parley(), ["lab", "row", "46", "client"] + texts)
    let end = try await client.finished()
    #expect(end.errors == "\nusage: python echo_client.py \"this is my message\"\n\n")
    #expect(end.ending == .exited(1) && end.output.isEmpty)
  }
}
