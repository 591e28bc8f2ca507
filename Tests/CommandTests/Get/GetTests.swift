import Sockets
import Testing

/// `parley get`, with servers that answer what the test says.
@Suite("Get")
struct GetTests {
  /// Runs it while a server gives each request the next answer, in pieces; the connection is closed
  /// behind the last piece, or kept when `keeps`.
  static func get(
    _ answers: [[[UInt8]]], _ arguments: [String] = [], path: String = "/", keeps: Bool = false,
    requests: Requests = Requests()
  ) async throws -> Run {
    try await withServer { client in
      let number = await requests.add(try await head(client))
      for piece in answers[min(number, answers.count - 1)] { try await client.write(piece) }
      guard keeps else { return }
      while !(try await client.read()).isEmpty {}
    } _: { port, _ in
      try await Run(["get", "http://127.0.0.1:\(port)\(path)"] + arguments)
    }
  }

  static func get(
    _ answers: String..., arguments: [String] = [], keeps: Bool = false,
    requests: Requests = Requests()
  ) async throws -> Run {
    try await get(
      answers.map { [Array($0.utf8)] }, arguments, keeps: keeps, requests: requests)
  }

  /// What was asked of a server.
  actor Requests {
    private(set) var all: [String] = []

    func add(_ request: String) -> Int {
      all.append(request)
      return all.count - 1
    }
  }

  /// Reads a request up to its empty line.
  static func head(_ client: Connection) async throws -> String {
    var bytes: [UInt8] = []
    while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      guard try await client.read(into: &bytes, atMost: 1) > 0 else { break }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static let ok = "HTTP/1.1 200 OK\r\n"

  @Test(
    "every way to end an answer ends, with the server's connection kept where it can be",
    arguments: [
      (ok + "Content-Length: 5\r\n\r\nhello", true), (ok + "\r\nhello", false),
      (ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", true),
      ("HTTP/1.0 200 OK\r\n\r\nhello", false), (ok + "Content-Length: 5\r\n\r\nhelloMORE", true),
      ("HTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: 5\r\n\r\nhello", true),
    ])
  func ends(answer: String, keeps: Bool) async throws {
    let run = try await Self.get(answer, keeps: keeps)
    #expect(run == Run("hello"))
  }

  @Test(
    "one byte at a time and ten million at once are the same to it", arguments: [1, 10_000_000])
  func pieces(size: Int) async throws {
    let count = size == 1 ? 3000 : 10_000_000
    let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 3) }
    let head = Array("\(Self.ok)Content-Length: \(count)\r\n\r\n".utf8)
    let pieces = size == 1 ? (head + body).map { [$0] } : [head + body]
    let run = try await Self.get([pieces])
    #expect(run.output == body && run.ending == .exited(0))
  }

  @Test("the request is exact, and names its host and port")
  func request() async throws {
    let requests = Requests()
    _ = try await Self.get([[Array("\(Self.ok)\r\n".utf8)]], path: "/a?b#c", requests: requests)
    let request = try #require(await requests.all.first)
    #expect(request.hasPrefix("GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:"))
    #expect(request.contains("\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"))
  }

  @Test(
    "an answer that is cut short or wrong is an error that says where, after what was good",
    arguments: [
      (ok + "Content-Length: 5\r\n\r\nhel", "hel", "ends after 3 of 5 bytes"),
      (
        ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n", "hel",
        "before the end of its last chunk"
      ),
      (ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\nx\r\n", "hel", "chunk size"),
      ("", "", "without an answer"), ("HTTP/1.1 2", "", "inside its head"),
      ("SSH-2.0\r\n", "", "does not begin with 'HTTP/'"),
      (ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "", "different values"),
    ])
  func wrong(answer: String, body: String, words: String) async throws {
    let run = try await Self.get(answer)
    #expect(run.text == body)
    #expect(run.errors.hasPrefix("parley get: ") && run.errors.contains(words), "\(run.errors)")
    #expect(run.ending == .exited(1))
  }

  @Test("an error status shows its body and ends with 0; with --fail with 1 and without the body")
  func status() async throws {
    let answer = "HTTP/1.1 404 No\u{1b}[1mt\r\nContent-Length: 4\r\n\r\nsad\n"
    let plain = try await Self.get(answer)
    #expect(plain == Run("sad\n", "parley get: 404 No<U+001B>[1mt\n"))
    let failed = try await Self.get(answer, arguments: ["--fail"])
    #expect(failed == Run("", "parley get: 404 No<U+001B>[1mt\n", 1))
  }

  @Test("heads are shown in front of the body, without what a terminal could obey")
  func heads() async throws {
    let run = try await Self.get(
      "HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", Self.ok + "A: \u{1b}]0;x\u{7}\r\n\r\nhello",
      arguments: ["-i"])
    #expect(
      run.text == "HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n"
        + "\(Self.ok)A: <U+001B>]0;x<U+0007>\r\n\r\nhello")
  }

