import Glibc
import Testing

/// How a server ends.
@Suite("Ending a server")
struct ServeEndTests {
  @Test(
    "the first signal says goodbye to all, ends their streams, and ends with 0",
    .needs(.socat, .python3), arguments: [SIGTERM, SIGINT], ["1", "2"])
  func inOrder(signal: CInt, loops: String) async throws {
    let server = try await RunningServer(["any", "dec10", "u16"], ["--loops", loops])
    let line = try ChildProcess(
      try Peer.socat.find(), ["-", "TCP:127.0.0.1:\(server.ports[0])"])
    try line.write("/nick line\n")
    try await line.expect("You are line")
    let join = try ChildProcess(
      try Tree.parley(), ["join", "127.0.0.1:\(server.ports[0])", "--nick", "join"])
    try await line.expect("* join joined")
    var pupils: [ChildProcess] = []
    for (index, kind) in ["dec10", "u16"].enumerated() {
      pupils.append(
        try ChildProcess(
          try Peer.python3.find(),
          [Tree.script("chat_\(kind).py"), "127.0.0.1", server.ports[index + 1]]))
      try await line.expect("joined")
    }
    server.process.signal(signal)
    try await line.expect("* The server is closing.\r\n")
    for pupil in pupils {
      try await pupil.expect("The server is closing.\n")
      try await pupil.expect("* closed\n", from: .errors)
    }
    try await join.expect("The server is closing", from: .errors)
    #expect(try await server.process.ending() == .exited(0))
    #expect(server.log.last?.hasSuffix(" stopped") == true)
    #expect(try await line.ending() == .exited(0))
  }

  @Test(
    "the second signal does not wait for a client that does not read",
    .needs(.socat), arguments: [SIGTERM, SIGINT])
  func impatient(signal: CInt) async throws {
    let (server, clients) = try await withDeafClient("impatient-\(signal)")
    defer { withExtendedLifetime(clients) {} }
    try server.signalTwice(signal)
    #expect(try await server.ending() == .exited(128 + signal))
    try await server.expect(" stopping\n", from: .errors)
  }

  @Test("a client that does not read does not keep the server from its end", .needs(.socat))
  func patient() async throws {
    let (server, clients) = try await withDeafClient("patient")
    defer { withExtendedLifetime(clients) {} }
    server.signal(SIGTERM)
    try await server.expect(" stopped\n", from: .errors)
    #expect(try await server.ending() == .exited(0))
  }

  /// A server with more for a client that has stopped than the kernel takes.
  private func withDeafClient(_ name: String) async throws -> (
    server: ChildProcess, clients: [ChildProcess]
  ) {
    // Unix-domain sockets take little: what is not read stays with the server, which has room for it.
    let name = "parley-test-\(getpid())-\(name)"
    let server = try ChildProcess(
      try Tree.parley(), ["serve", "unix:@\(name)", "--open", "--max-sendq", "1024m"])
    try await server.expect("Ctrl+C ends it.\n", from: .errors)
    let deaf = try client(name)
    try deaf.write("/nick deaf\n")
    try await deaf.expect("You are deaf")
    deaf.signal(SIGSTOP)
    let speaker = try client(name)
    let line = String(repeating: "x", count: 4_000) + "\n"
    for _ in 0..<100 { try speaker.write(line) }
    try speaker.write("/nick done\n")
    try await server.expect("to=\"done\"", from: .errors)
    #expect(!String(decoding: server.transcript(.errors), as: UTF8.self).contains("left "))
    return (server, [deaf, speaker])
  }

  private func client(_ name: String) throws -> ChildProcess {
    try ChildProcess(try Peer.socat.find(), ["-", "ABSTRACT-CONNECT:\(name)"])
  }
}
