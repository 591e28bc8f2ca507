import Chat
import Glibc
import Testing

@testable import parley

@Suite("a file of limits")
struct LimitsFileTests {
  private func read(_ text: String) throws -> Limits {
    var limits = Limits()
    try LimitsFile.read(Array(text.utf8), called: "limits", into: &limits)
    return limits
  }

  @Test("sets what it names, with remarks and empty lines between")
  func reads() throws {
    let limits = try read("# ours\n\nmax-clients 5\n  flood\t7:9  # quick\r\nidle 0")
    var expected = Limits()
    expected.maximumClients = 5
    expected.flood = Rate(7, perSeconds: 1, burst: 9)
    expected.idle = nil
    expected.said = [.maxClients, .flood, .idle]
    #expect(limits == expected)
  }

  @Test(
    "tells the line that is wrong",
    arguments: [
      ("max-clients 5\nmax-guests 6", "limits:2:1: there is no limit 'max-guests'"),
      ("max-clients", "limits:1:1: not NAME VALUE"),
      ("\nmax-clients 5 6", "limits:2:1: not NAME VALUE"),
      ("\u{1b}[2J 5", "limits:1:1: there is no limit '<U+001B>[2J'"),
      ("flood x", "limits:1:7: flood takes N:BURST, such as 5:10, or 0 for no limit, not 'x'"),
    ])
  func wrong(text: String, words: String) {
    let error = #expect(throws: Complaint.self) { try read(text) }
    #expect(error?.description == words && error?.code == .usage)
  }

  @Test("what is typed wins over the file, whatever order they come in")
  func precedence() throws {
    let file = try ScratchFile("max-clients 5\nmax-rooms 6\n")
    var options = ServeOptions()
    options.limitsFile = file.path
    options.limits = [GivenLimit(name: .maxClients, text: "7")]
    let limits = try options.readLimits(from: Limits())
    #expect(limits.maximumClients == 7 && limits.maximumRooms == 6)
  }

  @Test(
    "is read again on SIGHUP, for those who come then; a bad file changes nothing",
    .needs(.nc))
  func reload() async throws {
    let file = try ScratchFile("max-clients 1\n")
    let server = try await RunningServer(["any"], ["--limits", file.path])
    func client() throws -> ChildProcess {
      try ChildProcess(try Peer.nc.find(), ["-d", "127.0.0.1", server.ports[0]])
    }
    let first = try client()
    try await server.process.expect("connected", from: .errors)
    #expect(try await client().ending() == .exited(0))
    try await server.process.expect("too many connections", from: .errors)
    try file.write("max-clients two\n")
    server.process.signal(SIGHUP)
    let complaint = try await server.process.expect("everything stays as it was\n", from: .errors)
    let words = "parley serve: \(file.path):1:13: max-clients takes a number from 1"
    #expect(complaint.contains(words))
    try file.write("max-clients 2\n")
    server.process.signal(SIGHUP)
    try await server.process.expect("read again: 1 limits set\n", from: .errors)
    let second = try client()
    try await server.process.expect("connected", from: .errors)
    #expect(try await client().ending() == .exited(0))
    try await server.process.expect("too many connections", from: .errors)
    #expect(try await server.end() == .exited(0))
    #expect(try await second.ending() == .exited(0))
    #expect(try await first.ending() == .exited(0))
  }
}
