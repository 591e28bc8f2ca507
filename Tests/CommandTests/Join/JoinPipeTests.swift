import Glibc
import Testing

@Suite("parley join in pipes", .timeLimit(.minutes(5)))
struct JoinPipeTests {
  private func join(_ arguments: String...) throws -> ChildProcess {
    try ChildProcess(try Tree.parley(), ["join"] + arguments, environment: ["USER": ""])
  }

  private func text(_ child: ChildProcess, _ source: ChildProcess.Source = .output) -> String {
    String(decoding: child.transcript(source), as: UTF8.self)
  }

  @Test("lines in, lines out, and the end of the input leaves politely")
  func chat() async throws {
    let server = try await Served()
    let ann = try join(server.address, "--nick", "ann")
    try await ann.expect("* You are ann in lobby", from: .errors)
    let bob = try join(server.address, "--nick", "bob")
    try bob.write("hello\n/me waves\n//slash\n\n/nick rob\nlast")
    bob.closeInput()
    let ending = try await bob.ending()
    #expect(ending == .exited(0), "\(String(decoding: bob.transcript(.errors), as: UTF8.self))")
    try await ann.expect("* rob left (quit)\n")
    let expected = """
      * bob joined
      bob: hello
      * bob waves
      bob: /slash
      * bob is now known as rob
      rob: last
      * rob left (quit)

      """
    #expect(text(ann) == expected)
    #expect(text(bob) == "* You are now rob.\n")
    ann.closeInput()
    #expect(try await ann.ending() == .exited(0))
  }

  @Test("many lines are all accepted, in order")
  func many() async throws {
    let server = try await Served()
    let ann = try join(server.address, "--nick", "ann")
    try await ann.expect("* You are ann", from: .errors)
    let bob = try join(server.address, "--nick", "bob")
    let lines = (0..<1000).map { "line \($0)\n" }
    try bob.write(lines.joined())
    bob.closeInput()
    #expect(try await bob.ending() == .exited(0))
    try await ann.expect("* bob left (quit)\n")
    let expected = "* bob joined\n" + lines.map { "bob: \($0)" }.joined() + "* bob left (quit)\n"
    #expect(text(ann) == expected)
  }

  @Test("a file can be the input, and an empty one is no error")
  func file() async throws {
    let server = try await Served()
    let nobody = try ChildProcess(
      "/bin/sh", ["-c", "exec \(try Tree.parley()) join \(server.address) </dev/null"])
    #expect(try await nobody.ending() == .exited(0))
    let script = "exec \(try Tree.parley()) join \(server.address) <\(Tree.root)/LICENSE"
    let reader = try ChildProcess("/bin/sh", ["-c", script])
    #expect(try await reader.ending() == .exited(0))
  }

  @Test("a message that was not accepted is told, and ends with 1")
  func refused() async throws {
    let server = try await Served()
    let ann = try join(server.address)
    try ann.write("\(String(repeating: "x", count: 20_000))\nfine\n/nosuch\n")
    ann.closeInput()
    #expect(try await ann.ending() == .exited(1))
    try await ann.expect("! not said (", from: .errors)
    try await ann.expect("parley join: 2 messages were not accepted\n", from: .errors)
  }

  @Test("a first signal ends in order", arguments: [SIGINT, SIGTERM])
  func signal(number: CInt) async throws {
    let server = try await Served()
    let ann = try join(server.address, "--nick", "ann")
    try await ann.expect("* You are ann", from: .errors)
    let bob = try join(server.address, "--nick", "bob")
    try await ann.expect("* bob joined\n")
    bob.signal(number)
    #expect(try await bob.ending() == .exited(0))
    try await ann.expect("* bob left (quit)\n")
  }

