import Chat
import Glibc
import Sockets
import Testing
import Wire

@Suite("A chat for two")
struct TalkSessionTests {
  private static let place = SocketAddress.ipv4(.loopback, port: 4711)
  private static let other = SocketAddress.ipv4(.loopback, port: 4712)

  /// A session and all that it has wanted so far.
  private struct Script {
    var session: TalkSession
    var said: [ChatText] = []
    var shown: [MemberEvent] = []
    var hangsUp: [Duration] = []
    var hasEnded = false

    init(name: String? = "ann", isListener: Bool = false, with place: SocketAddress? = place) {
      session = TalkSession(name: name, .u16, isListener: isListener)
      drain()
      if let place { _ = connected(place) }
      shown = []
    }

    mutating func drain() {
      while let action = session.next() {
        #expect(!hasEnded, "nothing follows the end")
        switch action {
        case .say(let payload):
          #expect(payload.count <= 1398)
          if let text = ChatText.parse(payload) { said.append(text) }
        case .hangUp(let patience): hangsUp.append(patience)
        case .show(let event): shown.append(event)
        case .ended: hasEnded = true
        }
      }
    }

    mutating func type(_ lines: String...) {
      for line in lines { session.type(Array(line.utf8), at: .start) }
      drain()
    }

    mutating func connected(_ place: SocketAddress) -> Bool {
      defer { drain() }
      return session.connected(place)
    }

    mutating func receive(_ name: String, _ text: String) {
      session.received(ChatText(time: .unknown, name: name, text: text).compose())
      drain()
    }

    mutating func disconnected(_ ending: LinkEnding, unsent: Int = 0) {
      session.disconnected(ending, unsent: unsent)
      drain()
    }

    var hints: [String] {
      shown.compactMap { if case .hint(let words) = $0 { words } else { nil } }
    }
  }

  @Test("whom one talks with can be said at any time")
  func company() {
    var script = Script(with: nil)
    #expect(script.session.company == "nobody is connected")
    _ = script.connected(Self.place)
    #expect(script.session.company == "127.0.0.1:4711")
    script.receive("bob", "hi")
    #expect(script.session.company == "bob at 127.0.0.1:4711")
    script.disconnected(.closed)
    #expect(script.session.company == "nobody is connected")
    #expect(Script(isListener: true, with: nil).session.company == "waiting for a call")
  }

  @Test("a line is stripped of outer blanks, and an empty one is not sent")
  func lines() {
    var script = Script()
    script.type("  hello there \t", "", " \t ", "//quit")
    #expect(script.said.map(\.text) == ["hello there", "/quit"])
    #expect(script.said.map(\.name) == ["ann", "ann"])
    #expect(script.hints == ["An empty line is not sent.", "An empty line is not sent."])
    #expect(script.session.unsaidCount == 0)
  }

  @Test("a long line becomes several texts, and nothing but leaving ends with the words of leaving")
  func longLines() {
    var script = Script()
    let long = String(repeating: "è", count: 2000)
    script.type(long, "I say <LEAVES THE CHAT>")
    #expect(script.said.count == 4)
    #expect(script.said.dropLast().map(\.text).joined() == long)
    #expect(script.said.last?.text == "I say <LEAVES THE CHAT> ")
  }

  @Test("a line for nobody is reported lost and counted")
  func lost() {
    var script = Script(with: nil)
    script.type("hello")
    #expect(script.said.isEmpty)
    #expect(script.shown == [.unsaid("hello", why: "nobody is connected")])
    #expect(script.session.unsaidCount == 1)
  }

  @Test("after the other one has gone it goes on, and says so")
  func goesOn() {
    var script = Script()
    script.receive("bob", "hi")
    script.disconnected(.closed)
    #expect(script.shown.dropFirst().first == .peer(.left(PeerName("bob"))))
    #expect(!script.hasEnded)
    script.type("anybody?")
    #expect(script.session.unsaidCount == 1)
    script.session.endInput()
    script.drain()
    #expect(script.hasEnded && script.hangsUp.isEmpty)
  }

  @Test("a broken connection is told of with its reason, and what was not sent is counted")
  func broken() {
    var script = Script()
    let failure = SocketError(operation: "read", code: ECONNRESET)
    script.disconnected(.failed(failure), unsent: 2)
    let who = PeerName("somebody", place: "127.0.0.1:4711")
    #expect(script.shown.first == .peer(.gone(who, why: "lost: \(failure)")))
    #expect(script.hints == ["2 texts were lost."])
    #expect(script.session.unsaidCount == 2)
  }

