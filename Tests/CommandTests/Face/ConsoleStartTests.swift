import Glibc
import Testing

/// What is said before the chat begins is not lost behind the screen.
@Suite("The start at a terminal", .timeLimit(.minutes(5)))
struct ConsoleStartTests {
  @Test("in the background it waits for the terminal before it connects", .needs(.bash))
  func background() async throws {
    let shell = try ChildProcess(
      try Peer.bash.find(), ["--norc", "--noprofile", "-i"], environment: ["PS1": "ready$ "],
      on: .terminal(columns: 80, rows: 20))
    try await shell.expect("ready$ ")
    try shell.write("\(try Tree.parley()) join 127.0.0.1:1 & wait %1; echo state $?\r")
    try await shell.expect("state \(128 + SIGTTIN)")
    try shell.write("fg; echo rc $?\r")
    try await shell.expect("Connection refused")
    try await shell.expect("rc 10")
  }

  @Test("what a server reads again stands on the operator's screen")
  func reload() async throws {
    let file = try ScratchFile("max-clients 5\n")
    let child = try ChildProcess(
      try Tree.parley(), ["serve", "127.0.0.1:0", "--join", "--limits", file.path],
      on: .terminal(columns: 60, rows: 20))
    try await child.expect("/help lists the commands.")
    child.signal(SIGHUP)
    try await child.expect("read again: 1 limits set")
    var model = TerminalModel(columns: 60, rows: 20)
    model.receive(child.transcript())
    #expect(model.isFull && model.talk.contains("* read again: 1 limits set"))
    try child.write("\u{3}")
    #expect(try await child.ending() == .exited(0))
  }

  @Test(
    "where one listens stands on the screen",
    arguments: [
      (["serve", "127.0.0.1:0", "--join"], "parley serves 127.0.0.1:"),
      (["talk", "--plain", "--nick", "ann", "--listen", "127.0.0.1:0"], "listening on 127.0.0.1:"),
    ])
  func listening(arguments: [String], words: String) async throws {
    let child = try ChildProcess(
      try Tree.parley(), arguments, on: .terminal(columns: 60, rows: 20))
    try await child.expect("\u{1b}[?1049h")
    try await child.expect(words)
    try child.write("\u{3}")
    #expect(try await child.ending() == .exited(0))
  }
}
