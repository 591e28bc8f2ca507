import Glibc
import Sockets
import Testing

/// `--exec` and `--sh-exec` of the built program.
@Suite("A program for a peer", .timeLimit(.minutes(5)))
struct ExecTests {
  private static let port = Loopback.v4.anyPort

  private func listen(_ options: String...) async throws -> Listening {
    try await Listening(["listen", Self.port] + options)
  }

  /// A client of ours that sends all of it and reads to the end.
  private func ask(_ server: Listening, _ bytes: [UInt8] = []) async throws -> Finished {
    try await ChildProcess.parley("connect", server.place.address).finished(fed: bytes)
  }

  @Test("what the client sends comes back through the program, whole, and both ends are passed on")
  func cat() async throws {
    let bytes = Pattern.bytes(3_000_000)
    let server = try await listen("--exec", "cat")
    let client = try await ask(server, bytes)
    #expect(client.difference(from: bytes) == nil)
    #expect(client.ending == .exited(0))
    #expect(try await server.process.ending() == .exited(0))
  }

  @Test(
    "clients of others see what the program prints, and its end",
    .needs(.nc, .ncat, .socat), arguments: ["nc", "ncat", "socat"])
  func others(name: String) async throws {
    let server = try await listen("-k", "--exec", "sort")
    let (host, port) = (server.place.host, server.place.port)
    let client =
      switch name {
      case "nc": try ChildProcess(try Peer.nc.find(), ["-N", host, port])
      case "ncat": try ChildProcess(try Peer.ncat.find(), [host, port])
      default: try ChildProcess(try Peer.socat.find(), ["-t", "300", "-", "TCP:\(host):\(port)"])
      }
    let finished = try await client.finished(fed: Array("b\nc\na\n".utf8))
    #expect(finished.text == "a\nb\nc\n")
    #expect(try await server.end() == .exited(0))
  }

  @Test("a server of somebody else's can have a program of ours", .needs(.ncat))
  func connecting() async throws {
    let server = try await listen("--recv-only")
    let client = try await ChildProcess.parley(
      "connect", server.place.address, "--exec", "printf 'to the peer'"
    ).finished()
    #expect(client.ending == .exited(0))
    let finished = try await server.process.finished()
    #expect(finished.text == "to the peer")
    #expect(finished.ending == .exited(0))
  }

