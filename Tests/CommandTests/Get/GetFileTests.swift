import Glibc
import Sockets
import Testing

@testable import parley

/// `parley get -o FILE`: what is kept when something goes wrong, and how it is continued.
@Suite("Get into a file")
struct GetFileTests {
  private static let partial = "HTTP/1.1 206 Partial Content\r\n"
  private static let cannotTell =
    "parley get: cannot tell whether it is still the same file there\n"

  private func validator(of file: ScratchFile) -> String? {
    FileAttribute.value(of: "user.parley.validator", at: file.path).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  private func get(
    _ answer: String, to file: ScratchFile, _ arguments: [String] = [],
    requests: GetTests.Requests = GetTests.Requests()
  ) async throws -> Run {
    try await GetTests.get(answer, arguments: ["-o", file.path] + arguments, requests: requests)
  }

  @Test("a body replaces what was in the file, and nothing is said", arguments: ["", "-C"])
  func whole(option: String) async throws {
    let file = try ScratchFile(option.isEmpty ? "much longer than hello" : "")
    let requests = GetTests.Requests()
    let run = try await get(
      "\(GetTests.ok)Content-Length: 5\r\nETag: \"a\"\r\n\r\nhello", to: file,
      option.isEmpty ? [] : [option], requests: requests)
    #expect(run == Run(""))
    #expect(try file.read() == Array("hello".utf8))
    #expect(await requests.all.allSatisfy { !$0.contains("Range") })
    #expect(validator(of: file) == "\"a\"")
  }

  @Test(
    "what is cut short is kept and named, and continued while it is the same there",
    arguments: [
      ("ETag: \"a b\"\r\n", "If-Range: \"a b\"\r\n"),
      (
        "Last-Modified: Sat, 21 Nov 2026 12:00:00 GMT\r\nETag: W/\"a\"\r\n",
        "If-Range: Sat, 21 Nov 2026 12:00:00 GMT\r\n"
      ), ("", "bytes=3-\r\n"),
    ])
  func continued(validator: String, expected: String) async throws {
    let file = try ScratchFile("old")
    let cut = try await get(
      "\(GetTests.ok)\(validator)Content-Length: 5\r\n\r\nhel", to: file)
    #expect(
      cut.errors == """
        parley get: the answer ends after 3 of 5 bytes; \(file.path) holds 3 bytes, and --continue \
        goes on from there

        """)
    #expect(cut.ending == .exited(1))
    #expect(try file.read() == Array("hel".utf8))
    let requests = GetTests.Requests()
    let rest = try await get(
      "\(Self.partial)Content-Range: bytes 3-4/5\r\nContent-Length: 2\r\n\r\nlo", to: file, ["-C"],
      requests: requests)
    #expect(rest.errors == (validator.isEmpty ? Self.cannotTell : ""))
    #expect(rest.output.isEmpty && rest.ending == .exited(0))
    #expect(try file.read() == Array("hello".utf8))
    let request = try #require(await requests.all.first)
    #expect(request.contains("\r\nRange: bytes=3-\r\n") && request.contains(expected), "\(request)")
    #expect(self.validator(of: file).map { expected == "If-Range: \($0)\r\n" } ?? validator.isEmpty)
  }

