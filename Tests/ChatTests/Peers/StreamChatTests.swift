import Sockets
import Testing
import Wire

@testable import Chat

@Suite("A TCP group chat")
struct StreamChatTests {
  /// Drives one chat, and keeps what it wants to be done.
  struct Script {
    var chat: StreamChat
    var time: UInt64 = 1_000_000_000_000
    var actions: [StreamChat.Action] = []

    init(name: String? = "me", named: [SocketAddress] = []) {
      chat = StreamChat(name: name, own: [StreamChatTests.place(1, 9000)], seed: 7)
      for address in named { _ = chat.add(address, isNamed: true, at: now) }
      chat.start(at: now)
      drain()
    }

    var now: Moment {
      Moment(
        instant: Instant(nanoseconds: time), wall: 1_700_000_000_000 + Int64(time / 1_000_000),
        offset: 0)
    }

    mutating func drain() { while let action = chat.next() { actions.append(action) } }

    mutating func dialled(_ address: SocketAddress, _ link: Int) {
      chat.dialled(address, link: link, at: now)
      drain()
    }

    mutating func accepted(_ address: SocketAddress, _ link: Int) {
      chat.accepted(address, link: link, at: now)
      drain()
    }

    mutating func hear(
      _ text: String, of name: String, over link: Int, second: Int = 0
    ) {
      let time = Timestamp(
        year: 2026, month: 11, day: 21, hour: 3, minute: 17, second: second, microsecond: 5)
      chat.received(ChatText(time: time, name: name, text: text).compose(), link: link, at: now)
      drain()
    }

    mutating func type(_ line: String) {
      chat.type(Array(line.utf8), at: now)
      drain()
    }

    mutating func ended(_ link: Int, _ ending: LinkEnding = .closed) {
      chat.ended(ending, link: link, at: now)
      drain()
    }

    mutating func wait(_ seconds: UInt64) {
      let end = time + seconds * 1_000_000_000
      while let deadline = chat.deadline?.nanoseconds, deadline <= end {
        time = max(time, deadline)
        chat.expire(at: now)
        drain()
      }
      time = end
    }

    /// What has happened since the last call.
    mutating func takeActions() -> [StreamChat.Action] {
      defer { actions = [] }
      return actions
    }

    mutating func takeEvents() -> [PeerEvent] {
      takeActions().compactMap { if case .show(.peer(let event)) = $0 { event } else { nil } }
    }

    /// Over which links a text went.
    mutating func takeLinks(of text: String) -> [Int] {
      takeActions().compactMap {
        guard case .send(let bytes, let link) = $0, ChatText.parse(bytes)?.text == text else {
          return nil
        }
        return link
      }
    }

    /// The places that are dialled.
    mutating func takeDials() -> [SocketAddress] {
      takeActions().compactMap { if case .dial(let address, _) = $0 { address } else { nil } }
    }
  }

  static func place(_ host: UInt32, _ port: UInt16) -> SocketAddress {
    .ipv4(IPv4Address(rawValue: 0x0A00_0000 | host), port: port)
  }

  let bob = place(2, 9001)
  let carl = place(2, 9002)
  let elsewhere = place(2, 50_001)