  @Test("the program knows who is there, and has nothing of ours but standard error")
  func environment() async throws {
    let server = try await listen(
      "--sh-exec",
      """
      echo $NCAT_REMOTE_ADDR $NCAT_LOCAL_ADDR:$NCAT_LOCAL_PORT $NCAT_PROTO
      test "$NCAT_REMOTE_PORT" -gt 0 && echo port
      ls -l /proc/self/fd | grep -c -e socket: -e anon_inode:
      kill -PIPE $$
      """)
    let client = try await ask(server)
    #expect(
      client.text == """
        127.0.0.1 \(server.place.address) TCP
        port
        0

        """)
    let finished = try await server.process.finished()
    #expect(finished.errors.hasSuffix(" was ended by signal 13\n"), "\(finished.errors)")
    #expect(finished.ending == .exited(1))
  }

  @Test("a program's signals are neither blocked nor ignored, as ours are")
  func signals() async throws {
    // No shell: it would unblock them itself.
    let server = try await listen("--exec", "grep -e SigBlk -e SigIgn /proc/self/status")
    let masks = try await ask(server).text.split(separator: "\n").map { line in
      UInt64(line.split(separator: "\t").last ?? "", radix: 16) ?? .max
    }
    // The C library keeps the signals 32 and 33 to itself.
    #expect(masks.map { $0 & 0x7fff_ffff } == [0, 0])
  }

  @Test("a program may close its output and go on reading")
  func halfClose() async throws {
    let file = try ScratchFile()
    let server = try await listen("--sh-exec", "echo early; exec >&-; cat > \(file.path)")
    let client = try ChildProcess.parley("connect", server.place.address)
    try await client.expect("early\n")
    client.feed("late")
    #expect(try await client.ending() == .exited(0))
    #expect(try await server.process.ending() == .exited(0))
    #expect(try file.read() == Array("late".utf8))
  }

  @Test("a program that does not read what it is sent costs the client nothing of its answer")
  func deafProgram() async throws {
    let server = try await listen("--exec", "echo answer")
    let client = try await ask(server, Pattern.bytes(2_000_000))
    #expect(client.text == "answer\n")
    #expect(try await server.process.ending() == .exited(0))
  }

  @Test(
    "an answer is whole for a client that sends much before it reads any of it", .needs(.python3))
  func unreadAnswer() async throws {
    let server = try await listen("--sh-exec", "head -c 1 >/dev/null; head -c 300000 /dev/zero")
    // More than the buffers on the way take: it can be sent only when the program has ended.
    let script = """
      import socket, sys
      client = socket.create_connection(sys.argv[1:])
      client.sendall(bytes(10_000_000))
      count = 0
      while part := client.recv(1 << 16): count += len(part)
      print(count)
      """
    let client = try await ChildProcess(
      try Peer.python3.find(), ["-c", script, server.place.host, server.place.port]
    ).finished()
    #expect(client.text == "300000\n", "\(client)")
    #expect(try await server.process.ending() == .exited(0))
  }

  @Test("a program that has ended is not waited for by a client that keeps its direction open")
  func lingering() async throws {
    let server = try await listen("--exec", "echo answer")
    let client = try ChildProcess.parley("connect", server.place.address)
    try await client.expect("answer\n")
    #expect(try await server.process.ending() == .exited(0))
    client.closeInput()
  }

  @Test("a program that fails ends with 1 and is named with its status")
  func status() async throws {
    let server = try await listen("--sh-exec", "exit 7")
    #expect(try await ask(server).ending == .exited(0))
    let finished = try await server.process.finished()
    #expect(finished.ending == .exited(1))
    #expect(finished.errors.hasSuffix("/bin/sh -c exit 7 ended with 7\n"), "\(finished.errors)")
  }

  @Test(
    "a program that is missing ends with 4; of many clients each is told, and the next is served")
  func missing() async throws {
    let once = try await listen("--exec", "/no/such/program")
    #expect(try await ask(once).output.isEmpty)
    let finished = try await once.process.finished()
    #expect(finished.ending == .exited(4))
    #expect(
      finished.errors.hasSuffix("run /no/such/program: No such file or directory\n"),
      "\(finished.errors)")
    let kept = try await listen("-k", "--exec", "/no/such/program")
    for _ in 0..<2 {
      #expect(try await ask(kept).output.isEmpty)
      try await kept.process.expect("No such file or directory\n", from: .errors)
    }
    #expect(try await kept.end() == .exited(0))
  }

  @Test(
    "a client that resets ends the program and all that it started", arguments: ["sleep", "yes"])
  func reset(what: String) async throws {
    let server = try await listen(
      "--sh-exec", "sleep 1000 & echo $$ $!; \(what == "yes" ? "yes" : "sleep 1000")")
    let text = try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      try await Connect.to(try Address(server.place.address), on: loop) { connection in
        var text = ""
        while !text.contains("\n") {
          text += String(decoding: try await connection.read(atMost: 100), as: UTF8.self)
        }
        connection.abort()
        return text
      }
    }
    #expect(try await server.process.ending() == .exited(14))
    let numbers = text.prefix { $0 != "\n" }.split(separator: " ").compactMap { pid_t($0) }
    #expect(numbers.count == 2)
    for number in numbers { #expect(Self.isGone(number)) }
  }

  @Test("a signal ends the programs as well", arguments: ["-k", "-v"])
  func signal(option: String) async throws {
    let server = try await listen(option, "--sh-exec", "echo $$; exec sleep 1000")
    let client = try ChildProcess.parley("connect", server.place.address)
    let number = try #require(pid_t(try await client.expect("\n").dropLast()))
    #expect(try await server.end() == .exited(0))
    #expect(Self.isGone(number))
    client.closeInput()
    _ = try await client.ending()
  }

  @Test("a program that ignores the first signal is ended by force")
  func stubborn() async throws {
    let server = try await listen(
      "-k", "--sh-exec", "trap '' TERM; echo $$; while :; do sleep 1; done")
    let client = try ChildProcess.parley("connect", server.place.address)
    let number = try #require(pid_t(try await client.expect("\n").dropLast()))
    #expect(try await server.end() == .exited(0))
    #expect(Self.isGone(number))
    client.closeInput()
    _ = try await client.ending()
  }

  @Test("with -k each client has a program of its own, and all of them are waited for")
  func many() async throws {
    let server = try await listen("-k", "--sh-exec", "echo $$; cat")
    var clients: [ChildProcess] = []
    var numbers: Set<String> = []
    for _ in 0..<12 {
      let client = try ChildProcess.parley("connect", server.place.address)
      numbers.insert(try await client.expect("\n"))
      clients.append(client)
    }
    #expect(numbers.count == 12)
    for (index, client) in clients.enumerated() {
      client.feed("mine is \(index)")
      let finished = try await client.finished()
      #expect(finished.text.hasSuffix("\nmine is \(index)"))
    }
    for number in numbers {
      let number = try #require(pid_t(number.dropLast()))
      #expect(Self.isGone(number))
    }
    #expect(try await server.end() == .exited(0))
  }

  @Test("a program has both directions to itself: other words for them are refused")
  func refused() async throws {
    for options in [["-u"], ["--frame", "u16"], ["--send-only"], ["--recv-only"], ["-q", "1"]] {
      let child = try ChildProcess(
        try Tree.parley(), ["listen", Self.port, "--exec", "cat"] + options)
      #expect(try await child.ending() == .exited(2))
    }
    let child = try ChildProcess.parley("listen", Self.port, "--exec", "cat 'open")
    #expect(try await child.ending() == .exited(2))
  }

  /// Whether there is no such process, not even one that nobody has waited for.
  private static func isGone(_ number: pid_t) -> Bool {
    // An orphan of the program's is for init to wait for.
    let path = "/proc/\(number)/stat"
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return true }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = read(file, &bytes, bytes.count)
    let fields =
      String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
      .split(separator: ")").last?.split(separator: " ") ?? []
    return fields.first == "Z" && fields.dropFirst().first == "1"
  }
}
