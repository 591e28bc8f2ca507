import Testing

/// Over IPv6, ours under their numbers at one end and the lessons' own programs at the other.
@Suite("Rows over IPv6, with the lessons' programs", .needs(.python3))
struct LabInteropTests {
  private static let any = Loopback.v6.anyPort

  @Test("row 1: a page")
  func page() async throws {
    let server = try await Scripted(#"until:\r\n\r\n"#, "say:all of it", "close", on: .v6)
    let end = try await ChildProcess.row(1, "--at", server.place.address).finished()
    #expect(end.text == "Response: all of it\n" && end.ending == .exited(0), "\(end)")
    try await server.expect(#"b'GET /index.html HTTP/1.0\r\n\r\n'"#)
  }

  @Test("row 3: the time")
  func time() async throws {
    let server = try await LessonServer("time-server", on: .v6)
    let end = try await ChildProcess.row(3, "--at", server.place.address).finished()
    #expect(end.text.hasPrefix("Current time is: ") && end.output.count == 17 + 24 + 1, "\(end)")
    #expect(end.ending == .exited(0))
  }

  @Test("row 5: a line that comes back")
  func line() async throws {
    let server = try await LessonServer("raw-echo", on: .v6)
    let end = try await ChildProcess.row(5, "--at", server.place.address)
      .finished(fed: Array("è €\n".utf8))
    #expect(end.text == "Say >Received > è €\n" && end.ending == .exited(0), "\(end)")
  }

  @Test("row 24: somebody is there")
  func dial() async throws {
    let server = try await LessonServer("raw-echo", on: .v6)
    let end = try await ChildProcess.row(24, server.place.address).finished()
    #expect(end.ending == .exited(0) && end.output.isEmpty && end.errors.isEmpty, "\(end)")
  }

  @Test("row 25: an answer behind the end of the question")
  func halfClose() async throws {
    let server = try await LessonServer("half-closed-answer", on: .v6)
    let end = try await ChildProcess.row(25, server.place.address)
      .finished(fed: Array("hello".utf8))
    #expect(end.text == "5 bytesThe remote is over with the data\n", "\(end)")
  }

  @Test("row 27: three messages")
  func frames() async throws {
    let ours = try await Listening(["lab", "row", "27", "server", Self.any])
    _ = try await ChildProcess.lesson("u32-sender", ours.place).finished()
    let heard = try await ours.process.finished()

    let theirs = try await LessonServer("u32-receiver", on: .v6)
    let sent = try await ChildProcess.row(27, "client", theirs.place.address).finished()
    #expect(sent.ending == .exited(0), "\(sent)")
    #expect(heard.text.split(separator: "\n").count == 3, "\(heard)")
    #expect(try await theirs.process.finished().text == heard.text)
  }

  @Test("rows 28 to 30: an echo", arguments: [(29, "echo-all"), (30, "echo-each")])
  func echo(row: Int, program: String) async throws {
    let input = Array("one\ntwo\n".utf8)
    let echoed = "# echoed 8 bytes: b'one\\ntwo\\n'\n# connection closed\n"
    let theirs = try await LessonServer("logging-echo", on: .v6)
    let end = try await ChildProcess.row(row, "client", theirs.place.address).finished(fed: input)
    let greeting = "# connected to ('::1', \(theirs.place.port))\n"
    #expect(end.text == "\(greeting)one\ntwo\n# connection closed\n", "\(end)")
    try await theirs.process.expect(echoed)

    let ours = try ChildProcess.row(28, "server", Self.any)
    try await ours.expect("# echo server listening on port ")
    let place = Place(host: "::1", port: String(try await ours.expect("\n").dropLast()))
    let pupil = try await ChildProcess.lesson(program, place).finished(fed: input)
    #expect(pupil.text.hasSuffix("one\ntwo\n# connection closed\n"), "\(pupil)")
    try await ours.expect("# start echoing data from ('::1', ")
    try await ours.expect(", 0, 0)\n" + echoed)
    #expect(try await ours.ending() == .exited(0))
  }

  @Test(
    "rows 40 to 42: an echo of bytes and of lines",
    arguments: [(41, "ask", ""), (42, "ask-lines", #"\r\n"#)])
  func asked(row: Int, program: String, end: String) async throws {
    let theirs = try await LessonServer("one-client-echo", on: .v6)
    let answer = try await ChildProcess.row(row, "--at", theirs.place.address)
      .finished(fed: Array("è €\n".utf8))
    #expect(answer.text.contains("Response è €\n"), "\(answer)")
    try await theirs.process.expect(#"echo b'\xc3\xa8 \xe2\x82\xac\#(end)'"# + "\n")

    let ours = try ChildProcess.row(40, "--at", Self.any)
    try await ours.expect("server listening on port ")
    let place = Place(host: "::1", port: String(try await ours.expect("\n").dropLast()))
    let pupil = try await ChildProcess.lesson(program, place).finished(fed: Array("hello\n".utf8))
    #expect(pupil.text.contains("Response hello\n"), "\(pupil)")
    try await ours.expect("client connected\necho b'hello\(end)'\necho b''\nclient disconnected\n")
    #expect(try await ours.ending() == .exited(0))
  }

  @Test("row 44: one answer for each, however long the request")
  func oneShot() async throws {
    let server = try await Listening(["lab", "row", "44", "--at", Self.any])
    for _ in 1...2 {
      let pupil = try await ChildProcess.lesson(
        "one-shot", server.place, "a longer text than 16 bytes"
      ).finished()
      #expect(pupil.text == "message received\n", "\(pupil)")
    }
  }

  @Test("row 45: a dialogue")
  func dialogue() async throws {
    let ours = try await Listening(["lab", "row", "45", "server", "--at", Self.any])
    let pupil = try await ChildProcess.lesson("dialogue", ours.place).finished()
    #expect(pupil.text == "Yes, I hear you.\n", "\(pupil)")
    #expect(try await ours.process.finished().text == "Hey, can you hear me?\n")

    let theirs = try await LessonServer("dialogue", on: .v6)
    let asked = try await ChildProcess.row(45, "client", "--at", theirs.place.address).finished()
    #expect(asked.text == "Yes, I hear you.\n", "\(asked)")
    #expect(try await theirs.process.finished().text == "Hey, can you hear me?\n")
  }

  @Test("row 46: pieces of 16 bytes")
  func pieces() async throws {
    let text = "Four score and seven years"
    let theirs = try await LessonServer("chunk-echo", on: .v6)
    let end = try await ChildProcess.row(46, "client", text, "--at", theirs.place.address)
      .finished()
    #expect(
      end.errors == """
        connecting to ::1 port \(theirs.place.port)
        sending "\(text)"
        received "Four score and s"
        received "even years"
        closing socket

        """)

    let ours = try ChildProcess.row(46, "server", "--at", Self.any)
    try await ours.expect("making a server on ", from: .errors)
    let place = try Place(try await ours.expect("\n", from: .errors).dropLast())
    let pupil = try await ChildProcess.lesson("chunk-echo", place, text).finished()
    #expect(pupil.text == text + "\n", "\(pupil)")
    try await ours.expect("connection - [::1]:", from: .errors)
    try await ours.expect("received \"even years\"\nsent \"even years\"\n")
  }
}
