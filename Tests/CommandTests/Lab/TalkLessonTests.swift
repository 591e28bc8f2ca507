import Sockets
import Testing

@testable import parley

@Suite("Rows 35 and 36, with the lessons' lines", .needs(.python3))
struct TalkLessonTests {
  private static let question = "Enter your username to start the chat:\n"

  /// Row 36 on a free port, with a name.
  private func server() async throws -> (process: ChildProcess, place: Place) {
    let process = try ChildProcess.row(36, "server", "0", "--at", "127.0.0.1:0")
    try await process.expect("Server listening on port ")
    let port = String(try await process.expect(" at ").dropLast(4))
    try await process.expect("127.0.0.1")
    try await process.expect(Self.question)
    try process.write("Bob\n")
    try await process.expect(LessonPeer.hint)
    return (process, Place(host: "127.0.0.1", port: port))
  }

  private func peer(_ program: String, _ name: String, _ place: String) throws -> ChildProcess {
    try ChildProcess(
      try Peer.python3.find(), ["-Su", Tree.script("lessons/peer.py"), program, name, place])
  }

  @Test("row 35 talks with the lesson's server, and stays when that has gone")
  func client() async throws {
    let theirs = try peer("callee", "Bob", "127.0.0.1:0")
    let place = try Place(try await theirs.expect("\n", from: .errors).dropLast())
    let ours = try ChildProcess.row(35, "client", "localhost:\(place.port)")
    try await ours.expect("Connected to ('127.0.0.1', \(place.port))\n\(Self.question)")
    try ours.write("Alice\n")
    try await ours.expect(LessonPeer.hint)
    try ours.write("  hello, è €  \n   \n")
    try await theirs.expect("] Alice:\n\thello, è €\n")
    try await ours.expect("Empty message, not sent\n")
    try theirs.write("hello to you\n")
    try await ours.expect("] Bob:\n\thello to you\n")
    theirs.closeInput()
    let closed = "Connection with peer ('127.0.0.1', \(place.port)) closed\n"
    try await ours.expect(closed)
    try ours.write("anybody?\n\n")
    try await ours.expect(
      "No peer connected, message is lost\nNo peer connected, message is lost\n")
    ours.closeInput()
    let end = try await ours.finished()
    #expect(end.ending == .exited(0) && end.errors.isEmpty)
    #expect(end.text.split(separator: closed.dropLast()).count == 2, "\(end)")
  }

  @Test("rows 35 and 36 end in order on Ctrl+D and on Ctrl+C, and the other side is told")
  func ends() async throws {
    for isSignal in [true, false] {
      for isServerFirst in [true, false] {
        let (ours, place) = try await server()
        let caller = try ChildProcess.row(35, "client", place.address)
        try caller.write("Alice\n")
        try await caller.expect(LessonPeer.hint)
        try await ours.expect("Open ingoing connection from: ('127.0.0.1', ")
        try caller.write("hello\n")
        try await ours.expect("] Alice:\n\thello\n")
        let leaves = isServerFirst ? ours : caller
        if isSignal { leaves.signal(2) } else { leaves.closeInput() }
        let end = try await leaves.finished()
        #expect(end.ending == .exited(0) && end.errors.isEmpty, "\(end)")
        try await (isServerFirst ? caller : ours).expect(") closed\n")
        #expect(
          end.text.hasSuffix(
            isServerFirst ? ") closed\nStop listening for new connections\n" : ") closed\n"))
      }
    }
  }

  @Test(
    "row 36 talks with one of the lesson's callers after the other; a second is told it is busy")
  func busy() async throws {
    let (ours, place) = try await server()
    try ours.write("too early\n")
    try await ours.expect("No peer connected, message is lost\n")
    for name in ["Alice", "Carol"] {
      let caller = try peer("caller", name, place.address)
      try await ours.expect("Open ingoing connection from: ('127.0.0.1', ")
      try caller.write("hello\n")
      try await ours.expect("] \(name):\n\thello\n")
      let second = try peer("caller", "Dave", place.address)
      try await second.expect("] parley:\n\tThe line is busy.\nConnection with peer closed\n")
      try ours.write("only for \(name)\n")
      try await caller.expect("] Bob:\n\tonly for \(name)\n")
      caller.closeInput()
      try await ours.expect(") closed\n")
    }
    ours.closeInput()
    let end = try await ours.finished()
    #expect(end.ending == .exited(0) && end.errors.isEmpty)
    #expect(end.text.hasSuffix("Stop listening for new connections\n"))
    #expect(!end.text.contains("Dave"))
  }

  @Test("a caller who closes at once, or resets, does not end row 36")
  func brief() async throws {
    let (ours, place) = try await server()
    try await EventLoop.run { loop in
      let address = try Address(place.address)
      for isReset in [true, false] {
        try await Connect.to(address, on: loop) { connection in
          if isReset { connection.abort() }
        }
        try await ours.expect(") closed\n")
      }
    }
    try ours.write("hello?\n")
    try await ours.expect("No peer connected, message is lost\n")
    ours.signal(15)
    #expect(try await ours.ending() == .exited(0))
  }

  @Test("rows 35 and 36 end in order when no name is given")
  func noName() async throws {
    let process = try ChildProcess.row(36, "server", "0", "--at", "127.0.0.1:0")
    let end = try await process.finished(fed: Array(" \n".utf8))
    #expect(end.ending == .exited(0) && end.errors.isEmpty)
    #expect(
      end.text.hasSuffix("\(Self.question)\(Self.question)Stop listening for new connections\n"))
  }
}
