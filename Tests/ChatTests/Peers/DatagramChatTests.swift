import Chat
import Sockets
import Testing
import Wire

@Suite("a chat by datagrams")
struct DatagramChatTests {
  private let bob = SocketAddress.peer(1)
  private let cleo = SocketAddress.peer(2)

  @Test("asks for a name until it is one, and joins then, with whom it was told of")
  func question() {
    var alice = DatagramScript(nil, peers: [bob])
    let question = "question: Enter your username to start the chat:"
    #expect(alice.takeShown() == [question])
    let long = String(repeating: "x", count: 32)
    for bad in [
      "", "  ", "a\tb", "a\u{85}b", long + long + "x", "\(long) \(long)", "a\u{200B}b",
      "\u{202E}bob",
      "[bob]", "b\u{43E}b",
    ] {
      alice.type(bad)
      let shown = alice.takeShown()
      #expect(shown.count == 2 && shown.first?.hasPrefix("hint: A name ") == true)
      #expect(shown.last == question)
    }
    #expect(alice.takeSent().isEmpty)
    alice.type("  Alice  Bo\u{308}ll ")
    #expect(alice.takeShown() == ["named Alice B\u{F6}ll"])
    let sent = alice.takeSent()
    #expect(sent.map(\.text) == ["<JOINS THE CHAT>"] && sent.first?.to == [bob])
    alice.type("/who")
    #expect(alice.takeShown().first == "words: You are Alice B\u{F6}ll; with you: 0")
  }

  @Test("leaving before there is a name says nothing to anybody")
  func leavingEarly() {
    var alice = DatagramScript(nil, peers: [bob])
    alice.leave()
    #expect(alice.hasEnded)
    #expect(alice.takeSent().isEmpty)
  }

