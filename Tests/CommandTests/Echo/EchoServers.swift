/// A server to send to, and the address of it.
struct EchoServers {
  let process: ChildProcess
  /// HOST:PORT, or `[HOST]:PORT`.
  let address: String

  /// A `parley echo --listen` of this build.
  static func ours(_ options: [String] = [], at address: String = "127.0.0.1:0") async throws
    -> EchoServers
  {
    let process = try ChildProcess(
      try Tree.parley(), ["echo", "--listen", address] + options)
    let words = try await process.expect("\n", from: .errors)
    let start = "parley echo: listening on "
    guard words.hasPrefix(start) else { throw ToolError(words) }
    return EchoServers(process: process, address: String(words.dropFirst(start.count).dropLast()))
  }

  /// One with a bad habit; see Peers/echo_server.py.
  static func python(_ habit: String...) async throws -> EchoServers {
    let process = try ChildProcess(
      try Peer.python3.find(), [Tree.script("echo_server.py")] + habit)
    let port = try await process.expect("\n").dropLast()
    return EchoServers(process: process, address: "127.0.0.1:\(port)")
  }

  static func socat() async throws -> EchoServers {
    let process = try ChildProcess(
      try Peer.socat.find(), ["-d", "-d", "TCP-LISTEN:0,bind=127.0.0.1,fork", "PIPE"])
    let mark = "listening on AF=2 "
    try await process.expect(mark, from: .errors)
    let address = try await process.expect("\n", from: .errors).dropLast()
    return EchoServers(process: process, address: String(address))
  }

  /// Bytes of all values, in a block whose length no piece has, again and again.
  ///
  /// Ten million steps of unoptimised code would take the time of all other tests.
  static func bytes(_ count: Int) -> [UInt8] {
    let block = (0..<65_521).map { UInt8(truncatingIfNeeded: ($0 &* 0x9E37_79B1) >> 16) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + block.count)
    while bytes.count < count { bytes += block }
    bytes.removeLast(bytes.count - count)
    return bytes
  }
}
