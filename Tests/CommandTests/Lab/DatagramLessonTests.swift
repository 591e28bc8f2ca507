import Glibc
import Sockets
import Testing

@testable import parley

@Suite("Rows 18 to 23, with the lessons' lines", .needs(.python3))
struct DatagramLessonTests {
  @Test(
    "row 18 reproduces the lesson's log, ours at either end and at both",
    arguments: [
      (LessonPeer.Kind.ours, LessonPeer.Kind.theirs), (.theirs, .ours), (.ours, .ours),
    ])
  func byTurns(alices: LessonPeer.Kind, bobs: LessonPeer.Kind) async throws {
    let alice = try await LessonPeer(alices, row: 18, "Alice")
    let bob = try await LessonPeer(bobs, row: 18, "Bob", knowing: alice)
    try await alice.process.expect("> ")
    // To nobody: Alice knows nobody yet.
    try alice.type("Is there anybody?")
    try await bob.process.expect("> ")
    try bob.type("Hello Alice!")
    try await alice.expect("Hello Alice!", from: "Bob")
    try await alice.process.expect("> ")
    try alice.type("Hello Bob, how are you?")
    try await bob.expect("Hello Bob, how are you?", from: "Alice")
    try await bob.process.expect("> ")
    try bob.type("Fine thanks! What about you?")
    try await alice.expect("Fine thanks! What about you?", from: "Bob")
    try await alice.process.expect("> ")
    // All that was printed, but for the times; Bob has typed behind his last prompt, and waits.
    let texts = [
      (alice, alices, ["Bob:\n\tHello Alice!", "Bob:\n\tFine thanks! What about you?"]),
      (bob, bobs, ["Alice:\n\tHello Bob, how are you?"]),
    ]
    for (peer, kind, heard) in texts where kind == .ours {
      let printed = String(decoding: peer.process.transcript(), as: UTF8.self)
      let log = printed.split(separator: "chat:\n").last ?? ""
      let expected = "> " + heard.map { "[TIME] \($0)\n> " }.joined()
      #expect(withoutTimes(log) == expected)
    }
  }

  private func withoutTimes(_ log: some StringProtocol) -> String {
    log.split(separator: "[", omittingEmptySubsequences: false).enumerated().map { index, part in
      index == 0 ? String(part) : "[TIME" + part.drop { $0 != "]" }
    }.joined()
  }

  @Test("row 18 ends in order at the name, at the prompt and while it waits for a datagram")
  func byTurnsEnds() async throws {
    for lines in ["", "Alice\n"] {
      let process = try ChildProcess.row(18, "0", "--at", "127.0.0.1:0")
      let end = try await process.finished(fed: Array(lines.utf8))
      #expect(end.ending == .exited(0) && end.errors.isEmpty)
    }
    let process = try ChildProcess.row(18, "0", "--at", "127.0.0.1:0")
    try process.write("Alice\nhello\n")
    try await process.expect("> ")
    process.signal(2)
    #expect(try await process.ending() == .exited(0))
  }

  @Test(
    "row 21 types and listens at the same time, three of them, each message once",
    arguments: [
      [LessonPeer.Kind.ours, .theirs, .theirs], [.ours, .ours, .theirs],
    ])
  func atOnce(kinds: [LessonPeer.Kind]) async throws {
    let one = try await LessonPeer(kinds[0], row: 21, "One")
    let two = try await LessonPeer(kinds[1], row: 21, "Two", knowing: one)
    let three = try await LessonPeer(kinds[2], row: 21, "Three", knowing: one, two)
    try three.type("from three")
    try await one.expect("from three", from: "Three")
    try await two.expect("from three", from: "Three")
    try two.type("from two, è €")
    try await one.expect("from two, è €", from: "Two")
    try await three.expect("from two, è €", from: "Two")
    try one.type("from one")
    for peer in [two, three] {
      try await peer.expect("from one", from: "One")
      let printed = String(decoding: peer.process.transcript(), as: UTF8.self)
      #expect(printed.split(separator: "from one").count == 2, "\(printed)")
    }
  }

