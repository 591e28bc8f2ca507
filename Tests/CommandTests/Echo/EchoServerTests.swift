import Glibc
import Testing

@Suite("parley echo --listen", .timeLimit(.minutes(5)))
struct EchoServerTests {
  private func nc(_ address: String, _ options: String...) throws -> ChildProcess {
    let port = String(address.split(separator: ":").last ?? "")
    let host = address.hasPrefix("[") ? "::1" : "127.0.0.1"
    return try ChildProcess(try Peer.nc.find(), options + [host, port])
  }

  @Test(
    "echoes before the client's end, and closes after it", .needs(.nc),
    arguments: ["127.0.0.1:0", "[::1]:0"])
  func order(address: String) async throws {
    let server = try await EchoServers.ours(at: address)
    let (one, two) = (try nc(server.address, "-N"), try nc(server.address, "-N"))
    try one.write("first")
    try await one.expect("first")
    try two.write("second")
    try await two.expect("second")
    try one.write(" still")
    try await one.expect(" still")
    for client in [one, two] {
      client.closeInput()
      // nc ends when the server has.
      #expect(try await client.ending() == .exited(0))
    }
  }

  @Test("the last bytes before the client's end are never lost", .needs(.nc))
  func lastBytes() async throws {
    let server = try await EchoServers.ours()
    let bytes = EchoServers.bytes(1_000_000)
    for _ in 0..<5 {
      let client = try nc(server.address, "-N")
      try client.write(bytes)
      client.closeInput()
      #expect(try await client.ending() == .exited(0))
      #expect(client.transcript() == bytes)
    }
  }

  @Test("a client that does not read costs no memory and holds up nobody", .needs(.python3))
  func deafClients() async throws {
    let server = try await EchoServers.ours()
    let port = server.address.split(separator: ":")[1]
    let script = """
      import socket
      clients = []
      for i in range(20):
          client = socket.create_connection(("127.0.0.1", \(port)))
          client.settimeout(0.3)
          try:
              while True: client.send(b"x" * 65536)
          except TimeoutError: pass
          clients.append(client)
      print("stuck", flush=True)
      input()
      """
    let deaf = try ChildProcess(try Peer.python3.find(), ["-c", script])
    try await deaf.expect("stuck")
    #expect(try server.process.peakMemory() < Tree.memoryLimit)
    let client = try ChildProcess(try Tree.parley(), ["echo", server.address])
    try client.write("hello")
    client.closeInput()
    #expect(try await client.ending() == .exited(0))
    #expect(client.transcript() == Array("hello".utf8))
    // And neither do they keep it from its end.
    server.process.signal(SIGINT)
    #expect(try await server.process.ending() == .exited(0))
  }

  @Test("with --log every chunk is shown, by whom, how long and what", .needs(.nc))
  func log() async throws {
    let server = try await EchoServers.ours(["--log"])
    let client = try nc(server.address, "-N")
    try client.write("héllo €\n")
    try await client.expect("€\n")
    client.closeInput()
    let log = try await server.process.expect("ended after 11 bytes\n", from: .errors)
    let lines = log.split(separator: "\n")
    try #require(lines.count == 3)
    let peer = lines[0].dropFirst("parley echo: ".count).dropLast(" connected".count)
    #expect(peer.hasPrefix("127.0.0.1:"))
    #expect(lines[1] == #"parley echo: \#(peer) echoed 11 bytes: b'h\xc3\xa9llo \xe2\x82\xac\n'"#)
    #expect(lines[2] == "parley echo: \(peer) ended after 11 bytes")
  }

  @Test("a log that nobody reads holds up nobody, and says what it left out", .needs(.python3))
  func unreadLog() async throws {
    let script = """
      import re, socket, subprocess, sys
      server = subprocess.Popen([sys.argv[1], "echo", "-l", "127.0.0.1:0", "--log"],
                                stderr=subprocess.PIPE)
      port = int(server.stderr.readline().split(b":")[-1])
      client = socket.create_connection(("127.0.0.1", port))
      for i in range(5000):
          client.sendall(b"x" * 100)
          left = 100
          while left: left -= len(client.recv(left))
      # Two lines more, when there is room again.
      seen = server.stderr.read1(1 << 20)
      while b"left out" not in seen:
          client.sendall(b"y")
          client.recv(1)
          seen += server.stderr.read1(1 << 20)
      counts = re.search(rb"parley echo: (\\d+) lines were left out\\n", seen)
      shown = seen[:counts.start()].count(b" echoed 100 bytes: ")
      print("sum", shown + int(counts[1]) >= 5000, flush=True)
      server.terminate()
      """
    let python = try ChildProcess(
      try Peer.python3.find(), ["-c", script, try Tree.parley()])
    #expect(try await python.ending() == .exited(0))
    #expect(String(decoding: python.transcript(), as: UTF8.self) == "sum True\n")
  }

  @Test(
    "whole messages come back byte for byte, and a cut one is an error of its client alone",
    .needs(.nc, .python3),
    arguments: [
      ("dec10", "         5hello", "         9hel"), ("line", "a\r\nb\n", "cut"),
      ("u16", "\0\u{2}hi", "\0\u{9}hi"), ("u32", "\0\0\0\u{2}hi\0\0\0\0", "\0\0"),
    ])
  func messages(framing: String, whole: String, cut: String) async throws {
    let server = try await EchoServers.ours(["--frame", framing])
    let client = try nc(server.address, "-N")
    try client.write(whole + cut)
    client.closeInput()
    #expect(try await client.ending() == .exited(0))
    #expect(client.transcript() == Array(whole.utf8))
    let end = framing == "line" ? "a line" : "a frame"
    try await server.process.expect(": the bytes end inside \(end)\n", from: .errors)
    let next = try nc(server.address, "-N")
    try next.write(whole)
    next.closeInput()
    #expect(try await next.ending() == .exited(0))
    #expect(next.transcript() == Array(whole.utf8))
  }

  @Test("who stands still for too long is let go", .needs(.nc))
  func timeout() async throws {
    let server = try await EchoServers.ours(["--timeout", "0.2"])
    let client = try nc(server.address)
    client.closeInput()
    #expect(try await client.ending() == .exited(0))
    try await server.process.expect("timed out", from: .errors)
  }

  @Test("a second client too many is refused, and a PORT alone is both families", .needs(.nc))
  func limits() async throws {
    let server = try await EchoServers.ours(["--max-conns", "1", "--spin", "50"], at: "0")
    let port = server.address.split(separator: ":").last ?? ""
    let one = try nc("127.0.0.1:\(port)", "-N")
    try one.write("x")
    try await one.expect("x")
    let two = try nc("127.0.0.1:\(port)", "-N")
    two.closeInput()
    #expect(try await two.ending() == .exited(0))
    try await server.process.expect("refused 127.0.0.1:", from: .errors)
    one.closeInput()
    #expect(try await one.ending() == .exited(0))
  }
}
