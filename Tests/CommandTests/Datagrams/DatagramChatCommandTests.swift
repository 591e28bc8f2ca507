import Glibc
import Testing

@Suite("parley chat --plain udp", .timeLimit(.minutes(5)))
struct DatagramChatCommandTests {
  private func chat(
    _ arguments: String..., on connection: ChildProcess.Connection = .pipes
  ) throws -> ChildProcess {
    try ChildProcess(
      try Tree.parley(), ["chat", "--plain", "udp"] + arguments, environment: ["TZ": "UTC"],
      on: connection)
  }

  @Test("the name is asked for once the port is there; what is no name is asked for again")
  func question() async throws {
    let bob = try await DatagramGuest(.ours, "Bob")
    let ann = try chat("0", bob.place.address)
    try await ann.expect("* listening on ", from: .errors)
    try await ann.expect("Enter your username to start the chat:\n", from: .errors)
    try ann.write("\n")
    try await ann.expect("Enter your username to start the chat:\n", from: .errors)
    try ann.write("  Ann\nhello\n")
    try await bob.expect("* Ann joined\nAnn: hello\n")
    ann.closeInput()
    #expect(try await ann.ending() == .exited(0))
    try await bob.expect("* Ann left\n")
    #expect(ann.transcript().isEmpty)
  }

  @Test(
    "an end at the question is clean, and nobody hears of it",
    arguments: [nil, SIGINT, SIGTERM, SIGHUP] as [CInt?])
  func endAtQuestion(signal: CInt?) async throws {
    let bob = try await DatagramGuest(.ours, "Bob")
    let ann = try chat("0", bob.place.address)
    try await ann.expect("Enter your username to start the chat:\n", from: .errors)
    if let signal { ann.signal(signal) } else { ann.closeInput() }
    #expect(try await ann.ending() == .exited(0))
    let dan = try await DatagramGuest(.ours, "Dan", knowing: [bob.place])
    try await bob.expect("* Dan joined\n")
    #expect(String(decoding: bob.process.transcript(), as: UTF8.self) == "* Dan joined\n")
    dan.process.closeInput()
  }

  @Test("at a terminal the question is answered in the line, and one's own words have a time")
  func terminal() async throws {
    let bob = try await DatagramGuest(.ours, "Bob")
    let ann = try chat("0", bob.place.address, on: .terminal(columns: 70, rows: 20))
    try await ann.expect("Enter your username to start the chat:")
    try ann.write("Ann\r")
    try await ann.expect("Ann> ")
    try await bob.expect("* Ann joined\n")
    try ann.write("hello\r")
    try await bob.expect("Ann: hello\n")
    try bob.say("you too")
    try await ann.expect("Bob: you too")
    var model = TerminalModel(columns: 70, rows: 20)
    model.receive(ann.transcript())
    let lines = model.talk.suffix(2).map {
      $0.dropFirst(2).first == ":" ? String($0.dropFirst(6)) : $0
    }
    #expect(lines == ["Ann: hello", "Bob: you too"])
    #expect(model.text.last == "Ann>")
    try ann.write("\u{4}")
    #expect(try await ann.ending() == .exited(0))
    try await bob.expect("* Ann left\n")
  }

  @Test("two of ours over IPv6")
  func sixth() async throws {
    let bob = try await DatagramGuest(.ours, "Bob")
    let ann = try chat("0", "[::1]:\(bob.place.port)", "--nick", "Ann")
    try await bob.expect("* Ann joined\n")
    try ann.write("over six\n")
    try await bob.expect("Ann: over six\n")
    try bob.say("/who")
    try await bob.expect("* Ann at [::1]:")
    try bob.say("and back")
    try await ann.expect("Bob: and back\n")
    ann.signal(SIGTERM)
    #expect(try await ann.ending() == .exited(0))
    try await bob.expect("* Ann left\n")
  }