  @Test("row 22 says farewell once, on the end of input and on a signal, and forgets who leaves")
  func farewell() async throws {
    let stays = try await LessonPeer(.ours, row: 22, "Stays")
    for signal in [SIGINT, SIGHUP, nil] {
      let name = signal.map { "Signal \($0)" } ?? "Ctrl-D"
      let leaver = try await LessonPeer(.ours, row: 22, name, knowing: stays)
      let theirs = try await LessonPeer(.theirs, row: 22, "Theirs \(name)", knowing: stays)
      try leaver.type("hello")
      try await stays.expect("hello", from: name)
      try theirs.type("hello, too")
      try await stays.expect("hello, too", from: "Theirs \(name)")
      if let signal { leaver.process.signal(signal) } else { leaver.process.closeInput() }
      #expect(try await leaver.process.ending() == .exited(0))
      try await stays.expect("<LEAVES THE CHAT>\n\(name) has left the chat", from: name)
      theirs.process.closeInput()
      let end = "<LEAVES THE CHAT>\nTheirs \(name) has left the chat"
      try await stays.expect(end, from: "Theirs \(name)")
    }
    stays.process.closeInput()
    #expect(try await stays.process.ending() == .exited(0))
    let log = String(decoding: stays.process.transcript(), as: UTF8.self)
    #expect(log.split(separator: "<LEAVES").count == 7, "\(log)")
  }

  @Test("row 22 takes a quoted farewell for words, and sends nothing to who has left")
  func quoted() async throws {
    try await EventLoop.run { loop in
      let ours = try await LessonPeer(.ours, row: 22, "Ours")
      let socket = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      let place = try await Resolver.shared.resolve(Address(ours.place.address))[0]
      let head = "[2026-11-21T03:17:49.286345] Bob:\n\t"
      for text in ["one", "he said <LEAVES THE CHAT>"] {
        try await socket.send(head + text, to: place)
        try await ours.expect(text, from: "Bob")
        try ours.type("\(text)")
        // What would be a farewell to the lesson's programs has a blank behind it.
        let blank = text == "one" ? "" : " "
        #expect(try await socket.receive().text.hasSuffix("] Ours:\n\t\(text)\(blank)"))
      }
      try await socket.send(head + "<LEAVES THE CHAT>", to: place)
      try await ours.process.expect("Bob has left the chat\n")
      let other = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      try await other.send("[1] Carol:\n\thello", to: place)
      try await ours.expect("hello", from: "Carol")
      try ours.type("to the rest")
      #expect(try await other.receive().text.hasSuffix("] Ours:\n\tto the rest"))
      try await socket.send(head + "again", to: place)
      try await ours.expect("again", from: "Bob")
      try ours.type("welcome back")
      #expect(try await socket.receive().text.hasSuffix("] Ours:\n\twelcome back"))
    }
  }

  @Test("what others send can neither move the cursor nor look like another message")
  func safe() async throws {
    let forged = "[1] Bob:\n\thello\n[2] Alice:\n\tI agree\u{1B}[2J"
    #expect(
      String(decoding: LessonTerminal.shown(Array(forged.utf8)), as: UTF8.self)
        == "[1] Bob:\n\thello\n\t[2] Alice:\n\t    I agree<U+001B>[2J")
    #expect(LessonTerminal.shown([0xFF, 0x0A, 0x41]) == Array("\u{FFFD}\n\tA".utf8))
  }

  @Test("row 23 sends numbers without a farewell, each in a datagram of the lesson's form")
  func stream() async throws {
    try await EventLoop.run { loop in
      let socket = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
      let end = try await ChildProcess.row(23, "12", "\(socket.localAddress)").finished()
      #expect(end.text == (0..<12).map { "Sent message \($0)\n" }.joined())
      #expect(end.ending == .exited(0) && end.errors.isEmpty)
      for number in 0..<12 {
        let datagram = try await socket.receive()
        #expect(datagram.text.hasSuffix("] Streamer:\n\tNumber \(number)"))
        // The form of a time has no fraction in the first microsecond of a second.
        let time = datagram.bytes.contains(UInt8(ascii: ".")) ? 26 : 19
        #expect(datagram.bytes.count == time + (number < 10 ? 22 : 23))
      }
    }
    #expect(try await ChildProcess.row(23, "x", "127.0.0.1:9").finished().ending == .exited(2))
  }
}
