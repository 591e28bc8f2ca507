import Glibc
import Testing

@Suite("parley join after a lost connection", .timeLimit(.minutes(5)), .needs(.python3))
struct JoinReturnTests {
  private func join(_ address: String, _ more: String...) throws -> ChildProcess {
    try ChildProcess(try Tree.parley(), ["join", address] + more, environment: ["USER": ""])
  }

  /// A relay to this server, and where it listens.
  private func relay(to address: String) async throws -> (ChildProcess, address: String) {
    let relay = try ChildProcess(
      try Peer.python3.find(), [Tree.script("relay_cuts.py"), port(of: address)])
    return (relay, "127.0.0.1:" + (try await relay.expect("\n").dropLast()))
  }

  private func port(of address: String) -> String {
    String(address.split(separator: ":").last ?? "")
  }

  private func text(_ child: ChildProcess, _ source: ChildProcess.Source = .output) -> String {
    String(decoding: child.transcript(source), as: UTF8.self)
  }

  @Test("cut again and again, it says every line once and hears every line once", arguments: 1...3)
  func cuts(seed: Int) async throws {
    let server = try await Served()
    let (relay, address) = try await relay(to: server.address)
    let bob = try join(server.address, "--nick", "bob")
    try await bob.expect("* You are bob", from: .errors)
    let ann = try join(address, "--nick", "ann")
    try await bob.expect("* ann joined\n")
    var random = SeededGenerator(seed: UInt64(seed))
    var lines: [String] = []
    for round in 0..<4 {
      try relay.write("cut \(Int.random(in: 1...4_000, using: &random))\n")
      try await relay.expect("counting\n")
      let more = (0..<150).map { "ann says \($0 + 150 * round)" }
      lines += more
      try ann.write(more.joined(separator: "\n") + "\n")
      try bob.write((0..<50).map { "bob says \($0 + 50 * round)\n" }.joined())
      try await relay.expect("cut\n")
      try await ann.expect("* Back after", from: .errors)
    }
    try await bob.expect("ann: ann says 599\n")
    try await ann.expect("bob: bob says 199\n")
    ann.closeInput()
    #expect(try await ann.ending() == .exited(0))
    let heard = text(bob).split(separator: "\n").filter { $0.hasPrefix("ann: ") }
    #expect(heard == lines.map { "ann: \($0)" }.map { Substring($0) })
    let shown = text(ann).split(separator: "\n").filter { $0.hasPrefix("bob: ") }
    #expect(shown == (0..<200).map { "bob: bob says \($0)" }.map { Substring($0) })
  }

  @Test("a server that is killed and begun anew elsewhere is found, and what waits is said there")
  func killed() async throws {
    let first = try await Served()
    let (relay, address) = try await relay(to: first.address)
    let ann = try join(address, "--nick", "ann")
    try await ann.expect("* You are ann", from: .errors)
    try ann.write("/join tea\n")
    try await ann.expect("You are now in tea")
    first.child.signal(SIGKILL)
    try await ann.expect("* No connection: ", from: .errors)
    try ann.write("typed meanwhile\n")
    try await ann.expect("* waits for a connection: typed meanwhile\n", from: .errors)
    let second = try await Served()
    let bob = try join(second.address, "--nick", "bob", "--room", "tea")
    try await bob.expect("* You are bob in tea", from: .errors)
    try relay.write("target \(port(of: second.address))\n")
    try await bob.expect("ann: typed meanwhile\n")
    try await ann.expect("you are ann in tea, with bob.", from: .errors)
    try await ann.expect("You are in lobby again.", from: .errors)
    ann.closeInput()
    #expect(try await ann.ending() == .exited(0))
  }

  @Test(
    "without a server it can be left at once: by a word, a signal, or the end of its input",
    arguments: ["/quit\n", "SIGINT", "end"])
  func leaves(how: String) async throws {
    let server = try await Served()
    let ann = try join(server.address, "--nick", "ann")
    try await ann.expect("* You are ann", from: .errors)
    server.child.signal(SIGKILL)
    try await ann.expect("* No connection: ", from: .errors)
    switch how {
    case "SIGINT": ann.signal(SIGINT)
    case "end": ann.closeInput()
    default: try ann.write(how)
    }
    #expect(try await ann.ending() == .exited(0))
  }

  @Test("what is never said is told, and ends with 1")
  func unsaid() async throws {
    let server = try await Served()
    let ann = try join(server.address, "--nick", "ann")
    try await ann.expect("* You are ann", from: .errors)
    server.child.signal(SIGKILL)
    try await ann.expect("* No connection: ", from: .errors)
    try ann.write("never heard\n")
    try await ann.expect("* waits for a connection: never heard\n", from: .errors)
    ann.signal(SIGTERM)
    #expect(try await ann.ending() == .exited(1))
    try await ann.expect(": never heard\n", from: .errors)
    try await ann.expect("parley join: 1 message was not accepted\n", from: .errors)
  }
}
