import Messaging
import Rooms
import Sockets
import Testing

@Suite("Hostile inputs", .timeLimit(.minutes(5)))
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
    print("hostile row \(file.row): the chat goes on")
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
    print("hostile row \(file.row): the talk goes on")
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
          try await source.send(bytes.bytes, to: port)
          _ = try await source.receive()
        }
      }
    }
    let other = try ChildProcess.parley("join", "127.0.0.1:\(server.ports[0])", "--nick", "bob")
    other.feed("all the same\n")
    try await member.expect("bob: all the same\n")
    #expect(member.transcript().starts(with: Array("* bob joined\nbob: ".utf8)))
    #expect(try await server.end() == .exited(0))
    print("hostile row \(file.row): the server goes on")
  }

  @Test(
    "a server that everybody could reach in plain does not start",
    arguments: try HostileFile.all(at: "serve-start"))
  func start(file: HostileFile) async throws {
    let child = try ChildProcess(try Tree.parley(), ["serve"] + file.options)
    let finished = try await child.finished()
    let words = file.steps.compactMap { if case .shows(let line, _) = $0 { line } else { nil } }
    #expect(finished.ending == .exited(2) && finished.output.isEmpty, "\(file)")
    #expect(finished.errors == words.map { $0 + "\n" }.joined(), "\(file)")
    print("hostile row \(file.row): refused")
  }

  @Test("what must not be sent is not", arguments: try HostileFile.all(at: "our-u16"))
  func sender(file: HostileFile) async throws {
    let talk = try await Listening("talk", ["--plain"], on: .v4)
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let connection = try await Connect.open(Address(talk.place.address), on: loop)
      defer { connection.close() }
      let place = connection.localAddress?.description ?? "?"
      let messages = MessageConnection(connection, framing: .u16)
      var unsendable = 0
      for step in file.steps {
        switch step {
        case .send(_, _, let bytes):
          do throws(any Error) {
            try await messages.send(bytes.bytes)
          } catch MessagingError.unsendable {
            unsendable += 1
          }
        case .showsAnything: unsendable -= 1
        case .shows(let line, _):
          let shown = try await talk.process.expect("\n")
          #expect(shown == line.replacingPlaces { _ in place } + "\n", "\(file)")
        default: throw ToolError("\(file): not for a sender")
        }
      }
      // As many were refused as the row says.
      #expect(unsendable == 0, "\(file)")
    }
    print("hostile row \(file.row): told")
  }

  @Test("a line of a file that means nothing is an error, and says where")
  func parser() throws {
    let good = try HostileFile.parts(
      of: "001.hex",
      "at plain-udp\n\nA*2 ff 00*3 \"a\\n\\\"\"*2 # words\n= \"x {A}\"\ngot A 3\n"
        + "at serve\nwith --flood 10\nA enters u16 native\nA (\"{n}\" 10)*3\nA waits 10\n")
    #expect(
      good.map(\.steps) == [
        [
          .send(
            from: "A", count: 2,
            bytes: Filling([0xFF, 0, 0, 0, 0x61, 0x0A, 0x22, 0x61, 0x0A, 0x22])),
          .shows("x {A}", count: 1), .got("A", 3),
        ],
        [
          .enter("A", [.u16, .native]),
          .send(from: "A", count: 1, bytes: Filling([0x31, 0x10, 0x32, 0x10, 0x33, 0x10])),
          .silence(of: "A", seconds: 10),
        ],
      ])
    #expect(good.map(\.options) == [[], ["--flood", "10"]] && good.map(\.variants) == [1, 2])
    for bad in [
      "", "at plain-udp\n", "A ff\n", "at x\nA \"a\n", "at x\nA ff*x\n", "at x\ngot A\n",
      "at x\nA (ff\n", "at x\nA ff)\n", "at x\nA enters telnet\n", "at x\nA ff*0\n",
    ] {
      #expect(throws: (any Error).self, "\(bad)") { try HostileFile.parts(of: "001.hex", bad) }
    }
  }

  @Test("a filling comes in any pieces")
  func filling() {
    var filling = Filling([1], times: 3)
    filling.append(Filling(Array("a{n}".utf8), times: 12))
    filling.append(Filling([2, 3], times: 9000))
    let whole = filling.bytes
    #expect(whole.starts(with: [1, 1, 1] + Array("a1a2a3a4a5a6a7a8a9a10a11a12".utf8) + [2, 3]))
    #expect(whole.count == 3 + 27 + 18_000)
    for first in [1, 2, 29, 30, 31, 16_384, 18_030, 20_000] {
      let pieces = Array(filling.pieces(first: first, of: 1000))
      #expect(pieces.flatMap(\.self) == whole && pieces[0].count == min(first, whole.count))
    }
  }
}
