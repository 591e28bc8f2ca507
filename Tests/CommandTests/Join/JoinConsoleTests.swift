import Glibc
import Testing

@Suite("parley join at a terminal", .timeLimit(.minutes(5)))
struct JoinConsoleTests {
  private func join(_ arguments: String...) throws -> ChildProcess {
    try ChildProcess(
      try Tree.parley(), ["join"] + arguments, environment: ["TZ": "UTC"],
      on: .terminal(columns: 60, rows: 40))
  }

  /// What stands on the terminal now.
  private func screen(of child: ChildProcess) -> [String] {
    var model = TerminalModel(columns: 60, rows: 40)
    model.receive(child.transcript())
    return model.isFull ? model.talk + [model.text.last ?? ""] : model.text
  }

  /// The lines without their times, which no test can know.
  private func talk(of child: ChildProcess) -> [String] {
    screen(of: child).map { line in
      line.dropFirst(2).first == ":" && line.dropFirst(5).first == " "
        ? String(line.dropFirst(6)) : line
    }
  }

  @Test("the line being typed is never damaged, and one's own words appear once")
  func typing() async throws {
    let server = try await Served()
    let ann = try join(server.address, "--nick", "ann")
    try await ann.expect("/help lists the commands.")
    let bob = try ChildProcess(try Tree.parley(), ["join", server.address, "--nick", "bob"])
    try await ann.expect("* bob joined")
    try ann.write("half a li")
    try await ann.expect("half a li")
    for number in 1...20 { try bob.write("message \(number)\n") }
    try await ann.expect("bob: message 20")
    #expect(screen(of: ann).last == "ann> half a li")
    try ann.write("ne\r")
    try await bob.expect("ann: half a line\n")
    try await ann.expect("ann: half a line")
    try ann.write("/nick anna\r")
    try await ann.expect("You are now anna.")
    try await ann.expect("anna> ")
    #expect(
      talk(of: ann)
        == [
          "* You are ann in lobby, alone so far.",
          "* Type a line to say it; /help lists the commands.", "* bob joined",
        ] + (1...20).map { "bob: message \($0)" } + [
          "ann: half a line", "* You are now anna.", "anna>",
        ])
    try ann.write("\u{4}")
    #expect(try await ann.ending() == .exited(0))
    try await bob.expect("* anna left (quit)\n")
    #expect(screen(of: ann).last == "")
  }

  @Test("Ctrl-C leaves in order, and the terminal is as it was")
  func interrupt() async throws {
    let server = try await Served()
    let shell = try ChildProcess(
      "/bin/sh",
      [
        "-c",
        "stty -a | md5sum; \(try Tree.parley()) join \(server.address); echo rc $?; stty -a | md5sum",
      ],
      on: .terminal(columns: 60, rows: 40))
    try await shell.expect("/help lists the commands.")
    try shell.write("\u{3}")
    try await shell.expect("rc 0")
    #expect(try await shell.ending() == .exited(0))
    let sums = screen(of: shell).filter { $0.hasSuffix("  -") }
    #expect(sums.count == 2 && sums.first == sums.last)
  }

  @Test("a terminal that is closed leaves in order")
  func hangUp() async throws {
    let server = try await Served()
    let bob = try ChildProcess(try Tree.parley(), ["join", server.address, "--nick", "bob"])
    try await bob.expect("* You are bob", from: .errors)
    let ann = try join(server.address, "--nick", "ann")
    try await ann.expect("/help lists the commands.")
    ann.signal(SIGHUP)
    #expect(try await ann.ending() == .exited(0))
    try await bob.expect("* ann left (quit)\n")
  }

  @Test("a server that goes away is told when the terminal is itself again")
  func goodbye() async throws {
    let server = try await Served()
    let ann = try join(server.address, "--no-reconnect")
    try await ann.expect("/help lists the commands.")
    server.child.signal(SIGTERM)
    try await ann.expect("parley join: the server said goodbye")
    #expect(try await ann.ending() == .exited(1))
    #expect(screen(of: ann).allSatisfy { !$0.contains("> parley: ") })
  }
}
