import Sockets
import Testing

@testable import parley

/// `parley time --listen`, as clients see it.
@Suite("Time server")
struct TimeServerTests {
  private func server(_ environment: [String: String] = [:]) throws -> ChildProcess {
    try ChildProcess(
      try Tree.parley(), ["time", "--listen", "127.0.0.1:0", "-l", "[::1]:0"],
      environment: environment)
  }

  private func answer(from address: String, after bytes: [UInt8] = []) async throws -> [UInt8] {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      try await Connect.to(Address(address), on: loop, resolver: Resolver()) {
        if !bytes.isEmpty { try await $0.write(bytes) }
        return try await $0.readToEnd(atMost: 1000)
      }
    }
  }

  @Test("each client gets the 24 bytes of its local time and the end, over IPv4 and IPv6")
  func both() async throws {
    let server = try server()
    let ports = try await server.ports(2)
    for address in ["127.0.0.1:\(ports[0])", "[::1]:\(ports[1])"] {
      let time = try await answer(from: address)
      #expect(CTime.matches(time), "\(time)")
    }
    server.signal(15)
    #expect(try await server.ending() == .exited(0))
  }

  @Test("the time is that of the server's zone", .needs(.python3))
  func zone() async throws {
    let zone = ["TZ": "KTM-5:45"]
    let server = try server(zone)
    let port = try await server.ports()[0]
    let time = String(decoding: try await answer(from: "127.0.0.1:\(port)"), as: UTF8.self)
    let check = try ChildProcess(
      try Peer.python3.find(),
      [
        "-c",
        """
        import sys, time
        said = time.mktime(time.strptime(sys.argv[1]))
        sys.exit(0 if abs(said - time.time()) < 60 and time.ctime(said) == sys.argv[1] else 1)
        """, time,
      ], environment: zone)
    #expect(try await check.ending() == .exited(0), "\(time)")
  }

  @Test("a client that has sent a lot that nobody reads still gets its answer whole")
  func unreadInput() async throws {
    let server = try server()
    let port = try await server.ports()[0]
    let time = try await answer(
      from: "127.0.0.1:\(port)", after: [UInt8](repeating: 7, count: 50_000))
    #expect(time.count == 24)
  }

  @Test("a client that has said a word is not reset for it", .needs(.python3))
  func word() async throws {
    let server = try server()
    let script = """
      import select, socket, sys
      client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
      client.sendall(b"what time is it?")
      poll = select.poll()
      poll.register(client, 0)
      print(poll.poll(300), len(client.recv(100)))
      """
    let port = try await server.ports()[0]
    let client = try await ChildProcess(try Peer.python3.find(), ["-c", script, "\(port)"])
      .finished()
    #expect(client.text == "[] 24\n", "\(client)")
  }

  @Test("clients that reset, and one that never reads, harm nobody")
  func rudeClients() async throws {
    let server = try server()
    let port = try await server.ports()[0]
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let address = try Address("127.0.0.1:\(port)")
      let time = try await Connect.to(address, on: loop, resolver: Resolver()) { _ in
        for _ in 0..<20 {
          try await Connect.to(address, on: loop, resolver: Resolver()) { $0.abort() }
        }
        return try await Connect.to(address, on: loop, resolver: Resolver()) {
          try await $0.readToEnd(atMost: 1000)
        }
      }
      #expect(time.count == 24)
    }
    server.signal(2)
    #expect(try await server.ending() == .exited(0))
  }
}
