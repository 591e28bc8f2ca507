import Glibc
import Testing

@Suite("parley echo to a server", .timeLimit(.minutes(5)))
struct EchoClientTests {
  private func echo(_ arguments: String...) throws -> ChildProcess {
    try ChildProcess(try Tree.parley(), ["echo"] + arguments)
  }

  private func errors(_ child: ChildProcess) -> String {
    String(decoding: child.transcript(.errors), as: UTF8.self)
  }

  /// Bytes of all values.
  private func bytes(_ count: Int) -> [UInt8] { EchoServers.bytes(count) }

  @Test(
    "finite input comes back and ends by itself, whatever the server's pieces and end are",
    .needs(.python3),
    arguments: ["odd", "late", "open"].flatMap { habit in
      // Of a server that answers late, all must be under way.
      [0, 1, habit == "late" ? 2_000_000 : 10_000_000].map { (habit, $0) }
    })
  func finite(habit: String, size: Int) async throws {
    let server = try await EchoServers.python(habit)
    let client = try echo(server.address)
    try client.write(bytes(size))
    client.closeInput()
    #expect(try await client.ending() == .exited(0))
    #expect(client.transcript() == bytes(size))
    #expect(errors(client).isEmpty)
  }

  @Test("a typed line is echoed at once, and the end of the input ends it")
  func typed() async throws {
    let server = try await EchoServers.ours()
    let client = try echo(server.address, "-v")
    for line in ["hello\n", "è €\n", "\n", "no end"] {
      try client.write(line)
      try await client.expect(line)
    }
    client.closeInput()
    #expect(try await client.ending() == .exited(0))
    let size = "hello\nè €\n\nno end".utf8.count
    #expect(
      errors(client) == """
        parley echo: connected to \(server.address)
        parley echo: the input ended after \(size) bytes
        parley echo: all \(size) bytes have come back

        """)
  }

  @Test(
    "a wrong byte is shown beside the right one, with its offset", .needs(.python3),
    arguments: [0, 5, 65_536, 777_777])
  func wrong(offset: Int) async throws {
    let server = try await EchoServers.python("corrupt", "\(offset)")
    let client = try echo(server.address)
    let text = Array(repeating: Array("0123456789".utf8), count: 100_000).flatMap(\.self)
    try? client.write(text)
    client.closeInput()
    #expect(try await client.ending() == .exited(1))
    #expect(client.transcript() == Array(text[..<offset]))
    let lines = errors(client).split(separator: "\n")
    try #require(lines.count == 4)
    #expect(lines[0] == "Wrong echoed data:")
    let start = max(0, offset - 8)
    let local = String(decoding: text[start..<offset + 16], as: UTF8.self)
    #expect(lines[1] == "     local: b'\(local)'")
    var wrong = Array(text[start...offset])
    wrong[offset - start] ^= 0x20
    // What follows in the same read is shown as well.
    let remote = wrong.map {
      $0 < 0x20
        ? "\\x\(String($0 >> 4, radix: 16))\(String($0 & 15, radix: 16))"
        : String(UnicodeScalar($0))
    }
    #expect(lines[2].hasPrefix("    remote: b'\(remote.joined())"))
    #expect(lines[3] == "    offset: \(offset)")
  }

  @Test(
    "an echo that is too short, too long, too early or cut off is told with its offset",
    .needs(.python3),
    arguments: [
      ("short", 1, "the server closed before the whole echo: at offset 4, of 10 bytes sent", 4),
      ("long", 1, "more came back than was sent: b'!!!!' at offset 10", 10),
      ("early", 1, "more came back than was sent: b'????' at offset 0", 0),
      ("reset", 14, "the server reset the connection: at offset 4, of 10 bytes sent", 4),
    ] as [(String, CInt, String, Int)])
  func faults(habit: String, code: CInt, words: String, offset: Int) async throws {
    let server = try await EchoServers.python(habit, "4")
    let client = try echo(server.address)
    if habit != "early" { try client.write("0123456789") }
    if habit == "long" { client.closeInput() }
    #expect(try await client.ending() == .exited(code))
    #expect(errors(client) == "parley echo: \(words)\n")
    #expect(client.transcript() == Array("0123456789".utf8.prefix(offset)))
  }

  @Test("a server that closes while there is input is told, but not one that only was faster")
  func closed() async throws {
    let server = try await EchoServers.python("short", "4")
    let late = try echo(server.address)
    try late.write("0123")
    #expect(try await late.ending() == .exited(1))
    #expect(errors(late) == "parley echo: the server closed before the input ended: at offset 4\n")
    let done = try echo(server.address)
    try done.write("0123")
    done.closeInput()
    #expect(try await done.ending() == .exited(0))
    #expect(errors(done).isEmpty)
  }

  @Test("a server that hangs up on a stream is told, not hung on", .needs(.python3))
  func hasty() async throws {
    let server = try await EchoServers.python("hasty", "1000000")
    let client = try ChildProcess(
      "/bin/sh",
      ["-c", "\(try Tree.parley()) rand | \(try Tree.parley()) echo \(server.address) | wc -c"])
    #expect(try await client.ending() == .exited(0))
    let words = errors(client)
    #expect(
      words.contains(": at offset ") && words.hasPrefix("parley echo: the server "), "\(words)")
  }

  @Test(
    "a standstill is told after the time-out, and what it may come from", .needs(.python3),
    arguments: [
      ("late", "the server sends nothing back before it has more, and no more than "),
      ("deaf", "the server does not read on"),
    ])
  func standstill(habit: String, words: String) async throws {
    let server = try await EchoServers.python(habit)
    // Stops sending while it is connected, so the whole of it is stuck.
    let script = """
      \(try Tree.parley()) rand | { \(try Tree.parley()) echo \(server.address) --timeout 0.5; echo $?; }
      """
    let client = try ChildProcess("/bin/sh", ["-c", script])
    #expect(try await client.ending() == .exited(0))
    #expect(String(decoding: client.transcript(), as: UTF8.self) == "1\n")
    #expect(
      errors(client).hasPrefix("parley echo: both directions have stood still for 0.5 s after "))
    #expect(errors(client).contains(" bytes sent and 0 echoed: "))
    if habit == "late" { #expect(errors(client).contains(words)) }
  }

  @Test("silence after the end of the input is timed out, but not while input may come")
  func silent() async throws {
    let server = try await EchoServers.python("mute")
    let client = try echo(server.address, "--timeout", "0.3", "-v")
    try client.write("0123456789")
    #expect((try? await client.ending(within: .seconds(1))) == nil)
    client.closeInput()
    #expect(try await client.ending() == .exited(13))
    try await client.expect(
      "parley echo: nothing came back for 0.3 s: at offset 0, of 10 bytes sent\n", from: .errors)
  }

  @Test(
    "a paused reader of the output loses nothing, and is not the server's fault",
    arguments: ["head -c 9000000", "head -c 9000000; sleep 0.1"])
  func pausedReader(input: String) async throws {
    let server = try await EchoServers.ours()
    let parley = try Tree.parley()
    let script = """
      parley() { \(parley) "$@"; }
      parley rand --seed 1 | { \(input); } | tee >(cksum >&2) \
      | parley echo \(server.address) --timeout 0.3 | { sleep 1; cksum; }
      """
    let client = try ChildProcess("/bin/bash", ["-c", "set -o pipefail; " + script])
    #expect(try await client.ending() == .exited(0))
    #expect(client.transcript() == client.transcript(.errors))
  }

  @Test("an output that nobody reads any more ends it quietly")
  func closedOutput() async throws {
    let server = try await EchoServers.ours()
    let parley = try Tree.parley()
    let script = """
      \(parley) rand --seed 7 | { \(parley) echo \(server.address); echo $? >&2; } | head -n 2
      """
    let client = try ChildProcess("/bin/sh", ["-c", script])
    #expect(try await client.ending() == .exited(0))
    #expect(errors(client) == "0\n")
    #expect(String(decoding: client.transcript(), as: UTF8.self) == "1496452567\n1674306020\n")
  }

  @Test(
    "the first signal ends it", arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(CInt, CInt)])
  func signal(number: CInt, code: CInt) async throws {
    let server = try await EchoServers.ours()
    let client = try echo(server.address)
    try client.write("x")
    try await client.expect("x")
    client.signal(number)
    #expect(try await client.ending() == .exited(code))
    #expect(errors(client).isEmpty)
  }

  @Test(
    "lines are messages of every framing, and come back as lines",
    arguments: ["line", "dec10", "u16", "u32"])
  func messages(framing: String) async throws {
    let server = try await EchoServers.ours(["--frame", framing])
    let client = try echo(server.address, "--frame", framing)
    try client.write("hello\n")
    try await client.expect("hello\n")
    try client.write("è €\nx\r\nlast")
    client.closeInput()
    #expect(try await client.ending() == .exited(0))
    #expect(client.transcript() == Array("hello\nè €\nx\nlast\n".utf8))
    #expect(errors(client).isEmpty)
  }

  @Test("a line may come back with LF for CR LF", .needs(.python3))
  func lineFeed() async throws {
    let server = try await EchoServers.python("lf")
    let client = try echo(server.address, "--frame", "line")
    try client.write("one\n\ntwo\n")
    client.closeInput()
    #expect(try await client.ending() == .exited(0))
    #expect(client.transcript() == Array("one\n\ntwo\n".utf8))
  }

  @Test("many messages, and one of a megabyte")
  func manyMessages() async throws {
    let server = try await EchoServers.ours(["--frame", "dec10"])
    let client = try echo(server.address, "--frame", "dec10")
    let text =
      (0..<5_000).map { "message \($0)\n" }.joined()
      + String(repeating: "x", count: 1_000_000) + "\n"
    try client.write(text)
    client.closeInput()
    #expect(try await client.ending() == .exited(0))
    #expect(client.transcript() == Array(text.utf8))
  }

  @Test("wrong usage is told, and a server that is not there")
  func failures() async throws {
    let cases: [([String], CInt, String)] = [
      ([], 2, "parley echo: ADDRESS or --listen ADDRESS is missing\n"),
      (["1", "--listen", "0"], 2, "parley echo: either ADDRESS or --listen ADDRESS\n"),
      (["1", "--log"], 2, "parley echo: --log needs --listen\n"),
      (["-v", "-l", "0"], 2, "parley echo: -v is for a client; a server has --log\n"),
      (["127.0.0.1:1"], 10, "parley echo: connect 127.0.0.1:1: Connection refused, after "),
      (["nosuch.invalid:7"], 11, "parley echo: resolve nosuch.invalid: "),
    ]
    for (arguments, code, words) in cases {
      let child = try ChildProcess(try Tree.parley(), ["echo"] + arguments)
      #expect(try await child.ending() == .exited(code), "\(arguments)")
      #expect(errors(child).hasPrefix(words), "\(errors(child))")
    }
  }

  @Test("a line that cannot be a message ends the input there; what is before comes back")
  func wrongLine() async throws {
    let server = try await EchoServers.ours(["--frame", "u16"])
    let client = try echo(server.address, "--frame", "u16")
    // No end of the input is needed.
    try client.write("a\nbb\r\n\nc\n")
    #expect(try await client.ending() == .exited(1))
    #expect(client.transcript() == Array("a\nbb\n".utf8))
    #expect(
      errors(client)
        == "parley echo: line 3 of the input: an empty frame would close the other side\n")
  }
}
