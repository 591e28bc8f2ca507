import Testing

/// `connect` and `listen` with everybody else's programs: rows 25 to 27, 31, 44 and 45, and the tools.
@Suite("Connect and listen, with others")
struct ConnectInteropTests {
  private static let megabyte = Pattern.bytes(1_000_003)

  private static func listen(
    _ options: String..., on loopback: Loopback = .v4
  ) async throws -> Listening {
    try await Listening(["listen"] + options + [loopback.anyPort])
  }

  @Test(
    "a megabyte goes each way", .needs(.nc, .ncat, .socat), arguments: ForeignServer.Kind.allCases)
  func foreignServers(_ kind: ForeignServer.Kind) async throws {
    let server = try await ForeignServer(kind)
    let ours = try ChildProcess.parley("connect", server.place.address)
    server.process.feed(Self.megabyte)
    // Theirs may end with their own input: ours ends when all has come.
    try await ours.count(Self.megabyte.count)
    ours.feed(Self.megabyte)
    let end = try await ours.finished()
    #expect(end.difference(from: Self.megabyte) == nil && end.ending == .exited(0), "\(end.errors)")
    let theirs = try await server.process.finished()
    #expect(theirs.difference(from: Self.megabyte) == nil || kind != .socat, "\(theirs.errors)")
  }

  @Test(
    "a megabyte comes from each and goes back", .needs(.nc, .ncat, .socat, .plink),
    arguments: ForeignClient.whole)
  func foreignClients(_ kind: ForeignClient) async throws {
    let server = try await Self.listen()
    let client = try kind.call(server.place)
    client.feed(Self.megabyte)
    try await server.process.count(Self.megabyte.count)
    server.process.feed(Self.megabyte)
    let answer = try await client.finished()
    #expect(answer.difference(from: Self.megabyte) == nil, "\(answer.errors)")
    let end = try await server.process.finished()
    #expect(end.difference(from: Self.megabyte) == nil && end.ending == .exited(0), "\(end.errors)")
  }

  @Test("curl and telnet take an answer", .needs(.curl, .telnet))
  func answers() async throws {
    let page = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    let server = try await Self.listen("-k", "--reply", page)
    let curl = try ChildProcess(
      try Peer.curl.find(), ["-s", "http://\(server.place.address)/index.html"])
    #expect(try await curl.finished().text == "hello")
    try await server.process.expect("GET /index.html HTTP/1.1\r\n")
    let telnet = try ForeignClient.telnet.call(server.place)
    try await telnet.expect("Escape character")
    try telnet.write("hi\n")
    try await telnet.expect("hello")
    #expect(try await server.end() == .exited(0))
  }

  @Test(
    "the end of what is said is heard, and answered", .needs(.python3), arguments: Loopback.allCases
  )
  func halfClose(_ loopback: Loopback) async throws {
    let theirs = try await LessonServer("half-closed-answer", on: loopback)
    let end = try await ChildProcess.parley("connect", theirs.place.address)
      .finished(fed: Self.megabyte)
    #expect(end.text == "1000003 bytes" && end.ending == .exited(0), "\(end)")

    let ours = try await Self.listen(on: loopback)
    let client = try ChildProcess.lesson("half-close", ours.place, "over", "and", "out")
    try await ours.process.expect("over and out")
    ours.process.feed("understood")
    #expect(try await client.finished().text == "understood\nThe remote is over with the data\n")
    #expect(try await ours.process.finished().ending == .exited(0))
  }

  @Test("one after the other, until a name ends it", .needs(.python3), arguments: Loopback.allCases)
  func acceptLoop(_ loopback: Loopback) async throws {
    let server = try await LessonServer("accept-loop", on: loopback)
    for name in ["one", "stop"] {
      let end = try await ChildProcess.parley("connect", "--send", name, server.place.address)
        .finished(fed: [])
      #expect(end.ending == .exited(0), "\(end)")
      try await server.process.expect("New client: ('\(loopback.rawValue)', ")
    }
    #expect(try await server.process.finished().ending == .exited(0))
  }

  @Test("messages behind four bytes", .needs(.python3), arguments: Loopback.allCases)
  func frames(_ loopback: Loopback) async throws {
    let theirs = try await LessonServer("u32-receiver", on: loopback)
    let sent = try await ChildProcess.parley("connect", "--frame", "u32", theirs.place.address)
      .finished(fed: Array("è €\n".utf8))
    #expect(sent.ending == .exited(0), "\(sent)")
    #expect(
      try await theirs.process.finished().text == "Use received message è € to do something\n")

