import Testing

/// A full room, with people who vanish: `Tests/Load/fifty.py`, faster than people talk.
@Suite("Fifty clients")
struct FiftyTests {
  @Test(
    "the others get each message exactly once and in order, also when two end abruptly",
    .needs(.python3), arguments: [1, 2])
  func fifty(loops: Int) async throws {
    let server = try await RunningServer(
      ["any", "dec10", "u16", "u32"], ["--loops", "\(loops)"])
    let clients = try ChildProcess(
      try Peer.python3.find(),
      ["\(Tree.root)/Tests/Load/fifty.py", "127.0.0.1"] + server.ports
        + ["--messages", "20", "--rate", "5"])
    let ending = try await clients.ending(within: .seconds(90))
    let words = [ChildProcess.Source.output, .errors].map {
      String(decoding: clients.transcript($0), as: UTF8.self)
    }
    #expect(ending == .exited(0), "\(words.joined())")
    #expect(try await server.end() == .exited(0))
  }
}
