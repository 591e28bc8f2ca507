import Glibc
import Testing

/// The shell stops it and lets it go on.
@Suite("A job at a terminal", .timeLimit(.minutes(5)))
struct ConsoleJobTests {
  /// Whether the terminal of a process gives every key at once and shows none by itself.
  private func isRaw(_ process: pid_t) throws -> Bool {
    let descriptor = open("/proc/\(process)/fd/0", O_RDONLY | O_NOCTTY | O_CLOEXEC)
    defer { close(descriptor) }
    var settings = termios()
    try #require(tcgetattr(descriptor, &settings) == 0)
    return settings.c_lflag & tcflag_t(ECHO | ICANON | ISIG) == 0
  }

  private func start(_ script: String, at server: Served) async throws -> (ChildProcess, pid_t) {
    let shell = try ChildProcess(
      "/bin/sh", ["-c", script, try Tree.parley(), server.address],
      environment: ["SWIFT_BACKTRACE": "enable=no"], on: .terminal(columns: 60, rows: 30))
    try await shell.expect("pid ")
    let number = try await shell.expect("\n").filter(\.isNumber)
    try await shell.expect("/help lists the commands.")
    return (shell, try #require(pid_t(number)))
  }

  /// What the shell's page holds in the end, of which the modes are all the same one.
  private func expectSameModes(_ count: Int, of shell: ChildProcess) {
    var model = TerminalModel(columns: 60, rows: 30)
    model.receive(shell.transcript())
    #expect(!model.isFull && model.modes == ["7", "25"] && model.unknown.isEmpty)
    let sums = model.text.filter { $0.hasSuffix("  -") }
    #expect(sums.count == count && Set(sums).count == 1, "\(model.text)")
  }

  @Test(
    "stopped, it has given the terminal back, and after fg it is whole again, each time",
    arguments: [true, false])
  func stopped(isTyped: Bool) async throws {
    let server = try await Served()
    // The key stops the shell in between as well; the signal is for the program alone.
    let start = isTyped ? "" : "exec"
    let (shell, process) = try await self.start(
      """
      set -m; mode() { stty -a | md5sum; }; mode
      sh -c 'echo pid $$; \(start) "$0" join "$1" --nick ann' "$0" "$1"
      mode; echo away; fg; mode; echo away; fg; echo rc $?; mode
      """, at: server)
    try shell.write("half")
    try await shell.expect("half")
    for _ in 0..<2 {
      #expect(try isRaw(process))
      if isTyped { try shell.write("\u{1a}") } else { #expect(kill(process, SIGTSTP) == 0) }
      try await shell.expect("\u{1b}[?1049l")
      try await shell.expect("away")
      try await shell.expect("\u{1b}[?1049h")
      try await shell.expect("ann> half")
    }
    try shell.write(" a line\r")
    try await shell.expect("ann: half a line")
    try shell.write("\u{4}")
    try await shell.expect("rc 0")
    #expect(try await shell.ending() == .exited(0))
    expectSameModes(4, of: shell)
  }

  @Test("told to go on without having been stopped, it draws anew and forgets no mode")
  func notStopped() async throws {
    let server = try await Served()
    let (shell, process) = try await start(
      """
      stty -a | md5sum; sh -c 'echo pid $$; exec "$0" join "$1" --nick ann' "$0" "$1"
      stty -a | md5sum
      """, at: server)
    for _ in 0..<2 {
      #expect(kill(process, SIGCONT) == 0)
      try await shell.expect("\u{1b}[?1049h")
      try await shell.expect("ann> ")
      #expect(try isRaw(process))
    }
    try shell.write("\u{4}")
    #expect(try await shell.ending() == .exited(0))
    expectSameModes(2, of: shell)
  }

  @Test("what dies while it is stopped writes nothing on the shell's page")
  func diesStopped() async throws {
    let server = try await Served()
    let (shell, process) = try await start(
      """
      set -m; sh -c 'echo pid $$; exec "$0" join "$1" --nick ann' "$0" "$1"
      echo away; kill -ABRT %1; fg; echo rc $?
      """, at: server)
    #expect(kill(process, SIGTSTP) == 0)
    try await shell.expect("away")
    #expect(try await !shell.expect("rc \(128 + SIGABRT)").contains("\u{1b}"))
    #expect(try await shell.ending() == .exited(0))
  }

  @Test("a crash is not held up by a terminal that stands still")
  func standsStill() async throws {
    let server = try await Served()
    let (program, process) = try await start(
      #"echo pid $$; exec "$0" join "$1""#, at: server)
    let terminal = open("/proc/\(process)/fd/0", O_RDWR | O_NOCTTY | O_CLOEXEC)
    #expect(tcflow(terminal, TCOOFF) == 0)
    close(terminal)
    #expect(kill(process, SIGSEGV) == 0)
    #expect(try await program.ending() == .killed(SIGSEGV))
  }
}