  @Test("redirects are followed to where they lead, relative ones as well")
  func redirects() async throws {
    let requests = Requests()
    let run = try await Self.get(
      [
        "HTTP/1.1 301 M\r\nLocation: ../b?c#d\r\n\r\n", "HTTP/1.0 307 T\r\nLocation: ?e\r\n\r\n",
        Self.ok + "\r\nhello",
      ].map { [Array($0.utf8)] }, path: "/x/y/z", requests: requests)
    #expect(run == Run("hello"))
    let targets = await requests.all.map { $0.split(separator: " ")[1] }
    #expect(targets == ["/x/y/z", "/x/b?c", "/x/b?e"])
  }

  @Test(
    "a redirect that leads nowhere is an error that says why",
    arguments: [
      (["/"], [], "in a circle"), (["/a", "/b", "/"], [], "in a circle"),
      (["/a", "/b", "/c"], ["--max-redirects", "2"], "more than 2 redirects"),
      (["https://127.0.0.1/"], [], "TLS is not built in yet"), (["ftp://x/"], [], "not ftp:"),
      (["/a b"], [], "a blank"), (["http://u:secret@h/"], [], "not supported"),
    ])
  func badRedirects(locations: [String], arguments: [String], words: String) async throws {
    let run = try await Self.get(
      locations.map { [Array("HTTP/1.1 302 F\r\nLocation: \($0)\r\n\r\nbody".utf8)] }, arguments)
    #expect(run.errors.contains(words) && !run.errors.contains("secret"), "\(run.errors)")
    #expect(run.output.isEmpty && run.ending == .exited(1))
  }

  @Test("with no redirects allowed, one is shown; without a Location it is an answer like others")
  func shownRedirect() async throws {
    let moved = "HTTP/1.1 302 F\r\nLocation: /x\r\n\r\nmoved"
    #expect(try await Self.get(moved, arguments: ["--max-redirects", "0"]) == Run("moved"))
    #expect(try await Self.get("HTTP/1.1 302 F\r\n\r\nmoved") == Run("moved"))
  }

  @Test("silence is left after the time limit, a closed port at once, each with its own code")
  func failures() async throws {
    try await withServer { client in
      while !(try await client.read()).isEmpty {}
    } _: { port, _ in
      let run = try await Run(["get", "127.0.0.1:\(port)", "--timeout", "0.2"])
      #expect(run.errors.contains("timed out") && run.ending == .exited(13))
    }
    // A port that was free may be somebody's by now: this one is for root only.
    let run = try await Run(["get", "127.0.0.1:1"])
    #expect(run.errors.contains("Connection refused") && run.ending == .exited(10))
    #expect(try await Run(["get", "https://127.0.0.1"]).ending == .exited(2))
  }

  @Test("a full disk is an error of this machine, and a reader that is gone is none")
  func outputs() async throws {
    try await withServer { client in
      _ = try await Self.head(client)
      try await client.write("\(Self.ok)\r\n" + String(repeating: "x", count: 1_000_000))
    } _: { port, _ in
      let parley = "'\(try Tree.parley())' get 127.0.0.1:\(port)"
      let full = try ChildProcess("/bin/sh", ["-c", "\(parley) > /dev/full"])
      try await full.expect("No space left on device", from: .errors)
      #expect(try await full.ending() == .exited(4))
      // The status of the shell is that of the reader, so the program's own is passed around it.
      let gone = try ChildProcess(
        "/bin/sh", ["-c", "{ \(parley); echo \"ended with $?\" >&2; } | head -c 10"])
      try await gone.expect("ended with 0", from: .errors)
      #expect(try await gone.ending() == .exited(0))
      #expect(String(decoding: gone.transcript(.errors), as: UTF8.self) == "ended with 0\n")
    }
  }

  @Test(
    "the requests of the lessons are exact, and their replies come out whole",
    arguments: [
      ("1.0", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello", 0),
      ("1.1", "HTTP/1.1 404 No\r\nContent-Length: 5\r\n\r\nhello", 0),
      ("1.1", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", 1),
      ("1.0", "anything at all", 0), ("1.1", "anything at all", 1),
    ])
  func raw(version: String, answer: String, code: CInt) async throws {
    let requests = Requests()
    let run = try await withServer { client in
      // That of HTTP/1.0 ends with its empty line, that of 1.1 with the client's half of the stream.
      let request =
        version == "1.0"
        ? try await Self.head(client)
        : String(decoding: try await client.readToEnd(atMost: 1000), as: UTF8.self)
      _ = await requests.add(request)
      for byte in answer.utf8 { try await client.write([byte]) }
      // A reply of HTTP/1.1 that is whole needs no end of the stream.
      if version == "1.1", code == 0 { try await client.loop.sleep(for: .seconds(60)) }
    } _: { port, _ in
      try await Run(["get", "http://127.0.0.1:\(port)/index.html", "--raw", version])
    }
    #expect(run.text == answer && run.ending == .exited(code))
    let request = try #require(await requests.all.first)
    if version == "1.0" {
      #expect(request == "GET /index.html HTTP/1.0\r\n\r\n")
    } else {
      #expect(request.hasPrefix("GET /index.html HTTP/1.1\r\nHost: 127.0.0.1:"))
      #expect(request.split(separator: "\r\n").count == 2)
    }
  }
}

extension Run {
  /// What is to be expected.
  init(_ text: String, _ errors: String = "", _ code: CInt = 0) {
    self.init(output: Array(text.utf8), errors: errors, ending: .exited(code))
  }
}
