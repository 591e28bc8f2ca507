import Glibc
import Sockets
import Testing

/// What `connect` and `listen` do with bytes on their way, on the built program.
@Suite("Messages, dumps, rates and answers", .timeLimit(.minutes(5)))
struct TransferTests {
  private func listen(_ options: String...) async throws -> Listening {
    try await Listening(["listen", Loopback.v4.anyPort] + options)
  }

  private func connect(_ server: Listening, _ options: String...) throws -> ChildProcess {
    try ChildProcess(try Tree.parley(), ["connect", server.place.address] + options)
  }

  // MARK: - Messages

  @Test(
    "each line is a message, and each message a line", arguments: ["line", "dec10", "u16", "u32"])
  func frames(kind: String) async throws {
    let server = try await listen("--frame", kind)
    let client = try connect(server, "--frame", kind)
    try client.write("one\ntwo é\n")
    try await server.process.expect("one\ntwo é\n")
    try server.process.write("back\n")
    try await client.expect("back\n")
    client.feed("the last")
    server.process.closeInput()
    let finished = try await server.process.finished()
    #expect(finished.text == "one\ntwo é\nthe last\n")
    #expect(finished.ending == .exited(0))
    #expect(try await client.ending() == .exited(0))
  }

  @Test("the bytes on the wire are those of the format")
  func wire() async throws {
    let server = try await listen()
    let client = try connect(server, "--frame", "dec10")
    client.feed("hello\n")
    server.process.closeInput()
    #expect(try await server.process.finished().text == "         5hello")
    let hex = try await listen()
    let sender = try connect(hex, "--frame", "u16", "--hex")
    sender.feed("00 ff\n0a\n")
    hex.process.closeInput()
    #expect(try await hex.process.finished().output == [0, 2, 0, 0xff, 0, 1, 0x0a])
  }

  @Test("a message that is cut or too long is exit 1, after those before it")
  func cut() async throws {
    let cases: [([UInt8], String, String)] = [
      ([0, 2, 0x61, 0x62, 0, 5, 0x63], "u16", "the bytes end inside a frame"),
      ([0, 0, 0, 2, 0x61, 0x62, 0xff, 0, 0, 0], "u32", "over the limit of 16777216"),
      (Array("ab\ncut".utf8), "line", "the bytes end inside a line"),
    ]
    for (bytes, kind, words) in cases {
      let server = try await listen("--frame", kind)
      let client = try connect(server)
      client.feed(bytes)
      server.process.closeInput()
      let finished = try await server.process.finished()
      #expect(finished.text == "ab\n")
      #expect(finished.ending == .exited(1))
      #expect(finished.errors.contains(words), "\(finished.errors)")
      _ = try await client.ending()
    }
  }

  @Test("input that is no message is exit 1, and what stood before it has been sent")
  func badInput() async throws {
    let server = try await listen("--frame", "u16", "--hex")
    let client = try connect(server, "--frame", "u16", "--hex")
    client.feed("61\nno hex\n")
    let finished = try await client.finished()
    #expect(finished.ending == .exited(1))
    #expect(finished.errors.contains("column 1 of the input line"), "\(finished.errors)")
    try await server.process.expect("61\n")
  }

  // MARK: - Line ends, rates and dumps

  @Test("-C makes CR LF of every line end and doubles none")
  func crlf() async throws {
    let server = try await listen()
    let client = try connect(server, "-C")
    client.feed("a\nb\r\n\nc")
    server.process.closeInput()
    #expect(try await server.process.finished().text == "a\r\nb\r\n\r\nc")
  }

  @Test("a dump has both directions, with times, and the answer is as without it")
  func dumps() async throws {
    let (hex, text) = (try ScratchFile(), try ScratchFile())
    let server = try await listen("--exec", "cat")
    let client = try connect(server, "--hex-dump", hex.path, "--text-dump", text.path)
    let finished = try await client.finished(fed: Array("hi\u{1b}\n".utf8))
    #expect(finished.text == "hi\u{1b}\n")
    let lines = String(decoding: try hex.read(), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 2)
    for (line, mark) in zip(lines, [">", "<"]) {
      #expect(line.contains(" \(server.place.address) \(mark) 00000000  68 69 1b 0a "))
      #expect(line.hasSuffix(" |hi..|"))
    }
    let said = String(decoding: try text.read(), as: UTF8.self).split(separator: "\n")
    #expect(said.map { $0.drop { $0 != ">" && $0 != "<" } } == ["> hi\\x1b\\n", "< hi\\x1b\\n"])
    #expect(try await server.process.ending() == .exited(0))
  }

