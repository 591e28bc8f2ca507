import Testing

/// SIGTERM while everybody talks: `Tests/Load/drain.py`, in small.
@Suite("A server that ends under load")
struct DrainTests {
  @Test(
    "all who read have the same first messages of each sender, with every accepted one",
    .needs(.python3), arguments: [["--loops", "1"], ["--loops", "2"], ["--relay"]])
  func samePrefix(options: [String]) async throws {
    let log = try ScratchFile()
    let clients = try ChildProcess(
      try Peer.python3.find(),
      [
        "\(Tree.root)/Tests/Load/drain.py", "--serve", try Tree.parley(), "--log", log.path,
        "--clients", "18", "--rate", "40", "--seconds", "0.5",
      ] + options)
    let ending = try await clients.ending(within: .seconds(60))
    let words = [ChildProcess.Source.output, .errors].map {
      String(decoding: clients.transcript($0), as: UTF8.self)
    }
    #expect(ending == .exited(0), "\(words.joined())")
  }
}
