import Testing

/// `parley addresses`, beside what the system's own tool says.
@Suite("Addresses")
struct AddressesTests {
  @Test("the JSON says of each interface what the system's own list says", .needs(.ip, .python3))
  func same() async throws {
    let shell = try ChildProcess(
      "/bin/sh",
      [
        "-c",
        """
        '\(try Tree.parley())' addresses --json > "$0.ours" && \
        '\(try Peer.ip.find())' -j address > "$0.theirs" && \
        '\(try Peer.python3.find())' '\(Tree.script("same_addresses.py"))' "$0.ours" "$0.theirs"
        status=$?; rm -f "$0.ours" "$0.theirs"; exit $status
        """, "/tmp/parley-addresses-\(UInt64.random(in: 0 ... .max))",
      ])
    let ending = try await shell.ending()
    #expect(ending == .exited(0), "\(String(decoding: shell.transcript(.errors), as: UTF8.self))")
  }

  @Test("the table has a line for each address, this machine's own among them")
  func table() async throws {
    let run = try await Run(["addresses"])
    let lines = run.text.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.contains(["lo", "127.0.0.1/8", "loopback"]), "\(run.text)")
    #expect(run.ending == .exited(0) && run.errors.isEmpty)
  }
}
