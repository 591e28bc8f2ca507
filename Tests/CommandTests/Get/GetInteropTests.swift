import Glibc
import Sockets
import Testing

/// `parley get` beside curl, with servers of Python's.
@Suite("Get and the others", .timeLimit(.minutes(10)))
struct GetInteropTests {
  /// Serves this source tree, the only files that are surely there.
  private func server(_ options: String...) async throws -> (process: ChildProcess, port: String) {
    let process = try ChildProcess(
      try Peer.python3.find(),
      ["-u", "-m", "http.server", "0", "-d", Tree.root + "/Tests"] + options)
    try await process.expect(" port ")
    let port = try await process.expect(" ").dropLast()
    return (process, String(port))
  }

  @Test(
    "files, folders, redirects and errors of Python's server are what curl gets",
    .needs(.python3, .curl),
    arguments: [("127.0.0.1", "HTTP/1.0"), ("127.0.0.1", "HTTP/1.1"), ("::1", "HTTP/1.1")])
  func sameAsCurl(host: String, version: String) async throws {
    let (process, port) = try await server("--bind", host, "--protocol", version)
    let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    for path in [
      "/", "/CommandTests", "/CommandTests/Get/../Get/GetTests.swift?x#y", "/WireTests/HTTP/",
      "/none", "/CommandTests/Peers/scripted.py",
    ] {
      let url = "http://\(place)\(path)"
      let theirs = try ChildProcess(try Peer.curl.find(), ["-sL", "--path-as-is", url])
      #expect(try await theirs.ending() == .exited(0))
      let ours = try await Run(["get", url])
      #expect(ours.output == theirs.transcript() && !ours.output.isEmpty, "\(path)")
      #expect(ours.ending == .exited(0))
    }
    process.signal(9)
  }

  @Test(
    "the lessons' requests get Python's answers whole", .needs(.python3), arguments: ["1.0", "1.1"])
  func lessons(version: String) async throws {
    let (process, port) = try await server("--bind", "127.0.0.1", "--protocol", "HTTP/1.1")
    let url = "http://127.0.0.1:\(port)/WireTests/Support.swift"
    let raw = try await Run(["get", "--raw", version, url])
    let body = try await Run(["get", url])
    #expect(raw.text.hasPrefix("HTTP/1.1 200 OK\r\nServer: ") && raw.ending == .exited(0))
    #expect(raw.text.utf8.suffix(body.output.count).elementsEqual(body.output))
    let missing = try await Run(["get", "--raw", version, "http://127.0.0.1:\(port)/none"])
    #expect(missing.text.hasPrefix("HTTP/1.1 404 ") && missing.ending == .exited(0))
    process.signal(9)
  }

  /// Runs a program, and says how much memory it had.
  private static let measured = """
    import os, sys
    client = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
    _, status, usage = os.wait4(client, 0)
    print("peak", usage.ru_maxrss, file=sys.stderr)
    sys.exit(os.waitstatus_to_exitcode(status))
    """

  /// PARLEY_GET_BYTES says how many bytes: ./check says it, for a release build.
  private static let size =
    getenv("PARLEY_GET_BYTES").flatMap { Int(String(cString: $0)) } ?? 50_000_000

  @Test(
    "a body of any size comes whole, and takes no more than 16 MiB", .needs(.python3),
    arguments: [("chunked", ""), ("counted", ""), ("chunked", "-o"), ("counted", "-o")])
  func constantMemory(framing: String, option: String) async throws {
    // What goes into a file has to fit on the disk.
    let size = option.isEmpty ? Self.size : min(Self.size, 1_000_000_000)
    let block = [UInt8](repeating: 0x61, count: 100_000)
    let file = try ScratchFile()
    let chunk = Array("186A0\r\n".utf8) + block + Array("\r\n".utf8)
    try await withServer { client in
      _ = try await GetTests.head(client)
      if framing == "counted" {
        try await client.write(
          "\(GetTests.ok)Content-Length: \(size / block.count * block.count)\r\n\r\n")
        for _ in 0..<(size / block.count) { try await client.write(block) }
      } else {
        try await client.write("\(GetTests.ok)Transfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<(size / block.count) { try await client.write(chunk) }
        try await client.write("0\r\n\r\n")
      }
    } _: { port, _ in
      let target = option.isEmpty ? "| wc -c" : "-o \(file.path) && wc -c < \(file.path)"
      let shell = try ChildProcess(
        "/bin/bash",
        [
          "-c",
          """
          set -o pipefail
          python3 -c '\(Self.measured)' \(try Tree.parley()) get 127.0.0.1:\(port) \(target)
          """,
        ])
      #expect(try await shell.ending(within: .seconds(500)) == .exited(0))
      let count = String(decoding: shell.transcript(), as: UTF8.self)
      #expect(count == "\(size / block.count * block.count)\n")
      let peak = try await shell.expect("\n", from: .errors).split(separator: " ").last
      let kilobytes = peak.flatMap { Int($0.dropLast()) }
      #expect(kilobytes.map { $0 <= Tree.memoryLimit } == true, "\(peak ?? "")")
    }
  }
}
