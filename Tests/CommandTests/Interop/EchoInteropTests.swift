import Testing

/// Rows 4, 5, 7, 28 to 30, 40 to 42 and 46: echoes, with everybody else's programs at the other end.
@Suite("Echo, with others")
struct EchoInteropTests {
  private static let megabyte = Pattern.bytes(1_000_003)

  @Test("the lessons' clients get what they sent", .needs(.python3), arguments: Loopback.allCases)
  func lessonClients(_ loopback: Loopback) async throws {
    let server = try await Listening("echo", on: loopback)
    func run(_ program: String, _ input: String, _ words: String...) async throws -> Finished {
      let arguments = [
        Tree.script("lessons/call.py"), program, server.place.host, server.place.port,
      ]
      let client = try ChildProcess(try Peer.python3.find(), arguments + words)
      return try await client.finished(fed: Array(input.utf8))
    }
    // It counts characters and reads as many bytes: all of them came, it takes a part.
    #expect(try await run("say", "è €\n").text == #"Say >Received > b'\xc3\xa8 '"# + "\n")
    let each = try await run("echo-each", "one\ntwo\n")
    #expect(each.text == "one\ntwo\n# connection closed\n" && each.errors.isEmpty)
    let asked = try await run("ask", "hello\nè €\n").text
    #expect(asked.contains("Response hello\n") && asked.contains("Response è €\n"))
    // An empty line is a line to text streams; each answer is printed with its own end.
    let lines = try await run("ask-lines", "hello\n\nè €\n").text
    let question = "Enter message to send: "
    #expect(
      lines.hasSuffix(
        "Response hello\n\n\(question)Response \n\n\(question)Response è €\n\n\(question)")
    )
    let chunks = try await run(
      "chunk-echo", "", "Four score and seven years ago our fathers did stuff")
    #expect(chunks.text == "Four score and seven years ago our fathers did stuff\n")
  }

  @Test("a megabyte goes through a client that reads only when all is sent", .needs(.python3))
  func sendsFirst() async throws {
    let server = try await Listening("echo", on: .v4)
    let end = try await ChildProcess.lesson("echo-all", server.place).finished(fed: Self.megabyte)
    let greeting = Array("# connected to ('127.0.0.1', \(server.place.port))\n".utf8)
    let expected = greeting + Self.megabyte + Array("# connection closed\n".utf8)
    #expect(end.difference(from: expected) == nil, "\(end.errors)")
  }

  @Test(
    "the lessons' servers pass our client's check", .needs(.python3),
    arguments: ["raw-echo", "logging-echo", "one-client-echo", "chunk-echo"], Loopback.allCases)
  func lessonServers(_ program: String, _ loopback: Loopback) async throws {
    let server = try await LessonServer(program, on: loopback)
    let bytes = Array(Self.megabyte.prefix(50_001))
    let client = try ChildProcess.parley("echo", server.place.address)
    let end = try await client.finished(fed: bytes)
    #expect(end.ending == .exited(0), "\(end.errors)")
    #expect(end.difference(from: bytes) == nil)
    if program == "logging-echo" {
      try await server.process.expect("# connection closed\n")
      #expect(try await server.process.ending() == .exited(0))
    }
  }

  @Test(
    "ten-digit messages, header and payload in two sends", .needs(.python3),
    arguments: Loopback.allCases)
  func framed(_ loopback: Loopback) async throws {
    let texts = ["hello", "è €", String(repeating: "long ", count: 3000)]
    let input = texts.map { $0 + "\n" }.joined()

    let ours = try await Listening("echo", ["--frame", "dec10"], on: loopback)
    let pupil = try ChildProcess.lesson("say-framed", ours.place)
    let heard = try await pupil.finished(fed: Array((input + "\n").utf8))
    #expect(heard.text == texts.map { "Say >Received > \($0)\n" }.joined() + "Say >")

    let theirs = try await LessonServer("framed-echo", on: loopback)
    let client = try ChildProcess.parley("echo", "--frame", "dec10", theirs.place.address)
    let end = try await client.finished(fed: Array(input.utf8))
    #expect(end.ending == .exited(0), "\(end.errors)")
    #expect(end.text == input)
  }

  @Test("a typed line comes back at once, with the input still open", .needs(.python3, .telnet))
  func atOnce() async throws {
    let lesson = try await LessonServer("raw-echo")
    let ours = try ChildProcess.parley("echo", lesson.place.address)
    let server = try await Listening("echo", on: .v4)
    let theirs = try ForeignClient.telnet.call(server.place)
    try await theirs.expect("Escape character")
    for (client, end) in [(ours, "\n"), (theirs, "\n")] {
      for word in ["one", "two"] {
        try client.write(word + end)
        try await client.expect(word)
      }
    }
    ours.closeInput()
    #expect(try await ours.ending() == .exited(0))
  }

  @Test(
    "a megabyte comes back whole to every client", .needs(.nc, .ncat, .socat, .plink),
    arguments: ForeignClient.whole)
  func foreignClients(_ kind: ForeignClient) async throws {
    let server = try await Listening("echo", on: .v4)
    let end = try await kind.call(server.place).finished(fed: Self.megabyte)
    #expect(end.difference(from: Self.megabyte) == nil, "\(end.errors)")
    #expect(try await server.end() == .exited(0))
  }

  @Test(
    "another program's echo passes our client's check", .needs(.ncat, .socat),
    arguments: [ForeignServer.Kind.ncat, .socat])
  func foreignServers(_ kind: ForeignServer.Kind) async throws {
    let server = try await ForeignServer(kind, echoes: true)
    // With more than a pipe holds, ncat and its program may each wait for the other to read.
    let bytes = kind == .ncat ? Pattern.bytes(50_001) : Self.megabyte
    let client = try ChildProcess.parley("echo", server.place.address)
    startThread { try? client.write(bytes) }
    // The end comes last: ncat loses what its program has not sent back by then.
    try await client.count(bytes.count)
    client.closeInput()
    let end = try await client.finished()
    #expect(end.ending == .exited(0), "\(end.errors)")
    #expect(end.difference(from: bytes) == nil)
  }

  @Test(
    "an echo of a byte every 10 ms, and of ten megabytes as fast as they come, is the same",
    .needs(.python3), arguments: [("echo-drip", 120), ("echo", 10_000_019)])
  func pace(_ step: String, _ count: Int) async throws {
    let server = try await Scripted(step, "close")
    let (input, output) = (try ScratchFile(), try ScratchFile())
    let script = #"""
      head -c "$3" /dev/urandom >"$4"
      "$1" echo "$2" <"$4" >"$5" && cmp "$4" "$5" && wc -c <"$5"
      """#
    let shell = try ChildProcess(
      "/bin/sh",
      [
        "-c", script, "sh", try Tree.parley(), server.place.address, "\(count)", input.path,
        output.path,
      ])
    let end = try await shell.finished()
    #expect(end.text == "\(count)\n" && end.errors.isEmpty, "\(end)")
  }
}
