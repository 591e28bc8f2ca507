import Sockets
import Testing

@Suite("Hostile inputs", .timeLimit(.minutes(1)))
struct HostileTests {
  @Test("the pure core takes each row as it says", arguments: try HostileFile.all(at: "plain-udp"))
  func core(file: HostileFile) async throws {
    var bench = PureDatagramBench()
    try await file.run(on: &bench)
  }

  @Test("the program takes each row as it says", arguments: try HostileFile.all(at: "plain-udp"))
  func program(file: HostileFile) async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      var bench = try await LiveDatagramBench(on: loop)
      try await file.run(on: &bench)
      #expect(try await bench.end() == .exited(0), "\(file)")
    }
  }

  @Test(
    "the pure core takes each row of frames as it says",
    arguments: try HostileFile.all(at: "talk-u16"))
  func frames(file: HostileFile) async throws {
    var bench = PureTalkBench()
    _ = try await file.run(on: &bench)
    #expect(bench.lines.isEmpty, "\(file)")
  }

  @Test(
    "the program takes each row of frames as it says",
    arguments: try HostileFile.all(at: "talk-u16"))
  func framesToProgram(file: HostileFile) async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      var bench = try await LiveTalkBench(on: loop)
      let expected = try await file.run(on: &bench)
      let (ending, lines) = try await bench.end()
      #expect(ending == .exited(0) && lines == expected, "\(file)")
    }
  }

  @Test("a server has no ears for datagrams", arguments: try HostileFile.all(at: "serve-udp"))
  func server(file: HostileFile) async throws {
    let server = try await RunningServer(["any"], [])
    let member = try ChildProcess.parley("join", "127.0.0.1:\(server.ports[0])", "--nick", "ann")
    try await member.expect("* You are ann", from: .errors)
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let port = SocketAddress.ipv4(.loopback, port: try #require(UInt16(server.ports[0])))
      let source = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      try await source.connect(to: port)
      for case .send(_, _, let bytes) in file.steps {
        // The system says that nobody is there.
        await #expect(throws: SocketError.self) {
          try await source.send(bytes, to: port)
          _ = try await source.receive()
        }
      }
    }
    let other = try ChildProcess.parley("join", "127.0.0.1:\(server.ports[0])", "--nick", "bob")
    other.feed("all the same\n")
    try await member.expect("bob: all the same\n")
    #expect(member.transcript().starts(with: Array("* bob joined\nbob: ".utf8)))
    #expect(try await server.end() == .exited(0))
  }

  @Test("a line of a file that means nothing is an error, and says where")
  func parser() throws {
    let good = try HostileFile(
      "001.hex", "at plain-udp\n\nA*2 ff 00*3 \"a\\n\\\"\"*2 # words\n= \"x {A}\"\ngot A 3\n")
    #expect(
      good.steps == [
        .send(from: "A", count: 2, bytes: [0xFF, 0, 0, 0, 0x61, 0x0A, 0x22, 0x61, 0x0A, 0x22]),
        .shows("x {A}"), .got("A", 3),
      ])
    for bad in ["", "at plain-udp\n", "A ff\n", "at x\nA \"a\n", "at x\nA ff*x\n", "at x\ngot A\n"]
    {
      #expect(throws: (any Error).self, "\(bad)") { try HostileFile("001.hex", bad) }
    }
  }
}
