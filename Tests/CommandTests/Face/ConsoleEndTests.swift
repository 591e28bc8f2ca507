import Glibc
import Testing

@testable import parley

/// However it ends, the terminal is the shell's again.
@Suite("The end at a terminal", .timeLimit(.minutes(5)))
struct ConsoleEndTests {
  @Test(
    "a crash gives the terminal back and stays a crash",
    arguments: [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGQUIT])
  func crash(signal: CInt) async throws {
    let server = try await Served()
    let shell = try ChildProcess(
      "/bin/sh",
      [
        "-c",
        """
        stty -a | md5sum; sh -c 'echo pid $$; exec "$0" join "$1"' "$0" "$1"; echo rc $?; \
        stty -a | md5sum
        """, try Tree.parley(), server.address,
      ], environment: ["SWIFT_BACKTRACE": "enable=no"], on: .terminal(columns: 60, rows: 20))
    try await shell.expect("pid ")
    let number = try await shell.expect("\n").filter(\.isNumber)
    try await shell.expect("/help lists the commands.")
    kill(try #require(pid_t(number)), signal)
    try await shell.expect("rc \(128 + signal)")
    #expect(try await shell.ending() == .exited(0))
    var model = TerminalModel(columns: 60, rows: 20)
    model.receive(shell.transcript())
    #expect(!model.isFull && model.modes == ["7", "25"] && model.unknown.isEmpty)
    let sums = model.text.filter { $0.hasSuffix("  -") }
    #expect(sums.count == 2 && sums.first == sums.last)
  }

  @Test("Ctrl-Z gives the terminal to the shell, and fg takes it again", .needs(.bash))
  func suspending() async throws {
    let server = try await Served()
    let shell = try ChildProcess(
      try Peer.bash.find(), ["--norc", "--noprofile", "-i"], environment: ["PS1": "ready$ "],
      on: .terminal(columns: 60, rows: 20))
    try await shell.expect("ready$ ")
    try shell.write("\(try Tree.parley()) join \(server.address) --nick ann\r")
    try await shell.expect("/help lists the commands.")
    try shell.write("half a li")
    try await shell.expect("half a li")
    try shell.write("\u{1a}")
    try await shell.expect("\u{1b}[?1049l")
    try await shell.expect("Stopped")
    try await shell.expect("ready$ ")
    try shell.write("fg\r")
    try await shell.expect("\u{1b}[?1049h")
    try await shell.expect("ann> half a li")
    try shell.write("ne\r")
    try await shell.expect("ann: half a line")
    try shell.write("\u{4}")
    try await shell.expect("\u{1b}[?1049l")
    try await shell.expect("ready$ ")
  }

  @Test("the last of the talk is still there afterwards")
  func farewell() async throws {
    let server = try await Served()
    let ann = try ChildProcess(
      try Tree.parley(), ["join", server.address, "--nick", "ann"],
      on: .terminal(columns: 60, rows: 20))
    try await ann.expect("/help lists the commands.")
    try ann.write("to be kept\r")
    try await ann.expect("ann: to be kept")
    try ann.write("\u{4}")
    #expect(try await ann.ending() == .exited(0))
    var model = TerminalModel(columns: 60, rows: 20)
    model.receive(ann.transcript())
    #expect(!model.isFull)
    #expect(model.text.contains { $0.hasSuffix("ann: to be kept") })
  }

  @Test("--plain-output and TERM=dumb write no escape character and leave the terminal as it is")
  func plain() async throws {
    for (option, kind) in [(["--plain-output"], "xterm"), ([], "dumb")] {
      let server = try await Served()
      let ann = try ChildProcess(
        try Tree.parley(), ["join", server.address] + option, environment: ["TERM": kind],
        on: .terminal(columns: 60, rows: 20))
      try await ann.expect("/help lists the commands.")
      let bob = try ChildProcess(try Tree.parley(), ["join", server.address, "--nick", "bob"])
      try await ann.expect(" * bob joined")
      try bob.write("hi\u{1b}[2J\n")
      try await ann.expect(" bob: hi<U+001B>[2J")
      try ann.write("typed\n")
      try await bob.expect(": typed\n")
      // A person has read it, so it is no failure.
      try ann.write("/nick\n")
      try await ann.expect("! Usage: /nick NAME")
      try ann.write("\u{4}")
      #expect(try await ann.ending() == .exited(0))
      #expect(!ann.transcript().contains(0x1b))
      // What was typed stands there already.
      let shown = String(decoding: ann.transcript(), as: UTF8.self)
      #expect(shown.split(separator: "typed").count == 2)
    }
  }
}