  @Test(
    "what says that it is of another file is never mixed with what is there",
    arguments: ["ETag: \"a\"\r\nLast-Modified: Monday", "Last-Modified: Monday\r\nETag: a"],
    [
      partial + "Content-Range: bytes 3-4/5\r\nContent-Length: 2\r\n",
      "HTTP/1.1 416 X\r\nContent-Range: bytes */3\r\n",
    ])
  func changed(fields: String, head: String) async throws {
    let file = try ScratchFile()
    _ = try await get("\(GetTests.ok)\(fields)\r\nContent-Length: 3\r\n\r\nhel", to: file)
    let kept = validator(of: file)
    let other = try await get(
      "\(head)ETag: \"b\"\r\nLast-Modified: Tuesday\r\n\r\nLO", to: file, ["-C"])
    #expect(
      other.errors == """
        parley get: the server has another file there now; without --continue it replaces this one

        """)
    #expect(other.ending == .exited(1))
    #expect(try file.read() == Array("hel".utf8) && kept != nil && validator(of: file) == kept)
    let same = try await get("\(head)\(fields)\r\n\r\nlo", to: file, ["-C"])
    #expect(same.ending == .exited(0) && !same.errors.contains("cannot tell"), "\(same.errors)")
  }

  @Test("a whole file that has changed at the server is fetched anew")
  func anew() async throws {
    let file = try ScratchFile()
    _ = try await get("\(GetTests.ok)ETag: \"a\"\r\nContent-Length: 3\r\n\r\nhel", to: file)
    let requests = GetTests.Requests()
    _ = try await get(
      "\(GetTests.ok)ETag: \"b\"\r\n\r\nHELLO", to: file, ["-C"], requests: requests)
    #expect(try await #require(requests.all.first).contains("\r\nIf-Range: \"a\"\r\n"))
    #expect(try file.read() == Array("HELLO".utf8) && validator(of: file) == "\"b\"")
  }

  @Test(
    "what replaces a file takes away what told its content from others", arguments: ["", "1.0"])
  func replaced(raw: String) async throws {
    let file = try ScratchFile()
    _ = try await get("\(GetTests.ok)ETag: \"a\"\r\n\r\nhel", to: file)
    #expect(validator(of: file) != nil)
    _ = try await get("\(GetTests.ok)\r\nx", to: file, raw.isEmpty ? [] : ["--raw", raw])
    #expect(validator(of: file) == nil)
  }

  @Test(
    "every other answer to a continuation is the whole, or leaves what is there alone",
    arguments: [
      (GetTests.ok + "\r\nHELLO!", "HELLO!", 0, "all of it again"),
      ("HTTP/1.1 416 X\r\nContent-Range: bytes */3\r\n\r\n", "hel", 0, "is whole already"),
      ("HTTP/1.1 416 X\r\nContent-Range: bytes */3\r\n\r\n", "hel", 0, cannotTell),
      ("HTTP/1.1 416 X\r\nContent-Range: bytes */2\r\n\r\n", "hel", 1, "has 2 bytes, fewer"),
      ("HTTP/1.1 416 X\r\n\r\n", "hel", 1, "no part from byte 3 on"),
      (partial + "Content-Range: bytes 2-4/5\r\n\r\nllo", "hel", 1, "another part"),
      (partial + "Content-Range: 3-4\r\n\r\nlo", "hel", 1, "another part"),
      (partial + "\r\nlo", "hel", 1, "another part"),
      (partial + "Content-Range: bytes 3-4/5\r\nContent-Length: 1\r\n\r\nl", "hel", 1, "length is"),
      (
        partial + "Content-Range: bytes 3-3/5\r\nContent-Length: 1\r\n\r\nl", "hell", 1,
        "no more of"
      ),
      (partial + "Content-Range: bytes 3-4/5\r\nContent-Length: 2\r\n\r\nl", "hell", 1, "1 of 2"),
      ("HTTP/1.1 404 Gone\r\n\r\nsorry", "hel", 1, "404 Gone"),
      ("HTTP/1.1 204 None\r\n\r\n", "hel", 1, "204 None"),
    ] as [(String, String, CInt, String)])
  func otherwise(answer: String, content: String, code: CInt, words: String) async throws {
    let file = try ScratchFile("hel")
    let run = try await get(answer, to: file, ["-C"])
    #expect(try String(decoding: file.read(), as: UTF8.self) == content)
    #expect(run.errors.contains(words) && run.ending == .exited(code), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test("a part that nobody asked for is no answer")
  func unasked() async throws {
    let run = try await GetTests.get("\(Self.partial)Content-Range: bytes 0-4/5\r\n\r\nhello")
    #expect(run.errors.contains("another part") && run.ending == .exited(1))
  }

  @Test("the first signal ends it and names what is kept", arguments: [(2, 130), (15, 143)])
  func interrupted(signal: CInt, code: CInt) async throws {
    let file = try ScratchFile()
    try await withServer { client in
      _ = try await GetTests.head(client)
      try await client.write("\(GetTests.ok)Content-Length: 5\r\n\r\nhel")
      while !(try await client.read()).isEmpty {}
    } _: { port, loop in
      let child = try ChildProcess(
        try Tree.parley(), ["get", "127.0.0.1:\(port)", "-o", file.path])
      while try file.read().count < 3 { try await loop.sleep(for: .milliseconds(5)) }
      child.signal(signal)
      #expect(try await child.ending() == .exited(code))
      let errors = String(decoding: child.transcript(.errors), as: UTF8.self)
      #expect(
        errors == "parley get: \(file.path) holds 3 bytes, and --continue goes on from there\n")
    }
  }

  @Test(
    "a full file system and one that may not be written are errors of this machine",
    .disabled(if: Tree.isSanitized, "the limit would be one for the sanitizer's own memory"))
  func disks() async throws {
    let file = try ScratchFile()
    try await withServer { client in
      _ = try await GetTests.head(client)
      try await client.write("\(GetTests.ok)\r\n" + String(repeating: "x", count: 1_000_000))
    } _: { port, _ in
      let parley = "'\(try Tree.parley())' get 127.0.0.1:\(port)"
      // The limit of a file's size is in units of 512 bytes.
      let limited = try ChildProcess(
        "/bin/sh", ["-c", "ulimit -f 200; exec \(parley) -o \(file.path)"])
      try await limited.expect(
        "File too large; \(file.path) holds 102400 bytes, and --continue", from: .errors)
      #expect(try await limited.ending() == .exited(4))
      #expect(try file.read().count == 102_400)
      for (path, words) in [
        ("/dev/full", "No space left"), ("/nowhere/x", "No such file"), ("/", "Is a directory"),
      ] {
        let run = try await Run(["get", "127.0.0.1:\(port)", "-o", path])
        #expect(run.errors.contains(words) && run.ending == .exited(4), "\(run.errors)")
      }
    }
  }

  @Test(
    "a pipe is no file: with a reader or without, it is refused at once", arguments: [true, false])
  func pipe(isRead: Bool) async throws {
    let file = try ScratchFile()
    unlink(file.path)
    try #require(mkfifo(file.path, 0o600) == 0)
    let reader = isRead ? open(file.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1
    defer { if isRead { close(reader) } }
    let run = try await get("\(GetTests.ok)\r\n" + String(repeating: "x", count: 1000), to: file)
    #expect(
      run.errors
        == "parley get: \(file.path): not a file; without -o, standard output may be anything\n")
    #expect(run.ending == .exited(4))
  }

  @Test("on a terminal a bar fills one row, however narrow, and nothing is shown in a pipe")
  func bar() async throws {
    for columns in [8, 40, 120] as [UInt16] {
      let file = try ScratchFile()
      let shown = try await withServer { client in
        _ = try await GetTests.head(client)
        try await client.write("\(GetTests.ok)Content-Length: 200000\r\n\r\n")
        try await client.write([UInt8](repeating: 7, count: 200_000))
      } _: { port, _ in
        let child = try ChildProcess(
          try Tree.parley(), ["get", "127.0.0.1:\(port)", "-o", file.path],
          on: .terminal(columns: columns, rows: 5))
        #expect(try await child.ending() == .exited(0))
        return child.transcript()
      }
      var model = TerminalModel(columns: Int(columns))
      model.receive(shown)
      #expect(model.unknown.isEmpty && model.rows.count == 2, "\(model.text)")
      #expect(model.text[0].contains("100%") && model.text[0].contains("#") == (columns > 80))
      #expect(try file.read().count == 200_000)
    }
  }

  @Test("the bar goes on while the server is silent")
  func silence() async throws {
    let file = try ScratchFile()
    try await withServer { client in
      _ = try await GetTests.head(client)
      try await client.write("\(GetTests.ok)Content-Length: 10\r\n\r\n12345")
      while !(try await client.read()).isEmpty {}
    } _: { port, _ in
      let child = try ChildProcess(
        try Tree.parley(), ["get", "127.0.0.1:\(port)", "-o", file.path],
        on: .terminal(columns: 60, rows: 5))
      // Drawn with the head, and when time has gone by.
      try await child.expect("50%")
      child.signal(SIGINT)
      #expect(try await child.ending() == .exited(130))
    }
  }
}
