import Testing

/// `parley chat --plain tcp`, each peer a process.
@Suite("A TCP group chat of processes")
struct MeshTests {
  private struct Peer {
    let process: ChildProcess
    let port: String

    init(_ name: String, _ others: String...) async throws {
      process = try ChildProcess(
        try Tree.parley(),
        ["chat", "--plain", "tcp", "0", "--nick", name] + others.map { "127.0.0.1:\($0)" })
      try await process.expect("listening on ", from: .errors)
      let place = try await process.expect("\n", from: .errors).dropLast()
      port = String(place.split(separator: ":").last ?? "")
    }

    func end() async throws -> ChildProcess.Ending {
      process.signal(15)
      return try await process.ending()
    }
  }

  @Test(
    "eight peers that are killed and restarted are one group afterwards, and miss and repeat nothing",
    .needs(.python3))
  func churn() async throws {
    let group = try ChildProcess(
      try CommandTests.Peer.python3.find(),
      ["\(Tree.root)/Tests/Load/mesh.py", try Tree.parley(), "--seconds", "3"])
    let ending = try await group.ending(within: .seconds(90))
    let words = [ChildProcess.Source.output, .errors].map {
      String(decoding: group.transcript($0), as: UTF8.self)
    }
    #expect(ending == .exited(0), "\(words.joined())")
  }

  @Test("whoever leaves says so, whoever is killed is gone, and both come back")
  func presence() async throws {
    let alice = try await Peer("alice")
    let bob = try await Peer("bob", alice.port)
    try await alice.process.expect("* bob joined\n")
    try await bob.process.expect("* alice joined\n")
    try bob.process.write("hello\n")
    try await alice.process.expect("bob: hello\n")
    #expect(try await bob.end() == .exited(0))
    try await alice.process.expect("* bob left\n")
    let again = try await Peer("bob", alice.port)
    try await alice.process.expect("* bob joined\n")
    again.process.signal(9)
    try await alice.process.expect("* bob is gone (closed by the other side)\n")
    alice.process.closeInput()
    #expect(try await alice.process.ending() == .exited(0))
  }

  @Test("a peer that stops reading delays nobody, and is cut with a reason")
  func slow() async throws {
    let alice = try await Peer("alice")
    let slow = try await Peer("slow", alice.port)
    let quick = try await Peer("quick", alice.port)
    for name in ["slow", "quick"] { try await alice.process.expect("* \(name) joined\n") }
    try await quick.process.expect("* alice joined\n")
    slow.process.signal(19)
    let line = String(repeating: "x", count: 1000)
    alice.process.feed((0..<4000).map { "\($0) \(line)\n" }.joined())
    try await quick.process.expect("alice: 3999 \(line)\n", within: .seconds(60))
    let cut = "* slow is gone (cut: the other side takes too little of what is sent to it)\n"
    let shown = String(decoding: alice.process.transcript(), as: UTF8.self)
    #expect(shown.contains(cut))
    slow.process.signal(18)
    slow.process.signal(15)
    _ = try await slow.process.ending()
  }

  @Test("a name is asked for once the port is open, and without one there is no goodbye")
  func asks() async throws {
    let alice = try await Peer("alice")
    let bob = try ChildProcess(
      try Tree.parley(), ["chat", "--plain", "tcp", "0", "127.0.0.1:\(alice.port)"])
    try await bob.expect("listening on ", from: .errors)
    try await bob.expect("Enter your username to start the chat:\n", from: .errors)
    try bob.write("bob\n")
    try await alice.process.expect("* bob joined\n")
    bob.closeInput()
    try await alice.process.expect("* bob left\n")
    #expect(try await bob.ending() == .exited(0))
    let nobody = try ChildProcess(try Tree.parley(), ["chat", "--plain", "tcp", "0"])
    try await nobody.expect("Enter your username", from: .errors)
    nobody.signal(2)
    #expect(try await nobody.ending() == .exited(0))
  }

  @Test("a port in use is an error, also when it is that of another peer")
  func portInUse() async throws {
    let alice = try await Peer("alice")
    let other = try await ChildProcess.parley(
      "chat", "--plain", "tcp", alice.port, "--nick", "bob"
    ).finished()
    #expect(other.ending == .exited(4), "\(other)")
    #expect(other.errors.contains("Address already in use"))
  }
}
