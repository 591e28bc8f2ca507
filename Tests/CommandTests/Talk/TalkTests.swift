import Glibc
import Testing

@Suite("parley talk --plain", .timeLimit(.minutes(5)))
struct TalkTests {
  private func call(
    _ nick: String, _ place: Place, _ options: String...
  ) throws -> ChildProcess {
    try ChildProcess(
      try Tree.parley(), ["talk", "--plain", "--nick", nick, place.address] + options)
  }

  private func listen(_ nick: String, _ options: String...) async throws -> Listening {
    try await Listening("talk", ["--plain", "--nick", nick] + options, on: .v4)
  }

  @Test(
    "we call a Python server: both hear each other, and our end is heard", .needs(.python3),
    arguments: [false, true])
  func caller(wide: Bool) async throws {
    let (pia, place) = try await PythonTalk.server("Pia", wide: wide)
    let ann = try call("ann", place, "--frame", wide ? "u32" : "u16")
    try await pia.expect("Open ingoing connection from: ('127.0.0.1', ")
    try ann.write("  hello è € 😀 \n")
    try await pia.expect("] ann:\n\thello è € 😀\n")
    try pia.write("hi there\n")
    try await ann.expect("Pia: hi there\n")
    ann.closeInput()
    #expect(try await ann.ending() == .exited(0))
    try await pia.expect("Connection with peer ('127.0.0.1', ")
    try pia.write("too late\n")
    try await pia.expect("No peer connected, message is lost\n")
  }

  @Test("Python clients call us, one after the other, and we go on", .needs(.python3))
  func listener() async throws {
    let ann = try await listen("ann")
    for name in ["Pia", "Quinn"] {
      let peer = try PythonTalk.client(name, ann.place)
      try await ann.process.expect(" calls.\n", from: .errors)
      try peer.write("I am \(name)\n")
      try await ann.process.expect("\(name): I am \(name)\n")
      try ann.process.write("hello \(name)\n")
      try await peer.expect("] ann:\n\thello \(name)\n")
      peer.closeInput()
      #expect(try await peer.ending() == .exited(0))
      try await ann.process.expect("* \(name) left\n")
      try await ann.process.expect("The next one may call.\n", from: .errors)
    }
    ann.process.closeInput()
    #expect(try await ann.process.ending() == .exited(0))
  }

  @Test(
    "who calls while we talk is told that the line is busy, and changes nothing", .needs(.python3))
  func busy() async throws {
    let ann = try await listen("ann")
    let pia = try PythonTalk.client("Pia", ann.place)
    try pia.write("first\n")
    try await ann.process.expect("Pia: first\n")
    let quinn = try PythonTalk.client("Quinn", ann.place)
    try await quinn.expect("] ann:\n\tThe line is busy, please call again later.\n")
    try await quinn.expect("Connection with peer ")
    try await ann.process.expect("was told that the line is busy.\n", from: .errors)
    try ann.process.write("still yours\n")
    try await pia.expect("] ann:\n\tstill yours\n")
    #expect(try await ann.end() == .exited(0))
    try await pia.expect("Connection with peer ")
  }

  @Test(
    "a peer that is killed has left, lines for nobody are lost, and it may come back",
    .needs(.python3))
  func killed() async throws {
    let ann = try await listen("ann")
    let pia = try PythonTalk.client("Pia", ann.place)
    try pia.write("here\n")
    try await ann.process.expect("Pia: here\n")
    pia.signal(SIGKILL)
    try await ann.process.expect("* Pia left\n")
    try ann.process.write("hello?\n")
    try await ann.process.expect("! not said (nobody is connected): hello?\n", from: .errors)
    let again = try PythonTalk.client("Pia", ann.place)
    try again.write("back\n")
    try await ann.process.expect("Pia: back\n")
    ann.process.closeInput()
    // What was not said counts.
    #expect(try await ann.process.ending() == .exited(1))
    try await ann.process.expect("1 message was not accepted\n", from: .errors)
  }

  @Test(
    "a caller goes on reading when the other one has left, until its input ends", .needs(.python3))
  func leftAlone() async throws {
    let (pia, place) = try await PythonTalk.server("Pia")
    let ann = try call("ann", place)
    try await pia.expect("Open ingoing")
    try pia.write("bye\n")
    try await ann.expect("Pia: bye\n")
    pia.closeInput()
    try await ann.expect("* Pia left\n")
    try await ann.expect("Nobody is connected any more; Ctrl-D leaves.\n", from: .errors)
    try ann.write("\n")
    try await ann.expect("! An empty line is not sent.\n", from: .errors)
    ann.closeInput()
    #expect(try await ann.ending() == .exited(0))
  }

  @Test("a reset is told of as what it is", .needs(.python3))
  func reset() async throws {
    let peer = try await Scripted("accept", "go", "rst")
    let ann = try call("ann", peer.place)
    try await peer.expect("connected")
    try await ann.expect("connected to", from: .errors)
    try peer.go()
    try await ann.expect("* somebody@\(peer.place.address) is gone (lost: ")
    try await ann.expect("Connection reset by peer)\n")
    ann.closeInput()
    #expect(try await ann.ending() == .exited(0))
  }

