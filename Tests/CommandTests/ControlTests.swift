import Glibc
import Testing

/// `parley serve --control PATH` and `parley control PATH`.
@Suite("The operator of a server")
struct ControlTests {
  /// A server with a control socket, and a place for it.
  private final class Controlled: Sendable {
    let server: RunningServer
    let path: String

    init(_ name: String, _ doors: [String] = ["any"], _ options: [String] = []) async throws {
      path = "/tmp/parley-test-\(getpid())-\(name)"
      server = try await RunningServer(doors, ["--control", path] + options)
    }

    deinit { unlink(path) }

    func control(_ words: String..., fed text: String = "") async throws -> Finished {
      let control = try ChildProcess(try Tree.parley(), ["control", path] + words)
      return try await control.finished(fed: Array(text.utf8))
    }

    func client(_ nick: String, _ listener: Int = 0) async throws -> ChildProcess {
      let client = try ChildProcess(
        try Peer.socat.find(), ["-", "TCP:127.0.0.1:\(server.ports[listener])"])
      try client.write("/nick \(nick)\n")
      try await client.expect("You are \(nick)")
      return client
    }
  }

  @Test("sees who is here, removes with words, and bans for as long as wanted", .needs(.socat))
  func removing() async throws {
    let controlled = try await Controlled("removing", ["any"], ["--loops", "2"])
    let ann = try await controlled.client("ann")
    let bob = try await controlled.client("bob")
    try await ann.expect("* bob joined")
    let clients = try await controlled.control("clients")
    #expect(clients.ending == .exited(0))
    let lines = clients.text.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("#1 ann line 127.0.0.1:") == true)
    #expect(lines.last?.hasSuffix(" lobby 0") == true)

    let kick = try await controlled.control("kick", "#2", "be", "nice\u{1b}[2J")
    #expect(kick.ending == .exited(0), "\(kick)")
    try await bob.expect("* You were removed: be nice<U+001B>[2J\r\n")
    #expect(try await bob.ending() == .exited(0))
    try await ann.expect("* bob left (removed)")
    let again = try await controlled.control("kick", "bob")
    #expect(again.ending == .exited(1))
    #expect(again.errors == "parley control: there is nobody called bob\n")

