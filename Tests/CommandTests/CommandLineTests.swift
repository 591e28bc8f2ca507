import Testing

/// The built program, as a person or a script sees it.
@Suite("Command line")
struct CommandLineTests {
  private func run(_ arguments: String...) async throws -> (
    output: String, errors: String, ending: ChildProcess.Ending
  ) {
    let child = try ChildProcess(try Tree.parley(), arguments)
    let ending = try await child.ending()
    return (
      String(decoding: child.transcript(), as: UTF8.self),
      String(decoding: child.transcript(.errors), as: UTF8.self), ending
    )
  }

  @Test("help and version go to standard output and end with 0")
  func help() async throws {
    let version = try await run("--version")
    #expect(version == ("parley 0.1.0\n", "", .exited(0)))
    let help = try await run("help", "serve")
    #expect(help.output.contains("--listen ADDRESS[,frame=KIND]"))
    #expect(help.errors.isEmpty && help.ending == .exited(0))
  }

  @Test(
    "a closed standard descriptor is no fault of its own",
    arguments: ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
  func closed(how: String) async throws {
    let server = try await RunningServer(["any"])
    let shell = try ChildProcess(
      "/bin/sh",
      ["-c", "echo hello | \(try Tree.parley()) join 127.0.0.1:\(server.ports[0]) \(how)"])
    #expect(try await shell.ending() == .exited(0))
  }

  @Test("numbers without end do not go on for a closed output")
  func numbers() async throws {
    let shell = try ChildProcess("/bin/sh", ["-c", "exec \(try Tree.parley()) rand >&-"])
    #expect(try await shell.ending() == .exited(4))
  }

  @Test(
    "a result that nobody reads is no fault, one that the disk has no room for is",
    arguments: ["--help", "help serve", "help --man", "--version", "completions zsh", "addresses"])
  func unwritable(arguments: String) async throws {
    func shell(_ command: String) async throws -> (errors: String, ending: ChildProcess.Ending) {
      let child = try ChildProcess("/bin/sh", ["-c", command])
      let ending = try await child.ending()
      return (String(decoding: child.transcript(.errors), as: UTF8.self), ending)
    }
    let parley = "\(try Tree.parley()) \(arguments)"
    let full = try await shell("\(parley) > /dev/full")
    #expect(full == ("parley: standard output: No space left on device\n", .exited(4)))
    // The only reader is gone before the program begins.
    let unread = try await shell(
      """
      d=$(mktemp -d) && mkfifo $d/pipe && exec 3<>$d/pipe 4>$d/pipe 3<&- && rm -r $d && \
      \(parley) >&4
      """)
    #expect(unread == ("", .exited(0)))
  }

  @Test("a usage error is one line and a pointer on standard error, and ends with 2")
  func usage() async throws {
    let mistyped = try await run("join", "localhost:1", "--nikc", "a")
    let expected = """
      parley join: there is no option --nikc; did you mean --nick?
      Try 'parley help join'.

      """
    #expect(mistyped == ("", expected, .exited(2)))
  }
}
