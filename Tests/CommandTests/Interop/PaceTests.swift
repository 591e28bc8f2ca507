import Testing

/// Rows 1 and 43: pages from a server of any pace, and what the lessons' requests are on the wire.
@Suite("Get, at any pace")
struct PaceTests {
  enum Answer: String, CaseIterable {
    case counted = #"say:HTTP/1.1 200 OK\r\nContent-Length: %\r\n\r\n"#
    case toTheEnd = #"say:HTTP/1.0 200 OK\r\n\r\n"#
  }

  @Test(
    "a byte every 10 ms, and ten megabytes at once, come whole", .needs(.python3),
    arguments: [("drip", 120), ("send", 10_000_019)], Answer.allCases)
  func pace(_ pace: (String, Int), _ answer: Answer) async throws {
    let head = answer.rawValue.split(separator: "%").joined(separator: "\(pace.1)")
    // A counted answer is over although the connection stays open.
    let server = try await Scripted(
      #"until:\r\n\r\n"#, head, "\(pace.0):\(pace.1)", answer == .counted ? "go" : "close")
    let got = try await ChildProcess.parley("get", "http://\(server.place.address)/").finished()
    #expect(got.difference(from: Pattern.bytes(pace.1)) == nil, "\(got.errors)")
    #expect(got.ending == .exited(0))
  }

  @Test("the lessons' requests go out byte for byte", .needs(.python3))
  func raw() async throws {
    let old = try await Scripted(#"until:\r\n\r\n"#, "say:all", "close")
    let first = try await ChildProcess.parley(
      "get", "--raw=1.0", "http://\(old.place.address)/index.html"
    )
    .finished()
    #expect(first.text.hasSuffix("all"), "\(first)")
    try await old.expect(#"b'GET /index.html HTTP/1.0\r\n\r\n'"#)

    let server = try await Scripted(#"until:\r\n\r\n"#, "end", "say:all", "close")
    let second = try await ChildProcess.parley(
      "get", "--raw=1.1", "http://\(server.place.address)/"
    )
    .finished()
    #expect(second.text.hasSuffix("all"), "\(second)")
    try await server.expect(#"b'GET / HTTP/1.1\r\nHost: \#(server.place.address)\r\n\r\n'"#)
    try await server.expect("end behind 0")
  }
}