  @Test("commands: who, stats, add, help, quit, and what is none of these")
  func commands() async throws {
    let bob = try await DatagramGuest(.ours, "Bob")
    let ann = try await DatagramGuest(.ours, "Ann")
    try ann.say("/add localhost:\(bob.place.port)")
    try await ann.expect("* \(bob.place.address) gets from now on what you say\n")
    try await bob.expect("* Ann joined\n")
    try ann.say("/add 127.0.0.1:\(bob.place.port)")
    try await ann.process.expect("! \(bob.place.address) is known already\n", from: .errors)
    try ann.say("/add 127.0.0.1:\(ann.place.port)")
    try await ann.process.expect("is where we are ourselves\n", from: .errors)
    try ann.say("/add 127.0.0.1")
    try await ann.process.expect(
      "! /add takes HOST:PORT, and 127.0.0.1 has no port.\n", from: .errors)
    try ann.say("//slash")
    try await bob.expect("Ann: /slash\n")
    try ann.say("/nonsense")
    try await ann.process.expect("! There is no command /nonsense", from: .errors)
    try bob.say("/who")
    try await bob.expect("* You are Bob; with you: 1\n* Ann at \(ann.place.address)\n")
    try bob.say("/stats")
    try await bob.expect("* received: 2\n* duplicated: 0\n")
    try ann.say("/quit")
    #expect(try await ann.process.ending() == .exited(0))
    try await bob.expect("* Ann left\n")
  }

  @Test("one peer that cannot be sent to does not keep the others from what is said")
  func badPeers() async throws {
    let bob = try await DatagramGuest(.ours, "Bob")
    // Nobody may send to all without asking the system for it.
    let ann = try chat(
      "0", "255.255.255.255:9", bob.place.address, "--nick", "Ann")
    try await ann.expect("255.255.255.255:9: Permission denied\n", from: .errors)
    try await bob.expect("* Ann joined\n")
    for number in 1...3 { try ann.write("line \(number)\n") }
    for number in 1...3 { try await bob.expect("Ann: line \(number)\n") }
    ann.closeInput()
    #expect(try await ann.ending() == .exited(0))
    let errors = String(decoding: ann.transcript(.errors), as: UTF8.self)
    #expect(errors.ranges(of: "Permission denied").count == 1)
  }

  @Test("a port that is taken, and an address without one, are told")
  func badArguments() async throws {
    let bob = try await DatagramGuest(.ours, "Bob")
    let second = try await chat(bob.place.port, "--nick", "Ann").finished()
    #expect(second.ending != .exited(0))
    #expect(second.errors.contains("Address already in use"))
  }

  @Test("somebody who cannot be anywhere is no way to begin a chat", arguments: ["udp", "tcp"])
  func nowhere(kind: String) async throws {
    for (address, words) in [
      ("somewhere", "has no port"), ("127.0.0.1:0", "nobody can be on port 0"),
    ] {
      let child = try ChildProcess(
        try Tree.parley(), ["chat", "--plain", kind, "0", address, "--nick", "Ann"])
      child.closeInput()
      let finished = try await child.finished()
      #expect(finished.ending == .exited(2))
      #expect(finished.errors.contains(words))
    }
  }

  @Test(
    "/add tells what is wrong with an address, in the words that were typed",
    arguments: ["udp", "tcp"])
  func adding(kind: String) async throws {
    let ann = try ChildProcess(
      try Tree.parley(), ["chat", "--plain", kind, "0", "--nick", "Ann"])
    try await ann.expect("listening on ", from: .errors)
    let own = try Place(try await ann.expect("\n", from: .errors).dropLast()).port
    try ann.write("/add 127.0.0.1\n")
    try await ann.expect("! /add takes HOST:PORT, and 127.0.0.1 has no port.\n", from: .errors)
    // No address is this machine's, and there we are.
    try ann.write("/add 0.0.0.0:\(own)\n")
    try await ann.expect("! 127.0.0.1:\(own) is where we are ourselves\n", from: .errors)
    ann.closeInput()
    #expect(try await ann.ending() == .exited(0))
  }

  @Test("what is sent is safe to show", .needs(.python3))
  func escapes() async throws {
    let ann = try await DatagramGuest(.ours, "Ann")
    let bob = try await DatagramGuest(.python, "Bob", knowing: [ann.place])
    try bob.process.write("esc \u{1b}[2J\u{85}end\n")
    try await ann.expect("Bob: esc <U+001B>[2J<U+0085>end\n")
  }
}