  @Test(
    "a second signal ends at once", .needs(.socat),
    arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(CInt, CInt)])
  func secondSignal(number: CInt, code: CInt) async throws {
    let puppet = try await Puppet()
    let ann = try join(puppet.address)
    try puppet.welcome()
    try ann.write("hello\n")
    try await puppet.child.expect("hello")
    // Nobody answers that, so there is something to wait for.
    try ann.signalTwice(number)
    let ending = try await ann.ending()
    #expect(ending == .exited(code), "\(text(ann, .errors))")
  }

  @Test(
    "an output that cannot be written and an input that cannot be read end with 4, and in order",
    arguments: [
      ("cat - | PARLEY >/dev/full", "write standard output: No space left on device"),
      ("PARLEY </", "read standard input: Is a directory"),
    ])
  func badStreams(script: String, words: String) async throws {
    let server = try await Served()
    let bob = try join(server.address, "--nick", "bob")
    try await bob.expect("* You are bob", from: .errors)
    let parley = "\(try Tree.parley()) join \(server.address) --nick ann"
    let ann = try ChildProcess(
      "/bin/sh", ["-c", script.replacing("PARLEY", with: parley)], environment: ["USER": ""])
    try await bob.expect("* ann joined\n")
    try bob.write("hello\n")
    try await bob.expect("* ann left (quit)\n")
    try await ann.expect("parley join: \(words)\n", from: .errors)
    ann.closeInput()
    #expect(try await ann.ending() == .exited(4))
  }

  @Test("a closed output ends it quietly")
  func closedOutput() async throws {
    let server = try await Served()
    let script = "exec \(try Tree.parley()) join \(server.address) --nick ann | head -n 1"
    let ann = try ChildProcess("/bin/sh", ["-c", script])
    try await ann.expect("* You are ann", from: .errors)
    let bob = try join(server.address, "--nick", "bob")
    try bob.write("one\ntwo\nthree\n")
    try await bob.expect("* ann left (quit)\n")
    #expect(try await ann.ending() == .exited(0))
    #expect(text(ann) == "* bob joined\n")
  }

  @Test("an address nobody listens at, does not resolve or does not parse: one line and a code")
  func failures() async throws {
    let cases: [(String, CInt, String)] = [
      ("127.0.0.1:1", 10, "parley join: connect 127.0.0.1:1: Connection refused\n"),
      ("1", 10, "parley join: connect localhost:1: "),
      ("unix:/nonexistent/socket", 10, "parley join: connect unix:/nonexistent/socket: "),
      ("nosuch.invalid:7000", 11, "parley join: resolve nosuch.invalid: "),
      ("[::1:7000", 2, "parley join: address \"[::1:7000\": "),
    ]
    for (address, code, words) in cases {
      let child = try join(address)
      #expect(try await child.ending() == .exited(code), "\(address)")
      #expect(text(child, .errors).hasPrefix(words), "\(address)")
      #expect(text(child).isEmpty)
    }
  }

  @Test("a server that closes without a word is explained", .needs(.socat))
  func protected() async throws {
    let puppet = try await Puppet()
    let ann = try join(puppet.address, "--nick", "ann", "--timeout", "60")
    // All that ann says has been read: otherwise the connection would be reset.
    try await puppet.child.expect("ann")
    puppet.child.signal(SIGTERM)
    #expect(try await ann.ending() == .exited(1))
    try await ann.expect("start it with --open\n", from: .errors)
  }

  @Test("a server that never answers is given up", .needs(.socat))
  func mute() async throws {
    let puppet = try await Puppet()
    let ann = try join(puppet.address, "--timeout", "0.2")
    #expect(try await ann.ending() == .exited(13))
    try await ann.expect("parley join: no answer", from: .errors)
  }

  @Test(
    "a server that dies is a lost connection, and what it had not accepted is told", .needs(.socat))
  func lost() async throws {
    let puppet = try await Puppet()
    let ann = try join(puppet.address, "--no-reconnect")
    try puppet.welcome()
    try ann.write("hello\n")
    try await puppet.child.expect("hello")
    puppet.child.signal(SIGKILL)
    #expect(try await ann.ending() == .exited(14))
    try await ann.expect("! not said (no answer came): hello\n", from: .errors)
    try await ann.expect("parley join: connection lost", from: .errors)
    try await ann.expect("parley join: 1 message was not accepted\n", from: .errors)
  }
}
