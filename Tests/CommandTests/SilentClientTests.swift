import Testing

/// A program that connects, waits, and reads one frame a read, on the port that tells doors apart.
@Suite("Silent client")
struct SilentClientTests {
  @Test("shows the greeting, and stays in step", .needs(.nc, .python3))
  func inStep() async throws {
    let server = try await RunningServer(["any"])
    let pupil = try ChildProcess(
      try Peer.python3.find(),
      [
        Tree.script("chat_u16.py"), "127.0.0.1", server.ports[0], "--nick", "pupil", "--silent",
        "1",
      ])
    try pupil.write("hello\n")
    try await pupil.expect("* Welcome to Parley.")
    try await server.process.expect("nick=\"pupil\" room=\"lobby\" door=u16", from: .errors)
    let other = Guest(
      nick: "other",
      process: try ChildProcess(try Peer.nc.find(), ["-N", "127.0.0.1", server.ports[0]]),
      style: .lines, leaving: .endOfInput)
    try other.say("/nick other")
    try await other.process.expect("pupil: hello\r\n")
    let long = String(repeating: "è€", count: 200)
    for number in 1...20 { try other.say("\(number) \(long)") }
    try pupil.write("still here\n")
    try await other.process.expect("pupil: still here\r\n")
    try await pupil.expect("\n\t20 \(long)\n")
    let sights = Sight.all(in: pupil.transcript(), .chatTexts)
    let expected =
      [.joined("other")] + (1...20).map { Sight.said("other", "\($0) \(long)") }
    // Before them: the greeting and the remark that it was put into.
    #expect(sights.suffix(expected.count) == expected)
    #expect(sights.count - expected.count <= 2, "\(sights)")
    try other.leave()
    try await pupil.expect("] other:\n\t<LEAVES THE CHAT>\n")
    pupil.closeInput()
    #expect(try await pupil.ending() == .exited(0))
    #expect(try await server.end() == .exited(0))
  }
}