  @Test("a second caller is told that the line is busy, and changes nothing")
  func busy() throws {
    var script = Script(isListener: true)
    let isTaken = script.connected(TalkSessionTests.other)
    #expect(!isTaken)
    let text = try #require(ChatText.parse(script.session.busyText(at: .start)))
    #expect(text.name == "ann" && text.text == "The line is busy, please call again later.")
    script.type("still here")
    #expect(script.said.map(\.text) == ["still here"])
    script.disconnected(.closed)
    let isNext = script.connected(TalkSessionTests.other)
    #expect(isNext)
  }

  @Test("without a name it asks until it gets one, and what others say is shown meanwhile")
  func naming() {
    var script = Script(name: nil, isListener: true)
    script.receive("bob", "hi")
    script.type(" ", "a\u{1B}b", String(repeating: "n", count: 65))
    #expect(script.hints.count == 3)
    script.type(" Ann ", "hello")
    #expect(script.said.map(\.name) == ["Ann"])
    #expect(script.shown.contains(.named("Ann")))
    #expect(script.shown.contains(.question("Enter your username to start the chat:")))
  }

  @Test(
    "a text or a name of more than 16,384 bytes is not shown, but told of, and the talk goes on")
  func tooMuch() {
    var script = Script()
    let most = String(repeating: "x", count: 16_384)
    script.receive("bob", most)
    script.receive("bob", most + "x")
    script.receive(most + "x", "hi")
    script.session.received([UInt8](repeating: 0xFF, count: 16_385))
    script.drain()
    script.receive("bob", "still here")
    let said = script.shown.compactMap { event in
      if case .peer(.said(_, _, let text, _, _)) = event { text } else { nil }
    }
    #expect(said == [Array(most.utf8), Array("still here".utf8)])
    let words = "127.0.0.1:4711 said 16385 bytes at once; over 16384 are not shown."
    #expect(script.hints == [words, words, words])
  }

  @Test("the end of the input says all and hangs up; a signal hurries it")
  func ending() {
    var script = Script()
    script.type("bye")
    script.session.endInput()
    script.drain()
    #expect(!script.hasEnded)
    script.session.leave()
    script.drain()
    #expect(script.hangsUp == [.seconds(60), .seconds(2)])
    // There is no text for leaving: the end of the stream says it.
    #expect(script.said.map(\.text) == ["bye"])
    script.type("too late")
    script.receive("bob", "bye")
    script.disconnected(.left)
    #expect(script.hasEnded)
    #expect(script.session.unsaidCount == 0)
  }

  @Test("nobody is let in while we leave")
  func leaving() {
    var script = Script(isListener: true)
    script.session.leave()
    script.drain()
    script.disconnected(.left)
    let isTaken = script.connected(TalkSessionTests.other)
    #expect(!isTaken)
  }

  @Test("words for joining and leaving are shown as such, once, only when they are the whole text")
  func presence() {
    var script = Script()
    script.receive("bob", "<JOINS THE CHAT>")
    script.receive("bob", "so <LEAVES THE CHAT>")
    script.receive("bob", "<LEAVES THE CHAT>")
    script.disconnected(.closed)
    let bob = PeerName("bob")
    let text = Array("so <LEAVES THE CHAT>".utf8)
    #expect(
      script.shown == [
        .peer(.joined(bob)),
        .peer(.said(bob, time: .unknown, text: text, isOwn: false, isCut: false)),
        .peer(.left(bob)), .remark("Nobody is connected any more; Ctrl-D leaves."),
      ])
  }

  @Test("another name on the same connection, or our own, is marked with its place")
  func doubtfulNames() {
    var script = Script()
    script.receive("bob", "1")
    script.receive("eve", "2")
    script.receive("ann", "3")
    let names = script.shown.compactMap { event -> PeerName? in
      if case .peer(.said(let who, _, _, _, _)) = event { who } else { nil }
    }
    #expect(names.map(\.isMarked) == [false, true, true])
    #expect(names.map(\.place) == [nil, "127.0.0.1:4711", "127.0.0.1:4711"])
  }

  @Test("bytes that are no chat text are shown as what they are")
  func raw() {
    var script = Script()
    script.session.received([0xFF, 0x0A])
    script.drain()
    #expect(
      script.shown == [.peer(.raw([0xFF, 0x0A], from: "127.0.0.1:4711", isCut: false))])
  }
}