    let ban = try await controlled.control("ban", "ann", "3600")
    #expect(ban.text == "banned 127.0.0.1/32\nremoved 1\n")
    try await ann.expect("* You were removed.")
    #expect(try await ann.ending() == .exited(0))
    let carol = try ChildProcess(
      try Peer.socat.find(), ["-", "TCP:127.0.0.1:\(controlled.server.ports[0])"])
    try await controlled.server.process.expect(
      "why=\"its address is banned\"", from: .errors)
    _ = try await carol.ending()
    #expect(try await controlled.control("unban", "127.0.0.1").ending == .exited(0))
    #expect(try await controlled.control("unban", "127.0.0.1").ending == .exited(1))
    #expect(try await controlled.control("bans").text.isEmpty)
    _ = try await controlled.client("dave")
  }

  @Test("tells everybody behind every door", .needs(.socat, .python3))
  func saying() async throws {
    let controlled = try await Controlled("saying", ["any", "dec10", "u16"])
    let line = try await controlled.client("line")
    let join = try ChildProcess(
      try Tree.parley(), ["join", "127.0.0.1:\(controlled.server.ports[0])", "--nick", "join"])
    try await line.expect("* join joined")
    var pupils: [ChildProcess] = []
    for (index, kind) in ["dec10", "u16"].enumerated() {
      pupils.append(
        try ChildProcess(
          try Peer.python3.find(),
          [Tree.script("chat_\(kind).py"), "127.0.0.1", controlled.server.ports[index + 1]]))
      try await line.expect("joined")
    }
    #expect(try await controlled.control("say", "soon", "we", "close").ending == .exited(0))
    try await line.expect("* soon we close\r\n")
    for pupil in pupils { try await pupil.expect("soon we close\n") }
    try await join.expect("* soon we close\n")
  }

  @Test("changes limits, reads their file again, and is told what is wrong with one")
  func limits() async throws {
    let file = try ScratchFile("max-rooms 7\n")
    let controlled = try await Controlled("limits", ["any"], ["--limits", file.path])
    func rooms() async throws -> String? {
      try await controlled.control("limits").text.split(separator: "\n")
        .first { $0.hasPrefix("max-rooms ") }.map(String.init)
    }
    #expect(try await rooms() == "max-rooms 7")
    #expect(try await controlled.control("limit", "max-rooms", "8").text == "max-rooms 8\n")
    #expect(try await rooms() == "max-rooms 8")
    let less = try await controlled.control("limit", "max-rooms", "-1")
    #expect(less.ending == .exited(1) && less.errors.contains("not '-1'"), "\(less)")
    let wrong = try await controlled.control("limit", "max-room", "8")
    #expect(wrong.ending == .exited(1) && wrong.errors.contains("max-rooms"), "\(wrong)")
    try file.write("max-rooms 9\n")
    #expect(try await controlled.control("reload").ending == .exited(0))
    #expect(try await rooms() == "max-rooms 9")
    try file.write("max-rooms many\n")
    #expect(try await controlled.control("reload").ending == .exited(1))
    #expect(try await rooms() == "max-rooms 9")
  }

  @Test("ends the server in order, and its socket is gone then")
  func stopping() async throws {
    let controlled = try await Controlled("stopping")
    var information = stat()
    #expect(stat(controlled.path, &information) == 0 && information.st_mode & 0o777 == 0o600)
    #expect(try await controlled.control("/stop").ending == .exited(0))
    #expect(try await controlled.server.process.ending() == .exited(0))
    #expect(access(controlled.path, F_OK) != 0)
    let gone = try await controlled.control("stats")
    #expect(gone.ending == .exited(10))
    #expect(gone.errors.hasPrefix("parley control: connect unix:\(controlled.path): No such file"))
  }

  @Test("can be a program of a few lines", .needs(.python3, .socat))
  func program() async throws {
    let controlled = try await Controlled("program")
    let ann = try await controlled.client("ann")
    let script = try ChildProcess(
      try Peer.python3.find(),
      [Tree.script("look_after.py"), controlled.path, "rooms", "kick nobody", "", "kick ann"])
    let finished = try await script.finished()
    #expect(finished.ending == .exited(0), "\(finished)")
    #expect(
      finished.text.hasPrefix(
        "lobby 1\n[ok]\n[error: there is nobody called nobody]\n[ok]\nremoved #1 ann line "))
    try await ann.expect("* You were removed.")
  }

  @Test("may type or pipe one command after the other")
  func conversing() async throws {
    let controlled = try await Controlled("conversing")
    let piped = try await controlled.control(fed: "rooms\nnonsense\n/help\n /quit\nnonsense\n")
    #expect(piped.ending == .exited(1))
    #expect(piped.text.hasSuffix("help                        this list\n"))
    #expect(
      piped.errors == "parley control: there is no command 'nonsense'; help lists them all\n")
    let typed = try ChildProcess(
      try Tree.parley(), ["control", controlled.path], on: .terminal(columns: 80, rows: 24))
    try await typed.expect("parley> ")
    try typed.write("bans\n")
    try await typed.expect("bans\r\nparley> ")
    try typed.write("stop\n")
    #expect(try await typed.ending() == .exited(0))
    #expect(try await controlled.server.process.ending() == .exited(0))
  }

  @Test("is told when the server goes, and when it is none of ours", .needs(.socat))
  func foreign() async throws {
    let controlled = try await Controlled("foreign")
    let typed = try ChildProcess(
      try Tree.parley(), ["control", controlled.path], on: .terminal(columns: 80, rows: 24))
    try await typed.expect("parley> ")
    controlled.server.process.signal(SIGKILL)
    try await typed.expect("the server is gone")
    #expect(try await typed.ending() == .exited(14))

    let path = controlled.path + "-other"
    defer { unlink(path) }
    let other = try ChildProcess(
      try Peer.socat.find(), ["-d", "-d", "UNIX-LISTEN:\(path)", "EXEC:echo \\\"hello\\\""])
    try await other.expect("listening on", from: .errors)
    let refused = try await ChildProcess.parley("control", path, "stats").finished()
    #expect(refused.ending == .exited(1))
    #expect(
      refused.errors == "parley control: \(path) is not the control socket of a Parley server\n")
  }

  @Test("takes a path that a dead server left, and none that is somebody's")
  func paths() async throws {
    let first = try await Controlled("paths")
    let second = try ChildProcess(
      try Tree.parley(), ["serve", "127.0.0.1:0", "--control", first.path])
    try await second.expect("somebody listens there already\n", from: .errors)
    #expect(try await second.ending() == .exited(4))
    #expect(try await first.control("stats").ending == .exited(0))
    first.server.process.signal(SIGKILL)
    #expect(try await first.server.process.ending() == .killed(SIGKILL))
    let third = try await Controlled("paths")
    #expect(try await third.control("stats").ending == .exited(0))

    let file = try ScratchFile("text")
    let fourth = try ChildProcess(
      try Tree.parley(), ["serve", "127.0.0.1:0", "--control", file.path])
    try await fourth.expect("--control \(file.path): what is there is no socket\n", from: .errors)
    #expect(try await fourth.ending() == .exited(4))
    #expect(try file.read() == Array("text".utf8))
  }

  @Test("reads counts on standard error, so often")
  func counts() async throws {
    let server = try await RunningServer(["any"], ["--stats", "1", "--log", "json"])
    try await server.process.expect("\"event\":\"stats\",\"clients\":0,", from: .errors)
    try await server.process.expect("\"event\":\"stats\",\"clients\":0,", from: .errors)
    #expect(try await server.end() == .exited(0))
  }
}