  @Test("asks for a name until it gets one, dials nobody before, and then joins on every link")
  func question() {
    var script = Script(name: nil, named: [bob])
    #expect(
      script.takeActions() == [.show(.question("Enter your username to start the chat:"))])
    script.accepted(Self.place(9, 50_001), 1)
    for bad in ["", "  ", "a\u{7}b", String(repeating: "x", count: 65)] {
      script.type(bad)
      #expect(
        script.takeActions().last == .show(.question("Enter your username to start the chat:")))
    }
    script.type("  me ")
    let actions = script.takeActions()
    #expect(actions.contains(.show(.named("me"))))
    #expect(actions.contains(.dial(bob, fromOwnPort: true)))
    #expect(actions.contains { if case .send(_, 1) = $0 { true } else { false } })
  }

  @Test("a leave at the question ends without a word")
  func leaveAtQuestion() {
    var script = Script(name: nil)
    script.chat.leave(at: script.now)
    script.drain()
    #expect(script.takeActions().last == .ended)
  }

  @Test("a line goes to everybody who is linked; with nobody there that is said")
  func broadcast() {
    var script = Script(named: [bob])
    script.type("early")
    #expect(script.takeActions().contains(.show(.unsaid("early", why: "nobody else is here"))))
    script.dialled(bob, 1)
    script.accepted(Self.place(3, 9003), 2)
    script.type("hello")
    #expect(script.takeLinks(of: "hello") == [1, 2])
    script.type("//slash")
    #expect(script.takeLinks(of: "/slash") == [1, 2])
    script.type("   ")
    #expect(script.takeActions().isEmpty)
  }

  @Test("a long line is cut into frames of at most 1400 bytes that end with no leaving")
  func pieces() {
    var script = Script(named: [bob])
    script.dialled(bob, 1)
    _ = script.takeActions()
    script.type(String(repeating: "è", count: 3000))
    script.type("x" + ChatText.leave)
    var count = 0
    for case .send(let payload, _) in script.takeActions() {
      count += 1
      #expect(payload.count + 2 <= 1400)
      #expect(String(validating: payload, as: UTF8.self) != nil)
      #expect(!payload.suffix(17).elementsEqual(ChatText.leave.utf8))
    }
    #expect(count == 6)
  }

  @Test("a place that is down is dialled again, later and later, but never given up when named")
  func redials() {
    var script = Script(named: [bob])
    #expect(script.takeDials() == [bob])
    var delays: [UInt64] = []
    for _ in 0..<40 {
      script.chat.dialFailed(bob, .other, why: "refused", at: script.now)
      script.drain()
      let failed = script.time
      while script.takeDials().isEmpty, let deadline = script.chat.deadline {
        script.time = deadline.nanoseconds
        script.chat.expire(at: script.now)
        script.drain()
      }
      delays.append(script.time - failed)
    }
    #expect(delays.allSatisfy { (250_000_000...5_000_000_000).contains($0) })
    #expect(delays[0] <= 500_000_000)
    #expect(delays.suffix(10).allSatisfy { $0 >= 2_500_000_000 })
    #expect(Set(delays.suffix(10)).count > 1)
  }

  @Test(
    "where the system refuses our own port again and again, another one is taken, then ours again")
  func otherPort() {
    var script = Script(named: [bob])
    var fromOwnPort: [Bool] = []
    for _ in 0..<8 {
      for case .dial(_, let own) in script.takeActions() { fromOwnPort.append(own) }
      script.chat.dialFailed(bob, .portTaken, why: "taken", at: script.now)
      script.wait(5)
    }
    #expect(fromOwnPort == [true, true, true, false, true, true, true, false])
  }

  @Test(
    "who was only heard of is dialled again for a while after it is lost, and not after it has left"
  )
  func heard() {
    var script = Script()
    for isPolite in [false, true] {
      script.accepted(elsewhere, 1)
      script.hear(ChatText.join, of: "x", over: 1, second: isPolite ? 1 : 2)
      if isPolite { script.hear(ChatText.leave, of: "x", over: 1, second: 3) }
      _ = script.takeActions()
      script.ended(1)
      var dials = 0
      for _ in 0..<100 {
        dials += script.takeDials().count
        script.chat.dialFailed(elsewhere, .other, why: "refused", at: script.now)
        script.wait(1)
      }
      #expect(isPolite ? dials == 0 : (3..<40).contains(dials))
      #expect(script.chat.places.isEmpty)
    }
  }

  @Test("joined, left, gone and back are each told once")
  func presence() {
    var script = Script(named: [bob])
    let who = PeerName("bob")
    script.dialled(bob, 1)
    script.hear(ChatText.join, of: "bob", over: 1)
    #expect(script.takeEvents() == [.joined(who)])
    script.ended(1, .failed(SocketError(operation: "read", code: 104)))
    #expect(
      script.takeEvents() == [.gone(who, why: "lost: read: Connection reset by peer")])
    script.accepted(bob, 2)
    script.wait(6)
    script.hear(ChatText.join, of: "bob", over: 2)
    script.hear(ChatText.leave, of: "bob", over: 2, second: 9)
    #expect(script.takeEvents() == [.joined(PeerName("10.0.0.2:9001")), .back(who), .left(who)])
    script.ended(2)
    #expect(script.takeEvents().isEmpty)
  }

  @Test("who is linked again a moment later is known by the same joining")
  func linkedAgain() {
    var script = Script(named: [bob])
    script.dialled(bob, 1)
    script.hear(ChatText.join, of: "bob", over: 1)
    script.ended(1)
    _ = script.takeActions()
    script.dialled(bob, 2)
    script.hear(ChatText.join, of: "bob", over: 2)
    #expect(script.takeEvents() == [.back(PeerName("bob"))])
  }

  @Test("a farewell is shown once however often it comes, and again after a return")
  func farewells() {
    var script = Script(named: [bob])
    let who = PeerName("bob")
    script.dialled(bob, 1)
    script.hear(ChatText.join, of: "bob", over: 1)
    for second in 1...3 { script.hear(ChatText.leave, of: "bob", over: 1, second: second) }
    #expect(script.takeEvents() == [.joined(who), .left(who)])
    script.hear(ChatText.join, of: "bob", over: 1, second: 4)
    script.hear(ChatText.leave, of: "bob", over: 1, second: 5)
    #expect(script.takeEvents().last == .left(who))
  }

  @Test("somebody who has no room and ends each link at once is dialled ever later")
  func noRoom() {
    var script = Script(named: [bob])
    var delays: [UInt64] = []
    for link in 1...20 {
      script.dialled(bob, link)
      script.hear("Too many are here already.", of: "bob", over: link, second: link)
      script.ended(link)
      _ = script.takeActions()
      let ended = script.time
      while script.takeDials().isEmpty, let deadline = script.chat.deadline {
        script.time = max(script.time, deadline.nanoseconds)
        script.chat.expire(at: script.now)
        script.drain()
      }
      delays.append(script.time - ended)
    }
    #expect(delays.suffix(5).allSatisfy { $0 >= 2_500_000_000 })
  }

  @Test("however many places say what we say, only so many are taken for ourselves for good")
  func echoes() {
    var script = Script()
    for number in 1...2000 {
      let place = Self.place(UInt32(number + 10), 9000)
      _ = script.chat.add(place, isNamed: false, at: script.now)
      script.dialled(place, number)
      for case .send(let bytes, number) in script.takeActions() {
        script.chat.received(bytes, link: number, at: script.now)
      }
      script.drain()
      script.ended(number)
    }
    #expect(script.chat.own.count == StreamChat.ownLimit)
    #expect(script.chat.places.isEmpty)
  }

  @Test("a text that only ends with the words of leaving is said like any other")
  func notLeaving() {
    var script = Script(named: [bob])
    script.dialled(bob, 1)
    script.hear("x" + ChatText.leave, of: "bob", over: 1)
    _ = script.takeActions()
    script.type("still here")
    #expect(script.takeLinks(of: "still here") == [1])
  }

  @Test("what is no chat text is shown with its place")
  func raw() {
    var script = Script(named: [bob])
    script.dialled(bob, 1)
    _ = script.takeActions()
    script.chat.received([0xFF, 0x1B], link: 1, at: script.now)
    script.drain()
    #expect(script.takeEvents() == [.raw([0xFF, 0x1B], from: "10.0.0.2:9001", isCut: false)])
  }

  @Test("a name from two places is shown with the place and a mark, and so is one that has changed")
  func marks() {
    var script = Script(named: [bob])
    script.dialled(bob, 1)
    script.accepted(Self.place(3, 9003), 2)
    script.hear(ChatText.join, of: "bob", over: 1)
    script.hear("a", of: "bob", over: 2, second: 1)
    script.hear("b", of: "eve", over: 1, second: 2)
    let names = script.takeEvents().compactMap { event -> PeerName? in
      if case .said(let name, _, _, _, _) = event { name } else { nil }
    }
    #expect(
      names == [
        PeerName("bob", place: "10.0.0.3:9003", isMarked: true),
        PeerName("eve", place: "10.0.0.2:9001", isMarked: true),
      ])
  }

  @Test("one link too many is told so and ended; one place too many is refused")
  func limits() {
    var script = Script()
    for link in 1...StreamChat.linkLimit { script.accepted(Self.place(5, UInt16(link)), link) }
    _ = script.takeActions()
    script.accepted(Self.place(5, 1000), 1000)
    let actions = script.takeActions()
    #expect(actions.contains(.finish(link: 1000)))
    #expect(actions.contains { if case .send(_, 1000) = $0 { true } else { false } })
    #expect(script.chat.links.count == StreamChat.linkLimit)
    for port in 1...UInt16(StreamChat.placeLimit) {
      let adding = script.chat.add(Self.place(6, port), isNamed: true, at: script.now)
      #expect(adding == .added)
    }
    #expect(script.chat.add(bob, isNamed: true, at: script.now) == .full)
    #expect(script.chat.add(bob, isNamed: false, at: script.now) == .full)
  }

  @Test("nobody is added twice, at a port 0, nowhere, or where we are")
  func adding() {
    var script = Script(named: [bob])
    #expect(script.chat.add(bob, isNamed: true, at: script.now) == .already)
    for (address, outcome) in [
      (Self.place(1, 9000), StreamChat.Adding.ourselves), (Self.place(2, 0), .impossible),
      (.ipv4(.any, port: 5), .impossible),
    ] {
      #expect(script.chat.add(address, isNamed: true, at: script.now) == outcome)
    }
  }

  @Test("the leaving goes to everybody at the same time, and the end comes with the last link's")
  func leaving() {
    var script = Script(named: [bob])
    script.dialled(bob, 1)
    script.accepted(Self.place(3, 9003), 2)
    _ = script.takeActions()
    script.type("/quit")
    let actions = script.takeActions()
    #expect(actions.contains(.finish(link: 1)) && actions.contains(.finish(link: 2)))
    let words = actions.compactMap { action -> String? in
      if case .send(let bytes, _) = action { ChatText.parse(bytes)?.text } else { nil }
    }
    #expect(words == [ChatText.leave, ChatText.leave])
    script.ended(1, .left)
    #expect(!script.takeActions().contains(.ended))
    script.ended(2, .left)
    #expect(script.takeActions().contains(.ended))
  }

  @Test("a first line waits for those who were named at the start, for two seconds at most")
  func gathering() {
    var script = Script(named: [bob, carl])
    #expect(!script.chat.isReady)
    script.dialled(bob, 1)
    #expect(!script.chat.isReady)
    script.wait(3)
    #expect(script.chat.isReady)
  }
}