  @Test("a dump that cannot be written is exit 4 and named, in both roles")
  func fullDump() async throws {
    let server = try await listen("--text-dump", "/dev/full")
    let client = try connect(server, "--hex-dump", "/dev/full")
    let finished = try await client.finished(fed: [1])
    #expect(finished.ending == .exited(4))
    #expect(
      finished.errors == "parley connect: write /dev/full: No space left on device\n")
    let ending = try await server.process.finished()
    #expect(ending.ending == .exited(4))
    #expect(ending.errors.hasSuffix("write /dev/full: No space left on device\n"))
    let nowhere = try ChildProcess.parley(
      "connect", server.place.address, "--hex-dump", "/no/such/folder/x")
    #expect(try await nowhere.ending() == .exited(4))
  }

  @Test("a rate cuts what goes and comes into small pieces, and loses nothing")
  func rate() async throws {
    let dump = try ScratchFile()
    let server = try await listen("--exec", "cat")
    let client = try connect(server, "--rate", "100", "--hex-dump", dump.path)
    let bytes = Array("0123456789012345678901234567890123456789".utf8)
    let finished = try await client.finished(fed: bytes)
    #expect(finished.output == bytes)
    let lines = String(decoding: try dump.read(), as: UTF8.self).split(separator: "\n")
    // A tenth of a second's bytes at most in each piece; in one it would be three rows of 16.
    #expect(lines.count { $0.contains(" > ") } >= 4)
    #expect(lines.count { $0.contains(" < ") } >= 4)
    let wild = try await listen("--exec", "cat", "--rate", "900m")
    let many = Pattern.bytes(1_000_000)
    let fast = try await connect(wild, "--rate", "900m").finished(fed: many)
    #expect(fast.difference(from: many) == nil)
  }

  // MARK: - Answers

  @Test(
    "--reply answers each client, takes at most so many bytes, and reads on (row 44)", .needs(.nc))
  func reply() async throws {
    let server = try await listen("--reply", "message received", "--max-read", "16")
    for text in ["short", "rather more than sixteen bytes", ""] {
      let client = try ChildProcess(
        try Peer.nc.find(), ["-N", server.place.host, server.place.port])
      let finished = try await client.finished(fed: Array(text.utf8))
      #expect(finished.text == "message received")
    }
    try await server.process.expect("shortrather more than")
    #expect(try await server.end() == .exited(0))
    #expect(server.process.transcript() == Array("shortrather more than".utf8))
  }

  @Test("an answer goes out before the client's end, and a silent client holds up nobody")
  func replyBeforeEnd() async throws {
    let server = try await listen("--reply", "yes")
    let silent = try connect(server)
    let client = try connect(server)
    try client.write("well?")
    try await client.expect("yes")
    silent.closeInput()
    #expect(try await silent.finished().text == "yes")
    client.closeInput()
    #expect(try await client.ending() == .exited(0))
    #expect(try await server.end() == .exited(0))
  }

  @Test("--send sends a text as it was typed, half-closes, and reads to the end (row 45)")
  func send() async throws {
    let server = try await listen("--reply", "Yes, I hear you.", "--max-read", "32")
    let client = try connect(server, "--send", #"Hey, can you \n?"#)
    let finished = try await client.finished()
    #expect(finished.text == "Yes, I hear you." && finished.ending == .exited(0))
    try await server.process.expect(#"Hey, can you \n?"#)
    #expect(try await server.end() == .exited(0))
  }

  // MARK: - Many

  @Test("ten thousand clients at --max-conns 10 leave the ten alone")
  func manyClients() async throws {
    let server = try await listen("-k", "--recv-only", "--max-conns", "10")
    let address = try Address(server.place.address)
    try await EventLoop.run(defaultTimeout: .seconds(60)) { loop in
      let resolver = Resolver()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<10 {
          group.addTask {
            try await Connect.to(address, on: loop, resolver: resolver) { connection in
              try await connection.write("held \(index)\n")
              // Until the server's end.
              _ = try await connection.read()
            }
          }
        }
        for _ in 0..<10 { try await server.process.expect("held ") }
        for _ in 0..<40 {
          try await withThrowingTaskGroup(of: Void.self) { burst in
            for _ in 0..<250 {
              burst.addTask {
                try await Connect.to(address, on: loop, resolver: resolver) { connection in
                  let bytes = (try? await connection.read()) ?? []
                  #expect(bytes.isEmpty)
                }
              }
            }
            try await burst.waitForAll()
          }
        }
        let errors = String(decoding: server.process.transcript(.errors), as: UTF8.self)
        #expect(errors.utf8.split(separator: 0x0a).count >= 9_900)
        #expect(try await server.end() == .exited(0))
        try await group.waitForAll()
      }
    }
  }
}