  @Test("two of ours talk over IPv6, and long lines come in pieces that are whole texts")
  func ours() async throws {
    let ann = try await Listening("talk", ["--plain", "--nick", "ann"], on: .v6)
    let bob = try call("bob", ann.place)
    let line = String(repeating: "è", count: 1000)
    try bob.write(line + "\n")
    let first = try await ann.process.expect("\n")
    let second = try await ann.process.expect("\n")
    #expect([first, second].map { $0.dropFirst("bob: ".count).dropLast() }.joined() == line)
    bob.signal(SIGTERM)
    #expect(try await bob.ending() == .exited(0))
    try await ann.process.expect("* bob left\n")
  }

  @Test("what makes no chat text is shown as it is, made safe", .needs(.python3))
  func raw() async throws {
    // The pattern begins with 0, 1, 2: a frame of one byte, and then one of 772.
    let peer = try await Scripted("accept", "send:3", "open", "send:2", "close")
    let ann = try call("ann", peer.place)
    try await ann.expect("\(peer.place.address) (no chat text): ")
    try await ann.expect(
      "is gone (cut: the other side does not speak this framing: the stream ended")
    ann.closeInput()
    #expect(try await ann.ending() == .exited(0))
  }

  @Test("nobody there ends with 10, and without --plain it says what to type meanwhile")
  func failures() async throws {
    let port = try HeldPort()
    let ann = try await call("ann", port.place).finished()
    #expect(ann.ending == .exited(10))
    #expect(ann.errors.contains("Connection refused"))
    let secret = try await ChildProcess.parley("talk", "127.0.0.1:1").finished()
    #expect(secret.ending == .exited(2))
    #expect(secret.errors.contains("it is 'parley talk --plain'"))
    let strict = try await call("ann", port.place, "--allow", "10.0.0.0/8").finished()
    #expect(strict.ending == .exited(2))
    let nameless = try await call("a\tb", port.place).finished()
    #expect(nameless.ending == .exited(2))
  }

  @Test("who is denied is not let in, and it is told of", .needs(.python3))
  func denied() async throws {
    let ann = try await listen("ann", "--deny", "127.0.0.0/8")
    let pia = try PythonTalk.client("Pia", ann.place)
    try await pia.expect("Connection with peer ")
    try await ann.process.expect("* refused 127.0.0.1:", from: .errors)
    #expect(try await ann.end() == .exited(0))
  }

  @Test(
    "the name is asked for when the port is bound, and an end there is an end in order",
    .needs(.python3))
  func naming() async throws {
    let ann = try await Listening("talk", ["--plain"], on: .v4)
    try await ann.process.expect("Enter your username to start the chat:\n", from: .errors)
    let pia = try PythonTalk.client("Pia", ann.place)
    try pia.write("hello?\n")
    try await ann.process.expect("Pia: hello?\n")
    try ann.process.write("  ann \nyes\n")
    try await pia.expect("] ann:\n\tyes\n")
    let bob = try await Listening("talk", ["--plain"], on: .v4)
    try await bob.process.expect("Enter your username to start the chat:\n", from: .errors)
    #expect(try await bob.end() == .exited(0))
  }

  @Test("at a terminal it prompts with the name, and Ctrl-D leaves", .needs(.python3))
  func terminal() async throws {
    let (pia, place) = try await PythonTalk.server("Pia")
    let ann = try ChildProcess(
      try Tree.parley(), ["talk", "--plain", place.address],
      on: .terminal(columns: 70, rows: 20))
    try await ann.expect("Enter your username to start the chat:")
    try ann.write("ann\r")
    try await ann.expect("ann> ")
    try ann.write("hello\r")
    try await pia.expect("] ann:\n\thello\n")
    try await ann.expect("ann: hello")
    try pia.write("hi\n")
    try await ann.expect("Pia: hi")
    try ann.write("/who\r")
    try await ann.expect("You talk with Pia at \(place.address).")
    try ann.write("\u{4}")
    #expect(try await ann.ending() == .exited(0))
    try await pia.expect("Connection with peer ")
  }

  @Test("at a terminal that takes nothing any more Ctrl-C still ends it", .needs(.python3))
  func unreadTerminal() async throws {
    let scenario = try ChildProcess(
      try Peer.python3.find(), [Tree.script("unread_terminal.py"), try Tree.parley()])
    let end = try await scenario.finished()
    #expect(end.ending == .exited(0), "\(end)")
  }

  @Test("a peer that takes one recv for a text keeps in step, however it stalls", .needs(.python3))
  func bursts() async throws {
    let run = try ChildProcess(
      try Peer.python3.find(),
      [
        "-B", "\(Tree.root)/Tests/Load/bursts.py", try Tree.parley(), "--bursts", "20", "--stall",
        "0.05",
      ])
    let end = try await run.finished()
    #expect(end.ending == .exited(0), "\(end)")
    #expect(end.text.hasPrefix("0 desynchronised"))
  }
}