  @Test("each line goes to everybody, as one chat text with a time of its own")
  func lines() throws {
    var alice = DatagramScript("Alice", peers: [bob, cleo])
    alice.sent = []
    for _ in 0..<3 { alice.type("same words") }
    #expect(Set(alice.sent.map(\.bytes)).count == 3)
    for sent in alice.sent {
      #expect(sent.to == [bob, cleo])
      let text = try #require(ChatText.parse(sent.bytes))
      #expect(text.name == "Alice" && text.text == "same words" && text.time.microsecond != 0)
    }
    #expect(
      alice.takeShown().suffix(3) == ["Alice (own): same words"]
        + Array(
          repeating: "Alice (own): same words", count: 2))
    alice.sent = []
    for nothing in ["", "   ", "\t"] { alice.type(nothing) }
    #expect(alice.sent.isEmpty)
  }

  @Test("a long text goes in several whole ones of 1024 bytes at most, no two of them the same")
  func pieces() throws {
    for unit in ["a", "è", "€", "😀", "<LEAVES THE CHAT>"] {
      var alice = DatagramScript("Alice", peers: [bob])
      alice.sent = []
      let text = String(repeating: unit, count: 5000 / unit.utf8.count)
      alice.type(text)
      #expect(alice.sent.allSatisfy { $0.bytes.count <= 1024 })
      #expect(Set(alice.sent.map(\.bytes)).count == alice.sent.count)
      var whole = ""
      for sent in alice.sent {
        #expect(String(validating: sent.bytes, as: UTF8.self) != nil)
        #expect(!sent.bytes.suffix(17).elementsEqual("<LEAVES THE CHAT>".utf8))
        var piece = try #require(ChatText.parse(sent.bytes)).text
        // The one thing that is changed.
        if piece.hasSuffix("<LEAVES THE CHAT> ") { piece.removeLast() }
        whole += piece
      }
      #expect(whole == text)
    }
  }

  @Test("a line for nobody is told as not said")
  func nobody() {
    var alice = DatagramScript("Alice")
    alice.type("Is there anybody?")
    #expect(
      alice.takeShown() == [
        "named Alice", "unsaid: Is there anybody?: nobody else is here so far",
      ])
  }

  @Test("whoever is heard gets what is said next, and no answer that nobody typed")
  func strangers() {
    var alice = DatagramScript("Alice")
    alice.receive(DatagramScript.text("Bob", "Hello Alice!"), from: bob)
    #expect(alice.takeShown() == ["named Alice", "Bob: Hello Alice!"])
    #expect(alice.sent.isEmpty)
    for _ in 0..<4 { alice.type("Hello Bob, how are you?") }
    #expect(alice.takeSent().map(\.to) == [[bob], [bob], [bob]])
    alice.receive(DatagramScript.text("Bob", "Fine thanks!", microsecond: 5), from: bob)
    for _ in 0..<4 { alice.type("Good") }
    #expect(alice.takeSent().count == 4)
  }

  @Test("leaves once, to everybody, and takes nothing afterwards")
  func leaving() {
    var alice = DatagramScript("Alice", peers: [bob])
    alice.receive(DatagramScript.text("Cleo", "hi"), from: cleo)
    alice.sent = []
    alice.type("/quit")
    let sent = alice.takeSent()
    #expect(sent.map(\.text) == ["<LEAVES THE CHAT>"] && sent.first?.to == [bob, cleo])
    #expect(alice.hasEnded)
    alice.shown = []
    alice.leave()
    alice.type("still here")
    alice.receive(DatagramScript.text("Cleo", "bye"), from: cleo)
    #expect(alice.takeSent().isEmpty && alice.takeShown().isEmpty)
    #expect(alice.chat.deadline == nil)
  }

  @Test("a farewell is the whole text, and takes away its source alone, until it is heard")
  func farewell() {
    var alice = DatagramScript("Alice", peers: [bob, cleo])
    _ = (alice.takeShown(), alice.takeSent())
    alice.receive(DatagramScript.text("Bob", "I say <LEAVES THE CHAT>"), from: bob)
    #expect(alice.takeShown() == ["Bob: I say <LEAVES THE CHAT>"])
    alice.receive(DatagramScript.text("Bob", "<LEAVES THE CHAT>"), from: bob)
    for number in 0..<5 {
      // An old program says it without end.
      alice.receive(DatagramScript.text("Bob", "<LEAVES THE CHAT>", microsecond: number), from: bob)
    }
    #expect(alice.takeShown() == ["Bob left"])
    alice.type("one")
    #expect(alice.takeSent().map(\.to) == [[cleo]])
    // Forged in Cleo's name, from elsewhere.
    alice.receive(DatagramScript.text("Cleo", "<LEAVES THE CHAT>", microsecond: 9), from: .peer(9))
    alice.receive(DatagramScript.text("Bob", "again", microsecond: 8), from: bob)
    #expect(alice.takeShown().suffix(3) == ["Cleo left", "Bob back", "Bob: again"])
    alice.type("two")
    #expect(alice.takeSent().map(\.to) == [[bob, cleo]])
  }

  @Test("what comes twice is shown once, where its time makes that sure")
  func duplicates() {
    var alice = DatagramScript("Alice")
    _ = alice.takeShown()
    for _ in 0..<3 { alice.receive(DatagramScript.text("Bob", "one"), from: bob) }
    alice.receive(DatagramScript.text("Bob", "one"), from: .peer(9))
    for _ in 0..<2 { alice.receive("[2026-11-21T03:17:49] Bob:\n\tno fraction", from: bob) }
    #expect(
      alice.takeShown() == [
        "Bob: one", "Bob@10.0.0.0:8009?: one", "Bob@10.0.0.0:8001?: no fraction",
        "Bob@10.0.0.0:8001?: no fraction",
      ])
    alice.wait(.seconds(6))
    alice.receive(DatagramScript.text("Bob", "one"), from: bob)
    #expect(alice.takeShown() == ["Bob@10.0.0.0:8001?: one"])
    alice.type("/stats")
    #expect(alice.takeShown().contains("words: duplicated: 2"))
  }

  @Test("a copy of a datagram does not make a stranger known")
  func copy() {
    var alice = DatagramScript("Alice")
    for _ in 0..<2 { alice.receive(DatagramScript.text("Bob", "one"), from: bob) }
    for _ in 0..<5 { alice.type("x") }
    #expect(alice.takeSent().count == 3)
  }

  @Test("a name at two places, and a place with two names, are shown with the place and a mark")
  func names() {
    var alice = DatagramScript("Alice", peers: [bob, cleo])
    _ = alice.takeShown()
    var time = 0
    func say(_ name: String, _ place: SocketAddress) -> String? {
      time += 1
      alice.receive(DatagramScript.text(name, "x", microsecond: time), from: place)
      return alice.takeShown().last
    }
    #expect(say("Bob", bob) == "Bob: x")
    #expect(say("Cleo", cleo) == "Cleo: x")
    #expect(say("Bob", cleo) == "Bob@10.0.0.0:8002?: x")
    #expect(say("Bob", bob) == "Bob@10.0.0.0:8001?: x")
    #expect(say("Cleo", cleo) == "Cleo: x")
    #expect(say("Bob", bob) == "Bob: x")
    #expect(say("Bert", bob) == "Bert@10.0.0.0:8001?: x")
    #expect(say("Alice", .peer(3)) == "Alice@10.0.0.0:8003?: x")
    alice.receive(DatagramScript.text("Bert", "<LEAVES THE CHAT>"), from: bob)
    // Whoever comes next is somebody new, and the old name is free.
    #expect(say("Dan", bob) == "Dan: x")
    #expect(say("Bert", .peer(4)) == "Bert: x")
  }

  @Test("what is no chat text is shown with where it came from, and nothing ends the receiving")
  func shapeless() {
    var alice = DatagramScript("Alice")
    _ = alice.takeShown()
    alice.receive([0xff, 0xfe], from: bob)
    alice.receive([], from: bob)
    alice.receive("[2026-11-21T03:17:49.5] Bob", from: bob)
    alice.receive(Array(repeating: UInt8(ascii: "["), count: 1000), from: bob)
    alice.receive(DatagramScript.text(String(repeating: "n", count: 1000), "long"), from: bob)
    alice.receive(DatagramScript.text("Bob", ""), from: bob)
    alice.receive(DatagramScript.text("Bob", "cu"), from: bob, isCut: true)
    alice.receive(DatagramScript.text("Bob", "<LEAVES THE CHAT>"), from: bob, isCut: true)
    let shown = alice.takeShown()
    #expect(shown.count == 7)
    #expect(shown[0] == "10.0.0.0:8001 raw: \u{fffd}\u{fffd}")
    #expect(shown[1] == "10.0.0.0:8001 raw: [2026-11-21T03:17:49.5] Bob")
    #expect(shown[3].utf8.count < 100)
    #expect(shown[5] == "Bob@10.0.0.0:8001?: cu [cut]")
    #expect(shown[6] == "Bob@10.0.0.0:8001?: <LEAVES THE CHAT> [cut]")
    alice.type("/stats")
    let counts = alice.takeShown()
    for line in ["received: 8", "refused: 1", "truncated: 2", "no chat text: 3", "not UTF-8: 1"] {
      #expect(counts.contains("words: \(line)"))
    }
  }

  @Test("whoever is silent for ten minutes is presumed gone, and back when heard")
  func silence() {
    var alice = DatagramScript("Alice", peers: [bob])
    alice.receive(DatagramScript.text("Bob", "hi"), from: bob)
    for number in 0..<2 {
      alice.receive(DatagramScript.text("Cleo", "hi", microsecond: number + 1), from: cleo)
    }
    _ = (alice.takeShown(), alice.takeSent())
    alice.wait(.seconds(600))
    #expect(
      alice.takeShown() == [
        "Bob gone: silent for ten minutes", "Cleo gone: silent for ten minutes",
      ])
    alice.type("anybody?")
    #expect(alice.takeSent().map(\.to) == [[bob]])
    _ = alice.takeShown()
    alice.receive(DatagramScript.text("Cleo", "I am", microsecond: 7), from: cleo)
    #expect(alice.takeShown() == ["Cleo back", "Cleo: I am"])
    alice.type("/who")
    #expect(
      alice.takeShown() == [
        "words: You are Alice; with you: 1", "words: Bob at 10.0.0.0:8001 is presumed gone",
        "words: Cleo at 10.0.0.0:8002",
      ])
  }

  @Test("whoever is added is joined with, once; ourselves and nobody cannot be")
  func adding() {
    let own = SocketAddress.peer(7)
    var alice = DatagramScript("Alice", own: [own])
    alice.type("/add \(bob)")
    #expect(alice.searches == ["10.0.0.0:8001"])
    #expect(alice.add(bob) == .added)
    #expect(alice.add(bob) == .already)
    #expect(alice.add(own) == .ourselves)
    #expect(alice.add(.ipv4(IPv4Address(10, 0, 0, 1), port: 0)) == .impossible)
    #expect(alice.takeSent().map(\.to) == [[bob]])
    _ = alice.takeShown()
    alice.receive(DatagramScript.text("Alice", "forged"), from: own)
    #expect(alice.takeShown().isEmpty)
    for number in 0..<255 { #expect(alice.add(.peer(1000 + number)) == .added) }
    #expect(alice.add(cleo) == .full)
  }

  @Test("whom we do not listen to is neither shown nor sent to")
  func filter() throws {
    var alice = DatagramScript(
      "Alice", filter: AddressFilter(denied: [try Network("10.0.0.0/32")]))
    _ = alice.takeShown()
    alice.receive(DatagramScript.text("Bob", "hi"), from: bob)
    alice.type("x")
    #expect(alice.takeSent().isEmpty)
    #expect(alice.takeShown() == ["unsaid: x: nobody else is here so far"])
  }

  @Test("what could not be sent is told once for each peer, until it is heard again")
  func failures() {
    var alice = DatagramScript("Alice", peers: [bob])
    _ = alice.takeShown()
    for _ in 0..<5 { alice.chat.failed(to: bob, why: "no way") }
    alice.drain()
    #expect(alice.takeShown() == ["remark: no way"])
    alice.receive(DatagramScript.text("Bob", "hi"), from: bob)
    alice.chat.failed(to: bob, why: "no way")
    alice.drain()
    #expect(alice.takeShown().count == 2)
  }

  @Test("a datagram that came back is told once, and whoever is heard then is back")
  func returns() {
    var alice = DatagramScript("Alice", peers: [bob, cleo])
    alice.receive(DatagramScript.text("Bob", "hi"), from: bob)
    _ = (alice.takeShown(), alice.takeSent())
    for endpoint in [bob, cleo, bob, cleo, .peer(5)] { alice.chat.returned(from: endpoint) }
    alice.drain()
    #expect(
      alice.takeShown() == [
        "Bob gone: nobody is there any more", "remark: nobody is at 10.0.0.0:8002 so far",
      ])
    alice.type("still said to both")
    #expect(alice.takeSent().map(\.to) == [[bob, cleo]])
    _ = alice.takeShown()
    alice.receive(DatagramScript.text("Bob", "ho", microsecond: 7), from: bob)
    alice.receive(DatagramScript.text("Cleo", "hi"), from: cleo)
    #expect(alice.takeShown() == ["Bob back", "Bob: ho", "Cleo: hi"])
  }

  @Test("a streamer's numbers are counted, whatever comes of them")
  func streamer() {
    var alice = DatagramScript("Alice")
    for number in [0, 1, 2, 5, 4, 4, 9] {
      alice.receive(
        DatagramScript.text("Streamer", "Number \(number)", microsecond: number + 1), from: bob)
    }
    alice.receive(DatagramScript.text("Bob", "Number 77"), from: cleo)
    alice.shown = []
    alice.type("/stats")
    #expect(
      alice.takeShown().last
        == "words: Streamer at 10.0.0.0:8001: received 6, lost 4, duplicated 1, reordered 1, "
        + "too late 0, highest 9")
  }
}
