import Glibc
import Testing

@Suite(
  "parley chat --plain udp with the lessons' programs", .timeLimit(.minutes(5)), .needs(.python3))
struct DatagramInteropTests {
  typealias Kind = DatagramGuest.Kind

  @Test(
    "three in a chat: each message is shown once by each, and who goes and comes is seen",
    arguments: [
      [.ours, .python, .python], [.python, .ours, .python], [.python, .python, .ours],
      [.ours, .ours, .python], [.python, .ours, .ours], [.ours, .ours, .ours],
    ] as [[Kind]])
  func three(kinds: [Kind]) async throws {
    let ann = try await DatagramGuest(kinds[0], "Ann")
    let bob = try await DatagramGuest(kinds[1], "Bob", knowing: [ann.place])
    let cleo = try await DatagramGuest(kinds[2], "Cleo", knowing: [ann.place, bob.place])
    // The first to speak is who knows everybody.
    var said = try await converse([cleo, bob, ann], "hello")
    for round in 1...3 { said += try await converse([ann, bob, cleo], "word \(round)") }
    for listener in [ann, bob, cleo] {
      for (by, text) in said where by != listener.name {
        #expect(listener.count(of: listener.line(by, text)) == 1)
      }
    }

    // Leaves politely, and comes back.
    cleo.process.closeInput()
    #expect(try await cleo.process.ending() == .exited(0))
    for other in [ann, bob] {
      try await other.expect(other.farewell(of: "Cleo"))
      #expect(other.count(of: other.farewell(of: "Cleo")) == 1)
    }
    _ = try await converse([ann, bob], "without Cleo")
    let cleoAgain = try await DatagramGuest(
      kinds[2], "Cleo", port: cleo.place.port, knowing: [ann.place, bob.place])
    _ = try await converse([cleoAgain, ann, bob], "back")
    for other in [ann, bob] where other.kind == .ours {
      let word = kinds[2] == .ours ? "* Cleo joined\n" : "* Cleo is back\n"
      #expect(other.count(of: word) == (kinds[2] == .ours ? 2 : 1))
    }

    // Is killed, and comes back.
    bob.process.signal(SIGKILL)
    _ = try await bob.process.ending()
    for word in ["without", "still without"] {
      _ = try await converse([ann, cleoAgain], "\(word) Bob")
    }
    for other in [ann, cleoAgain] where other.kind == .ours {
      #expect(other.count(of: "* Bob is gone (nobody is there any more)\n") == 1)
    }
    let bobAgain = try await DatagramGuest(
      kinds[1], "Bob", port: bob.place.port, knowing: [ann.place, cleoAgain.place])
    let last = try await converse([bobAgain, ann, cleoAgain], "all three")
    for listener in [ann, bobAgain, cleoAgain] {
      for (by, text) in last where by != listener.name {
        #expect(listener.count(of: listener.line(by, text)) == 1)
      }
      if listener.kind == .ours, kinds[1] == .python, listener.name != "Bob" {
        #expect(listener.count(of: "* Bob is back\n") == 1)
      }
      listener.process.closeInput()
      #expect(try await listener.process.ending() == .exited(0))
    }
  }

  @Test("the lessons' log, with their first program as Bob")
  func log() async throws {
    let alice = try await DatagramGuest(.ours, "Alice")
    try alice.say("Is there anybody?")
    try await alice.process.expect("nobody else is here so far): Is there anybody?", from: .errors)
    let bob = try await DatagramGuest(.python, "Bob", knowing: [alice.place], style: "turns")
    try bob.say("Hello Alice!")
    try await alice.expect("Bob: Hello Alice!\n")
    try alice.say("Hello Bob, how are you?")
    try await bob.expect("] Alice:\n\tHello Bob, how are you?\n> ")
    try bob.say("Fine thanks! What about you?")
    try await alice.expect("Bob: Fine thanks! What about you?\n")
    alice.process.closeInput()
    #expect(try await alice.process.ending() == .exited(0))
    #expect(
      String(decoding: alice.process.transcript(), as: UTF8.self)
        == "Bob: Hello Alice!\nBob: Fine thanks! What about you?\n")
    // One datagram more: the farewell.
    try await bob.expect("] Alice:\n\t<LEAVES THE CHAT>\n> ")
  }

  @Test("long and strange texts arrive whole at a program that reads 1024 bytes of UTF-8")
  func longTexts() async throws {
    let python = try await DatagramGuest(.python, "Bob")
    let ann = try await DatagramGuest(.ours, "Ann", knowing: [python.place])
    try await python.expect(python.line("Ann", "<JOINS THE CHAT>"))
    let text = String(repeating: "è €😀", count: 500)
    try ann.process.write(Array(text.utf8) + [0xff, 0x0a])
    try ann.say("I say <LEAVES THE CHAT>")
    try ann.say("end")
    try await python.expect(python.line("Ann", "end"))
    let shown = String(decoding: python.process.transcript(), as: UTF8.self)
    let pieces = shown.split(separator: "[").filter { $0.contains("Ann:") && !$0.contains("JOINS") }
      .compactMap {
        $0.split(separator: ":\n\t", maxSplits: 1).last?.dropLast()
      }
    #expect(pieces.dropLast(2).joined() == text + "\u{fffd}")
    #expect(pieces.suffix(2) == ["I say <LEAVES THE CHAT> ", "end"])
    // It would be deaf now if it had read a piece of a character.
    python.process.signal(SIGINT)
    try await ann.expect("* Bob left\n")
  }

  @Test(
    "every way to end says goodbye, once, and is no failure",
    arguments: [nil, SIGINT, SIGTERM, SIGHUP] as [CInt?])
  func endings(signal: CInt?) async throws {
    let python = try await DatagramGuest(.python, "Bob")
    let ann = try await DatagramGuest(.ours, "Ann", knowing: [python.place])
    try await python.expect(python.line("Ann", "<JOINS THE CHAT>"))
    if let signal { ann.process.signal(signal) } else { ann.process.closeInput() }
    #expect(try await ann.process.ending() == .exited(0))
    try await python.expect(python.farewell(of: "Ann"))
    // Something behind it, which would come after a second farewell.
    let dan = try await DatagramGuest(.ours, "Dan", knowing: [python.place])
    try await python.expect(python.line("Dan", "<JOINS THE CHAT>"))
    #expect(python.count(of: python.farewell(of: "Ann")) == 1)
    dan.process.closeInput()
  }
}
