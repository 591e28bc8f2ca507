import Glibc
import Testing

/// Rows 1 and 43: pages, with everybody else's servers, and the lessons' clients with ours.
@Suite("Get, with others")
struct GetInteropTests {
  /// A folder that Python serves, and where.
  private final class Pages: Sendable {
    let process: ChildProcess
    let place: Place
    let folder: String

    init(_ content: [UInt8], on loopback: Loopback) async throws {
      var name = Array("/tmp/parley-pages-XXXXXX".utf8CString)
      guard mkdtemp(&name) != nil else { throw ToolError("mkdtemp", errno) }
      folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let file = open(folder + "/page", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
      var rest = content[...]
      while case let count = rest.withUnsafeBytes({ write(file, $0.baseAddress, $0.count) }),
        count > 0
      {
        rest = rest.dropFirst(count)
      }
      close(file)
      process = try ChildProcess(
        try Peer.python3.find(),
        ["-m", "http.server", "0", "--bind", loopback.rawValue, "--directory", folder])
      try await process.expect(" port ", within: .seconds(30))
      let port = try await process.expect(" ").dropLast()
      place = Place(host: loopback.rawValue, port: String(port))
    }

    deinit {
      unlink(folder + "/page")
      rmdir(folder)
    }
  }

  @Test(
    "what http.server has is what comes, as to curl", .needs(.python3, .curl),
    arguments: Loopback.allCases)
  func httpServer(_ loopback: Loopback) async throws {
    let content = Pattern.bytes(1_000_003)
    let server = try await Pages(content, on: loopback)
    let page = "http://\(server.place.address)/page"
    let got = try await ChildProcess.parley("get", page).finished()
    #expect(got.difference(from: content) == nil && got.ending == .exited(0), "\(got.errors)")
    let missing = "http://\(server.place.address)/missing"
    let shown = try await ChildProcess.parley("get", missing).finished()
    let theirs = try await ChildProcess(try Peer.curl.find(), ["-s", missing]).finished()
    #expect(shown.text == theirs.text && shown.ending == .exited(0), "\(shown)")
    let failed = try await ChildProcess.parley("get", "--fail", missing).finished()
    #expect(failed.ending == .exited(1) && failed.errors.contains("404"), "\(failed.errors)")
  }

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