    let ours = try await Self.listen("--frame", "u32", on: loopback)
    _ = try await ChildProcess.lesson("u32-sender", ours.place).finished()
    ours.process.closeInput()
    let heard = try await ours.process.finished()
    #expect(
      heard.text == """
        The user pressed UP and RIGHT
        The user released RIGHT, and pressed LEFT
        The user released LEFT

        """, "\(heard)")
    #expect(heard.ending == .exited(0))
  }

  @Test("characters counted for bytes are an end inside a message", .needs(.python3))
  func miscounted() async throws {
    let ours = try await Self.listen("--frame", "u32")
    _ = try await ChildProcess.lesson("u32-sender", ours.place, "è€").finished()
    ours.process.closeInput()
    let heard = try await ours.process.finished()
    #expect(heard.ending == .exited(1) && !heard.errors.isEmpty, "\(heard)")
  }

  @Test("one request, one answer", .needs(.python3), arguments: Loopback.allCases)
  func oneShot(_ loopback: Loopback) async throws {
    let theirs = try await LessonServer("one-shot", on: loopback)
    for _ in 1...2 {
      let asked = try await ChildProcess.parley("connect", "--send", "short", theirs.place.address)
        .finished(fed: [])
      #expect(asked.text == "message received" && asked.ending == .exited(0), "\(asked)")
    }
    let ours = try await Self.listen(
      "-k", "--reply", "message received", "--max-read", "16", on: loopback)
    for _ in 1...2 {
      let pupil = try await ChildProcess.lesson(
        "one-shot", ours.place, "a longer text than 16 bytes"
      )
      .finished()
      #expect(pupil.text == "message received\n", "\(pupil)")
    }
    #expect(try await ours.end() == .exited(0))
  }

  @Test("a dialogue of two terminals", .needs(.python3), arguments: Loopback.allCases)
  func dialogue(_ loopback: Loopback) async throws {
    let theirs = try await LessonServer("dialogue", on: loopback)
    let asked = try await ChildProcess.parley(
      "connect", "--send", "Hey, can you hear me?", theirs.place.address
    ).finished(fed: [])
    #expect(asked.text == "Yes, I hear you." && asked.ending == .exited(0), "\(asked)")
    #expect(try await theirs.process.finished().text == "Hey, can you hear me?\n")

    let ours = try await Self.listen(
      "--reply", "Yes, I hear you.", "--max-read", "32", on: loopback)
    let pupil = try await ChildProcess.lesson("dialogue", ours.place).finished()
    #expect(pupil.text == "Yes, I hear you.\n", "\(pupil)")
    try await ours.process.expect("Hey, can you hear me?")
    #expect(try await ours.end() == .exited(0))
  }

  @Test("numbers end when nobody takes them any more", .needs(.python3))
  func numbers() async throws {
    let ours = try await Self.listen()
    _ = try await ChildProcess.lesson("numbers", ours.place, "1000").finished()
    ours.process.closeInput()
    let lines = try await ours.process.finished().text.split(separator: "\n")
    #expect(lines.count == 1000 && lines.allSatisfy { Int32($0) != nil })
  }

  @Test(
    "a byte every 10 ms, and ten megabytes at once, come whole", .needs(.python3),
    arguments: [("drip", 120), ("send", 10_000_019)])
  func pace(_ pace: String, _ count: Int) async throws {
    let content = Pattern.bytes(count)
    let server = try await Scripted("\(pace):\(count)", "fin", "end", "close")
    let end = try await ChildProcess.parley("connect", server.place.address).finished(fed: content)
    #expect(end.difference(from: content) == nil && end.ending == .exited(0), "\(end.errors)")
    try await server.expect("end behind \(count)")

    let ours = try await Self.listen()
    let client = try Scripted(to: ours.place, "\(pace):\(count)", "fin", "end", "close")
    ours.process.feed(content)
    let heard = try await ours.process.finished()
    #expect(heard.difference(from: content) == nil && heard.ending == .exited(0), "\(heard.errors)")
    try await client.expect("end behind \(count)")
  }
}
