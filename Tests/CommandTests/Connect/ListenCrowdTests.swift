import Testing

@testable import parley

@Suite("listen -k")
struct ListenCrowdTests {
  @Test("who ends is closed, also when only sending is wanted", .needs(.python3))
  func ended() async throws {
    let server = try await Listening(["listen", "-k", "--send-only", "-v", "127.0.0.1:0"])
    let visitor = try ChildProcess(
      try Peer.python3.find(),
      [
        "-c",
        """
        import socket, sys
        ours = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        ours.shutdown(socket.SHUT_WR)
        print(ours.recv(1))
        """, "\(server.place.port)",
      ])
    try await server.process.expect(" has ended after 0 bytes\n", from: .errors)
    try await visitor.expect("b''\n")
    #expect(try await server.end() == .exited(0))
  }
}
