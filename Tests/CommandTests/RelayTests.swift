import Testing

/// `parley serve --relay`: what one sends all the others get.
@Suite("Relay")
struct RelayTests {
  @Test(
    "what one sends goes unchanged to all the others and nobody else, at every split",
    .needs(.python3), arguments: ["raw", "line", "dec10", "u16", "u32"])
  func splits(framing: String) async throws {
    let server = try await RunningServer(["any"], ["--relay", "--frame", framing])
    let clients = try ChildProcess(
      try Peer.python3.find(),
      [Tree.script("relay_splits.py"), "127.0.0.1", server.ports[0], framing])
    let ending = try await clients.ending()
    #expect(
      ending == .exited(0), "\(String(decoding: clients.transcript(.errors), as: UTF8.self))")
    #expect(try await server.end() == .exited(0))
  }

  @Test(
    "who sends a message over the limit is closed, and says nothing to the others",
    .needs(.socat),
    arguments: [("dec10", Array("      1001".utf8)), ("u32", [0, 0, 0x03, 0xe9])])
  func tooLong(framing: String, header: [UInt8]) async throws {
    let server = try await RunningServer(
      ["any"], ["--relay", "--frame", framing, "--max-frame", "1000"])
    let offender = try client(server)
    try await server.process.expect("connected client=1 ", from: .errors)
    let listener = try client(server)
    try await server.process.expect("connected client=2 ", from: .errors)
    try offender.write(header)
    try await server.process.expect("closed client=1 ", from: .errors)
    _ = try await offender.ending()
    #expect(listener.transcript().isEmpty)
    #expect(try await server.end() == .exited(0))
  }

  private func client(_ server: RunningServer) throws -> ChildProcess {
    try ChildProcess(try Peer.socat.find(), ["-", "TCP:127.0.0.1:\(server.ports[0])"])
  }
}
