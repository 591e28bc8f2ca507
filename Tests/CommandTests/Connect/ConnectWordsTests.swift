import Glibc
import Sockets
import Testing

@testable import parley

/// What `connect` and `listen` say of what happens.
@Suite("Words of connect and listen")
struct ConnectWordsTests {
  @Test("-v explains every step of a connection that ends in order")
  func verbose() async throws {
    let (run, port) = try await withServer { client in
      try await client.write(try await client.readToEnd(atMost: 100) + Array("!".utf8))
    } _: { port, _ in
      let child = try ChildProcess.parley("connect", "-v", "127.0.0.1:\(port)")
      return (try await child.finished(fed: Array("hello".utf8)), port)
    }
    #expect(run.text == "hello!" && run.ending == .exited(0))
    var lines = run.errors.split(separator: "\n").map {
      $0.dropFirst("parley connect: ".utf8.count)
    }
    let connected = lines.remove(at: 2)
    #expect(connected.hasPrefix("connected to 127.0.0.1:\(port) in "))
    #expect(connected.hasSuffix(" ms") || connected.hasSuffix(" s"))
    #expect(
      lines == [
        "resolved to 127.0.0.1:\(port)", "trying 127.0.0.1:\(port)",
        "input has ended after 5 bytes; 127.0.0.1:\(port) has been told",
        "127.0.0.1:\(port) has ended after 6 bytes", "5 bytes sent, 6 received",
      ])
  }

  @Test(
    "a failure says of which kind it is, for which address, and after how long",
    arguments: [
      ("127.0.0.1:1", 10, "connect 127.0.0.1:1: Connection refused"),
      ("unix:/no/such/socket", 10, "connect unix:/no/such/socket: No such file or directory"),
      ("nosuch.invalid:1", 11, "resolve nosuch.invalid: "),
    ])
  func failures(address: String, code: Int32, words: String) async throws {
    let run = try await Run(["connect", address])
    #expect(run.errors.hasPrefix("parley connect: \(words)"), "\(run.errors)")
    #expect(run.errors.contains(", after ") && run.errors.hasSuffix("s\n"), "\(run.errors)")
    #expect(run.output.isEmpty && run.ending == .exited(code))
  }

  @Test("a reset says how much went before, and all that came is there")
  func reset() async throws {
    let (run, port) = try await withServer { client in
      try await client.write([UInt8](repeating: 1, count: 50_000))
      _ = try await client.read(exactly: 3)
      client.abort()
    } _: { port, _ in
      let child = try ChildProcess.parley("connect", "127.0.0.1:\(port)")
      try child.write([1, 2, 3])
      return (try await child.finished(), port)
    }
    #expect(run.output.count == 50_000 && run.ending == .exited(14))
    #expect(
      run.errors.hasPrefix("parley connect: 127.0.0.1:\(port) reset the connection after ")
        && run.errors.hasSuffix("s, 3 bytes sent and 50000 received\n"), "\(run.errors)")
  }

  @Test("with -k, a client is a remark, and an output that cannot be written is the end")
  func full() async throws {
    let script = "exec \"$0\" listen -k 127.0.0.1:0 > /dev/full"
    let child = try ChildProcess("/bin/sh", ["-c", script, try Tree.parley()])
    try await child.expect("listening on ", from: .errors)
    let address = try await child.expect("\n", from: .errors).dropLast()
    let client = try ChildProcess.parley("connect", String(address))
    client.feed("x")
    let finished = try await child.finished()
    #expect(finished.ending == .exited(4))
    _ = try await client.ending()
    #expect(
      finished.errors.hasSuffix(
        "parley listen: write standard output: No space left on device\n"), "\(finished.errors)")
  }

  @Test("an address may be a host and a port")
  func operands() throws {
    #expect(try ConnectOptions.verb.parse(["h", "80"])?.address == "h:80")
    #expect(try ConnectOptions.verb.parse(["::1", "80"])?.address == "[::1]:80")
    #expect(try ConnectOptions.verb.parse(["[::1]", "80"])?.address == "[::1]:80")
    #expect(try ConnectOptions.verb.parse(["unix:/x"])?.address == "unix:/x")
    #expect(try AcceptOptions.verb.parse(["-lk", "9000"])?.listen.addresses == ["9000"])
  }

  @Test(
    "habits of other tools are answered with how it is called here",
    arguments: [
      (["connect", "-l", "9000"], "to serve, it is 'parley listen ADDRESS'"),
      (["connect", "-k", "9000"], "to serve many clients, it is 'parley listen -k ADDRESS'"),
      (["connect", "-i", "0", "9000"], "-i must be over zero, or none"),
      (["connect", "-w", "0", "9000"], "-w must be over zero, or none"),
      (["connect", "--wait=0", "9000"], "--wait must be over zero, or none"),
      (["connect", "-e", "cat", "-c", "cat", "1"], "either --exec or --sh-exec, not both"),
      (
        ["listen", "--reply", "x", "-i", "3", "1"],
        "--reply takes what a client sends until it ends: -i has no meaning"
      ),
      (
        ["listen", "-k", "-w", "3", "1"],
        "-w is for one client that has to come: not with -k, -u or --reply"
      ),
      (["connect", "-q", "x", "9000"], "-q takes seconds or none, not 'x'"),
      (
        ["listen", "--send-only", "--recv-only", "1"],
        "either --send-only or --recv-only, not both"
      ),
    ])
  func usage(arguments: [String], words: String) async throws {
    let run = try await Run(arguments)
    #expect(run.errors.hasPrefix("parley \(arguments[0]): \(words)\n"), "\(run.errors)")
    #expect(run.ending == .exited(2))
  }

  @Test("a time is told as people say it")
  func times() {
    #expect(Duration.microseconds(900).words == "0 ms")
    #expect(Duration.milliseconds(999).words == "999 ms")
    #expect(Duration.seconds(2).words == "2 s")
    #expect(Duration.milliseconds(1250).words == "1.25 s")
    #expect(Duration.milliseconds(61_050).words == "61.05 s")
  }

  @Test(
    "a socket file goes with the program that listens on it",
    arguments: [["listen"], ["listen", "-k"], ["echo", "--listen"], ["serve", "--relay"]])
  func socketFile(arguments: [String]) async throws {
    let path = "/tmp/parley-test-\(getpid())-\(arguments.joined())"
    let child = try ChildProcess(try Tree.parley(), arguments + ["unix:\(path)"])
    try await child.expect("unix:\(path)", from: .errors)
    #expect(access(path, F_OK) == 0)
    child.signal(SIGTERM)
    #expect(try await child.ending() == .exited(0))
    #expect(access(path, F_OK) != 0)
  }
}
