import Wire

/// A running `parley serve` on ports of its own; it ends with this object.
final class Served: Sendable {
  let child: ChildProcess
  /// Where the first bytes tell what a client is.
  let address: String
  /// Where every client speaks one framing, if one was named.
  let fixedAddress: String

  init(framing: String? = nil) async throws {
    let fixed = framing.map { ["--listen", "127.0.0.1:0,frame=\($0)"] } ?? []
    child = try ChildProcess(try Tree.parley(), ["serve", "127.0.0.1:0"] + fixed)
    let text = try await child.expect("Ctrl+C ends it.", from: .errors)
    func address(of clients: String) throws -> String {
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        guard line.hasSuffix(clients), words.starts(with: ["parley", "serves"]) else { continue }
        return String(words[2].dropLast())
      }
      throw ToolError("nobody serves \(clients) in \(text)")
    }
    self.address = try address(of: "every kind of client")
    fixedAddress = try framing.map { try address(of: "\($0) clients") } ?? self.address
  }
}

/// A server of one connection whose words are the test's: what `child` prints is what it got.
final class Puppet: Sendable {
  let child: ChildProcess
  let address: String

  init() async throws {
    child = try ChildProcess(
      try Peer.socat.find(), ["-d", "-d", "-t", "300", "TCP-LISTEN:0,bind=127.0.0.1", "-"])
    let text = try await child.output(from: .errors) {
      $0.contains("listening on AF=2 127.0.0.1:") && $0.last == "\n"
    }
    let line = text.split(separator: "\n").first { $0.contains("listening on AF=2") }
    guard let port = line?.split(separator: ":").last else { throw ToolError("no port in \(text)") }
    address = "127.0.0.1:\(port)"
  }

  /// Lets a client of the native door in, and then leaves it alone.
  func welcome() throws {
    let seat = NativeSeat(room: 7, name: "lobby", historyID: [UInt8](0..<16), head: 0)
    var bytes: [UInt8] = []
    try NativeFrame.welcome(NativeWelcome(nick: "ann", seat: seat)).encode(into: &bytes)
    try child.write(bytes)
  }
}
