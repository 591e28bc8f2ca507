import Glibc
import Testing

@Suite("Test tools")
struct ChildProcessTests {
  private func shell(_ script: String, on connection: ChildProcess.Connection = .pipes) throws
    -> ChildProcess
  {
    try ChildProcess("/bin/sh", ["-c", script], on: connection)
  }

  @Test("outputs are kept apart, and the end comes with its status")
  func outputs() async throws {
    let child = try shell("echo out; echo err >&2; exit 7")
    #expect(try await child.ending() == .exited(7))
    #expect(child.transcript() == Array("out\n".utf8))
    #expect(child.transcript(.errors) == Array("err\n".utf8))
  }

  @Test("texts are found in order, each behind the one before")
  func order() async throws {
    let child = try shell("cat")
    try child.write("one two one\n")
    #expect(try await child.expect("one") == "one")
    #expect(try await child.expect("one") == " two one")
    child.closeInput()
    await #expect(throws: Missed.self) { try await child.expect("one") }
    #expect(try await child.ending() == .exited(0))
    #expect(throws: ToolError.self) { try child.write("late") }
  }

  @Test("a wait ends at its deadline and says what came instead")
  func deadline() async throws {
    let child = try shell("echo something; cat")
    try await child.expect("something")
    let error = await #expect(throws: Missed.self) {
      try await child.expect("else", within: .milliseconds(20))
    }
    #expect(error?.description.contains("something") == true)
  }

  @Test("a megabyte goes through a child that answers nobody meanwhile")
  func megabyte() async throws {
    let child = try shell("cat")
    let line = String(repeating: "x", count: 1_023) + "\n"
    for _ in 0..<1_024 { try child.write(line) }
    child.closeInput()
    #expect(try await child.ending() == .exited(0))
    #expect(child.transcript().count == 1 << 20)
  }

  @Test("a child on a terminal sees one, of the given size, that controls it")
  func terminal() async throws {
    let child = try shell(
      "test -t 0 && test -t 1 && test -t 2 && stty size && : </dev/tty && echo ok",
      on: .terminal(columns: 60, rows: 20))
    try await child.expect("20 60")
    try await child.expect("ok")
    #expect(try await child.ending() == .exited(0))
  }

  @Test("Ctrl-C typed at a terminal, and a signal sent, end a child")
  func signals() async throws {
    let typed = try shell("echo ready; cat", on: .terminal(columns: 80, rows: 24))
    try await typed.expect("ready")
    try typed.write("\u{3}")
    #expect(try await typed.ending() == .killed(SIGINT))
    let sent = try shell("echo ready; exec cat")
    try await sent.expect("ready")
    sent.signal(SIGTERM)
    #expect(try await sent.ending() == .killed(SIGTERM))
  }

  @Test("a child ends with the last reference to it")
  func lastReference() async throws {
    let witness = try shell("cat")
    do {
      // The second child holds the writing end of a pipe as long as it lives.
      let other = try shell("echo $$; exec cat")
      let number = try #require(pid_t(try await other.expect("\n").dropLast()))
      try witness.write("\(number)\n")
    }
    let text = try await witness.expect("\n")
    let number = try #require(pid_t(text.dropLast()))
    let tail = try ChildProcess("/usr/bin/tail", ["--pid=\(number)", "-f", "/dev/null"])
    #expect(try await tail.ending() == .exited(0))
  }

  @Test("a program that is not there is an error that names it")
  func missing() throws {
    let error = #expect(throws: ToolError.self) { try ChildProcess("/no/such/program") }
    #expect(error?.description.contains("/no/such/program") == true)
  }
}
