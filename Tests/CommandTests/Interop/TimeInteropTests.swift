import Glibc
import Testing

/// Rows 2 and 3: the time, with everybody else's programs at the other end.
@Suite("Time, with others")
struct TimeInteropTests {
  /// The texts of all seconds since a moment.
  private static func times(since start: time_t) -> [String] {
    (start...time(nil)).map { second in
      var second = second
      var text = [CChar](repeating: 0, count: 64)
      ctime_r(&second, &text)
      return String(decoding: text.prefix(24).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  @Test("a lesson's client prints it", .needs(.python3), arguments: Loopback.allCases)
  func lessonClient(_ loopback: Loopback) async throws {
    let start = time(nil)
    let server = try await Listening("time", on: loopback)
    for _ in 1...2 {
      let end = try await ChildProcess.lesson("current-time", server.place).finished()
      #expect(end.ending == .exited(0))
      #expect(Self.times(since: start).map { "Current time is: \($0)\n" }.contains(end.text))
    }
    #expect(try await server.end() == .exited(0))
  }

  @Test(
    "our client prints what a lesson's server says", .needs(.python3), arguments: Loopback.allCases)
  func lessonServer(_ loopback: Loopback) async throws {
    let start = time(nil)
    let server = try await LessonServer("time-server", on: loopback)
    let end = try await ChildProcess.parley("time", server.place.address).finished()
    #expect(end.ending == .exited(0), "\(end.errors)")
    #expect(Self.times(since: start).map { $0 + "\n" }.contains(end.text))
    try await server.process.expect("Connection from ('\(loopback.rawValue)', ")
  }

  @Test(
    "exactly 24 bytes, and the end, come to every client",
    .needs(.nc, .ncat, .socat, .plink, .curl, .telnet), arguments: ForeignClient.allCases)
  func foreignClient(_ kind: ForeignClient) async throws {
    let start = time(nil)
    let server = try await Listening("time", on: .v4)
    let client = try kind.call(server.place)
    let text = try await client.output() { text in
      Self.times(since: start).contains { text.contains($0) }
    }
    client.closeInput()
    let end = try await client.finished()
    guard kind != .telnet else { return }
    #expect(text.utf8.count == 24 && end.text == text, "\(end.text)")
  }

  @Test(
    "a time comes in pieces, or from another program", .needs(.nc, .ncat, .socat),
    arguments: ForeignServer.Kind.allCases)
  func foreignServer(_ kind: ForeignServer.Kind) async throws {
    let server = try await ForeignServer(kind)
    let client = try ChildProcess.parley("time", server.place.address)
    try server.process.write("Sat Nov 21 ")
    try server.process.write("03:20:21 2026")
    server.process.closeInput()
    let end = try await client.finished()
    #expect(end.text == "Sat Nov 21 03:20:21 2026\n", "\(end.errors)")
    #expect(end.ending == .exited(0))
  }
}
