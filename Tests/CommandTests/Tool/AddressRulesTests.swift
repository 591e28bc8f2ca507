import Glibc
import Sockets
import Testing

@testable import parley

/// `--allow` and `--deny` with files.
@Suite("Files of networks")
struct AddressRulesTests {
  /// Lends a file with these lines.
  private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
    let file = try ScratchFile(text)
    try body(file.path)
  }

  private func words(_ rules: AddressRules) -> String {
    do {
      _ = try rules.read()
      return ""
    } catch { return "\(error)" }
  }

  @Test("a file has a network on each line, blanks and remarks around them, and any line ends")
  func reads() throws {
    try withFile("# ours\n10.0.0.0/8\r\n\n  ::1 # this machine\n\t\n192.0.2.7") { path in
      let filter = try AddressRules(allow: ["@\(path)", "127.0.0.1"], deny: []).read()
      #expect(
        filter.allowed.map(\.description)
          == ["10.0.0.0/8", "::1/128", "192.0.2.7/32", "127.0.0.1/32"])
      #expect(filter.denied.isEmpty)
    }
  }

  @Test("a bad line is named with its file and number")
  func badLine() throws {
    try withFile("10.0.0.0/8\n\n10.1.2.3/8\n") { path in
      #expect(
        words(AddressRules(deny: ["@\(path)"]))
          == #"\#(path):3: address "10.1.2.3/8": Bits after the prefix are not zero, "#
          + "did you mean 10.0.0.0/8?")
    }
    try withFile("nonsense # here") { path in
      let complaint = words(AddressRules(deny: ["@\(path)"]))
      #expect(complaint.hasPrefix("\(path):1: address \"nonsense"))
    }
  }

  @Test("a list of the allowed that is empty lets nobody in: it is an error")
  func empty() throws {
    try withFile("# nobody yet\n") { path in
      #expect(
        words(AddressRules(allow: ["@\(path)"])) == "\(path): there is no network in it to allow")
      let filter = try AddressRules(deny: ["@\(path)"]).read()
      #expect(filter.denied.isEmpty)
    }
  }

  @Test("a file that is not there, or is no file, is an error")
  func missing() {
    #expect(
      words(AddressRules(deny: ["@/no/such/file"]))
        == "open /no/such/file: No such file or directory")
    #expect(words(AddressRules(deny: ["@/tmp"])) == "/tmp: not a file")
    #expect(words(AddressRules(deny: ["@/dev/zero"])) == "/dev/zero: not a file")
  }

  @Test(
    "SIGHUP has the files read again, for those who come then; a bad file changes nothing",
    .needs(.nc), arguments: [[], ["--relay"]])
  func reload(options: [String]) async throws {
    let file = try ScratchFile("10.0.0.0/8\n")
    let server = try await RunningServer(["any"], options + ["--deny", "@\(file.path)"])
    func client() throws -> ChildProcess {
      try ChildProcess(try Peer.nc.find(), ["-d", "127.0.0.1", server.ports[0]])
    }
    let first = try client()
    try await server.process.expect("connected", from: .errors)
    try file.write("127.0.0.0/8\n")
    server.process.signal(SIGHUP)
    try await server.process.expect(
      "parley serve: read again: 0 networks allowed, 1 denied\n", from: .errors)
    #expect(try await client().ending() == .exited(0))
    try await server.process.expect("its address is not allowed", from: .errors)
    try file.write("127.0.0.0/8\n127.0.0.1/8\n")
    server.process.signal(SIGHUP)
    let complaint = try await server.process.expect("; everything stays as it was\n", from: .errors)
    #expect(complaint.contains("parley serve: \(file.path):2: address \"127.0.0.1/8\": Bits after"))
    #expect(try await client().ending() == .exited(0))
    try file.write("")
    server.process.signal(SIGHUP)
    try await server.process.expect("0 networks allowed, 0 denied\n", from: .errors)
    let last = try client()
    try await server.process.expect("connected", from: .errors)
    #expect(try await server.end() == .exited(0))
    #expect(try await last.ending() == .exited(0))
    #expect(try await first.ending() == .exited(0))
  }

  @Test("a server that cannot read its networks does not start")
  func start() async throws {
    for (file, code) in [("/no/such/file", 4), ("/tmp", 4)] as [(String, CInt)] {
      let server = try ChildProcess(
        try Tree.parley(), ["serve", "127.0.0.1:0", "--allow", "@\(file)"])
      #expect(try await server.ending() == .exited(code))
    }
  }
}
