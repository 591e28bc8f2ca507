import Testing

@Suite("parley join --frame", .timeLimit(.minutes(5)))
struct JoinFrameTests {
  private func join(_ arguments: String...) throws -> ChildProcess {
    try ChildProcess(try Tree.parley(), ["join"] + arguments)
  }

  @Test("people meet at a classmate's server of threads and queues", .needs(.python3))
  func classmate() async throws {
    let server = try ChildProcess(try Peer.python3.find(), [Tree.script("server_dec10.py")])
    let address = "127.0.0.1:" + (try await server.expect("\n").dropLast())
    let ann = try join(address, "--frame", "dec10", "--nick", "ann")
    let bob = try join(address, "--frame", "dec10")
    // Whoever has heard the other is known to the server.
    for attempt in 1... {
      try ann.write("hello\n")
      if (try? await bob.expect("ann: hello\n", within: .milliseconds(200))) != nil { break }
      try #require(attempt < 50, "bob heard nothing")
    }
    try bob.write("è €\n\nbye\n")
    try await ann.expect("è €\nbye\n")
    bob.closeInput()
    #expect(try await bob.ending() == .exited(0))
    ann.closeInput()
    #expect(try await ann.ending() == .exited(0))
  }

  @Test(
    "two people meet through each of our own fixed doors",
    arguments: ["line", "dec10", "u16", "u32"])
  func ownDoors(framing: String) async throws {
    let server = try await Served(framing: framing)
    let ann = try join(server.fixedAddress, "--frame", framing, "--nick", "ann")
    try ann.write("first\n")
    let bob = try ChildProcess(try Tree.parley(), ["join", server.address, "--nick", "bob"])
    try await bob.expect("first\n")
    try bob.write("hi €\n")
    try await ann.expect("bob: hi €\n")
    ann.closeInput()
    #expect(try await ann.ending() == .exited(0))
    try await bob.expect("left (quit)\n")
  }

  @Test("a frame that is none ends with 1", .needs(.socat))
  func wrongFraming() async throws {
    let puppet = try await Puppet()
    let ann = try join(puppet.address, "--frame", "dec10")
    try puppet.child.write("hello, this is not ten digits")
    #expect(try await ann.ending() == .exited(1))
    try await ann.expect("parley join: the server does not speak this framing", from: .errors)
  }

  @Test("the end of the input half-closes, and what comes then is shown", .needs(.python3))
  func halfClose() async throws {
    let script = """
      import socket
      listener = socket.create_server(("127.0.0.1", 0))
      print(listener.getsockname()[1], flush=True)
      client, _ = listener.accept()
      text = client.makefile("rb").read()
      client.sendall(b"you said " + text + b"last")
      client.close()
      """
    let server = try ChildProcess(try Peer.python3.find(), ["-c", script])
    let port = try await server.expect("\n").dropLast()
    let ann = try join("127.0.0.1:\(port)", "--frame", "line")
    try ann.write("ping\n")
    ann.closeInput()
    #expect(try await ann.ending() == .exited(0))
    #expect(String(decoding: ann.transcript(), as: UTF8.self) == "you said ping\nlast\n")
  }
}
