import Glibc
import Testing

/// Ends of an echo that come in an unlucky order.
@Suite("parley echo, at the end", .needs(.python3), .timeLimit(.minutes(5)))
struct EchoEndTests {
  @Test("what the output has not taken is waited for, although all of it has come back")
  func slowReader() async throws {
    let server = try await EchoServers.ours()
    // The output is full before anything comes back.
    let script = """
      import fcntl, os, subprocess, sys
      reading, writing = os.pipe()
      client = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=writing)
      os.set_blocking(writing, False)
      filled = 0
      try:
          while True: filled += os.write(writing, bytes(4096))
      except BlockingIOError: pass
      os.set_blocking(writing, True)
      os.close(writing)
      client.stdin.write(b"echo")
      client.stdin.flush()
      print("sent", flush=True)
      input()
      client.stdin.close()
      print("closed", flush=True)
      input()
      print(os.fdopen(reading, "rb").read()[filled:], client.wait())
      """
    let runner = try ChildProcess(
      try Peer.python3.find(), ["-c", script, try Tree.parley(), "echo", "-v", server.address])
    try await runner.expect("sent\n")
    #expect((try? await runner.ending(within: .milliseconds(300))) == nil)
    try runner.write("\n")
    try await runner.expect("the input ended after 4 bytes\n", from: .errors)
    // Longer than a client goes on waiting that thinks it is done.
    #expect(
      (try? await runner.expect("come back\n", from: .errors, within: .milliseconds(700))) == nil)
    try runner.write("\n")
    let end = try await runner.finished()
    #expect(end.text == "sent\nclosed\nb'echo' 0\n", "\(end)")
  }

  @Test("a server's end that is heard before the input's is no fault")
  func serverFirst() async throws {
    let server = try await Scripted("read:4", "send:4", "go", "fin", "open", "end")
    let client = try ChildProcess.parley("echo", server.place.address)
    try client.write(Pattern.bytes(4))
    try await client.count(4)
    // It finds both ends when it wakes up, the server's first.
    client.signal(SIGSTOP)
    try server.go()
    try await server.expect("open")
    client.closeInput()
    client.signal(SIGCONT)
    let end = try await client.finished()
    #expect(end.ending == .exited(0) && end.errors.isEmpty, "\(end)")
  }

  @Test("a reset after everything has come back is no fault")
  func reset() async throws {
    let server = try await Scripted("read:4", "send:4", "end", "rst")
    let client = try ChildProcess.parley("echo", server.place.address)
    try client.write(Pattern.bytes(4))
    try await client.count(4)
    client.closeInput()
    let end = try await client.finished()
    #expect(end.ending == .exited(0) && end.errors.isEmpty, "\(end)")
    #expect(try await server.isDone())
  }
}
