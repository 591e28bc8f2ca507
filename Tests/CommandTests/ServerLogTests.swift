import Testing

/// `parley serve --log json`: a program can read it, whatever clients are called.
@Suite("Log of a server")
struct ServerLogTests {
  @Test(
    "each line is a JSON object, whatever names and words it has in it", .needs(.socat, .python3))
  func json() async throws {
    let server = try await RunningServer(["any", "u32", "native"], ["--log", "json"])
    let line = try client(server, 0)
    try line.write("/nick \"q\\\\'{}\n")
    try await line.expect("You are \"q")
    try line.write(
      "/nick \u{e9}\u{1f4ac}\"\\n\n/join \"room\\\"\n/nick \"\u{202e}\u{7f}\u{1b}[2J\n")
    try line.write("/quit \"\\\u{1b}]0;t\u{7}\u{2028}\u{feff}\r\n")
    #expect(try await line.ending() == .exited(0))

    // As a name in a chat text: line ends, escapes, quotes, and bytes that are no text.
    let framed = try client(server, 1)
    let name = Array("a\"\\\n\r\u{1b}[31m,\"event\":\"x\u{0}\u{85}\u{2029}".utf8) + [0xff, 0xc0]
    let text = Array("[2026-01-01T00:00:00] ".utf8) + name + Array(":\n\thello".utf8)
    try framed.write([0, 0, 0, UInt8(text.count)] + text)
    try await server.process.expect("\"event\":\"renamed\",\"client\":2,", from: .errors)
    framed.signal(9)

    // As a wish of the native door, and as a frame that is none.
    let native = try client(server, 2)
    let nick = Array("\"\n\u{1b}]0;\\".utf8)
    let hello = [1, 1, 0, UInt8(nick.count)] + nick + [0, 0, 0]
    try native.write(Array("PLY1".utf8) + [0, 1, 0, 0] + [0, 0, 0, UInt8(hello.count)] + hello)
    try native.write([0, 0, 0, 1, 0x7f])
    try await server.process.expect("\"event\":\"closed\",\"client\":3,", from: .errors)
    #expect(try await server.end() == .exited(0))

    let reader = try ChildProcess(try Peer.python3.find(), [Tree.script("json_lines.py")])
    try reader.write(server.log.joined(separator: "\n") + "\n")
    reader.closeInput()
    let ending = try await reader.ending()
    #expect(
      ending == .exited(0), "\(String(decoding: reader.transcript(.errors), as: UTF8.self))")
    let values = String(decoding: reader.transcript(), as: UTF8.self)
    #expect(values.contains(#"nick '"q\\\\\'{}'"#), "\(values)")
  }

  @Test(
    "nobody waits for whoever reads it, and lines left out are counted", .needs(.python3),
    arguments: [[], ["--stop"]])
  func unread(options: [String]) async throws {
    let scenario = try ChildProcess(
      try Peer.python3.find(), [Tree.script("unread_log.py"), try Tree.parley()] + options)
    let ending = try await scenario.ending(within: .seconds(60))
    #expect(
      ending == .exited(0), "\(String(decoding: scenario.transcript(.errors), as: UTF8.self))")
  }

  private func client(_ server: RunningServer, _ listener: Int) throws -> ChildProcess {
    try ChildProcess(try Peer.socat.find(), ["-", "TCP:127.0.0.1:\(server.ports[listener])"])
  }
}
