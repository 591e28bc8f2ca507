import Chat
import Sockets
import Testing
import Wire

/// Who calls us from where somebody silent sits may be that one, or not.
@Suite("A link that may be a second one")
struct StreamChatDoubtTests {
  /// We have dialled somebody who says nothing, and somebody of the same machine has dialled us.
  private struct Script {
    var chat = StreamChat(name: "ann", own: [.ipv4(.loopback, port: 1000)], seed: 1)
    var now = Moment.start
    /// What was said over each link.
    var said: [Int: [String]] = [:]

    init() {
      let place = SocketAddress.ipv4(.loopback, port: 2000)
      chat.start(at: now)
      _ = chat.add(place, isNamed: true, at: now)
      chat.dialled(place, link: 1, at: now)
      wait(.milliseconds(100))
      chat.accepted(.ipv4(.loopback, port: 45_000), link: 2, at: now)
      type("first")
    }

    mutating func drain() {
      while let action = chat.next() {
        guard case .send(let payload, let link) = action else { continue }
        said[link, default: []].append(ChatText.parse(payload)?.text ?? "?")
      }
    }

    mutating func type(_ line: String) {
      chat.type(Array(line.utf8), at: now)
      drain()
    }

    mutating func wait(_ duration: Duration) {
      now = Moment(instant: now.instant + duration, wall: now.wall, offset: now.offset)
      chat.expire(at: now)
      drain()
    }

    mutating func receive(_ text: String, over link: Int) {
      let time = Timestamp(year: 2026, month: 11, day: 21, hour: 3, minute: 16, second: 2)
      let payload = ChatText(time: time, name: "bob", text: text).compose()
      chat.received(payload, link: link, at: now)
      drain()
    }
  }

  private static let joined = "<JOINS THE CHAT>"

  @Test("gets what was said as soon as it has been silent for long, in order and once")
  func silence() {
    var script = Script()
    #expect(script.said == [1: [Self.joined, "first"]])
    script.wait(.seconds(10))
    #expect(script.said == [1: [Self.joined, "first"], 2: [Self.joined, "first"]])
    script.type("second")
    script.wait(.seconds(10))
    #expect(script.said[2] == [Self.joined, "first", "second"])
  }

  @Test("gets nothing when the same text comes over both: it is a second one")
  func second() {
    var script = Script()
    script.receive("hi", over: 2)
    script.receive("hi", over: 1)
    script.type("second")
    script.wait(.seconds(60))
    #expect(script.said == [1: [Self.joined, "first", "second"]])
  }

  @Test("is a second one when both have the same name, though the texts come over one of them only")
  func sameName() {
    var script = Script()
    script.receive("hi", over: 1)
    script.receive("I mean it", over: 2)
    script.type("second")
    script.wait(.seconds(60))
    #expect(script.said == [1: [Self.joined, "first", "second"]])
  }

  @Test("is a second one when it joins by the name that was last known where we have dialled")
  func silentAndKnown() {
    var script = Script()
    script.receive("hi", over: 1)
    let place = SocketAddress.ipv4(.loopback, port: 2000)
    script.wait(.seconds(60))
    script.chat.ended(.closed, link: 1, at: script.now)
    script.chat.ended(.closed, link: 2, at: script.now)
    script.wait(.seconds(1))
    script.chat.dialled(place, link: 3, at: script.now)
    script.chat.accepted(.ipv4(.loopback, port: 45_001), link: 4, at: script.now)
    script.receive(Self.joined, over: 4)
    script.receive("here again", over: 3)
    script.type("third")
    script.wait(.seconds(60))
    #expect(script.said[3] == [Self.joined, "third"])
    #expect(script.said[4] == nil)
  }

  @Test("is a second one when whoever was there last has come in while it was dialled")
  func cameBack() {
    var script = Script()
    script.receive("hi", over: 1)
    let place = SocketAddress.ipv4(.loopback, port: 2000)
    script.wait(.seconds(60))
    script.chat.ended(.closed, link: 1, at: script.now)
    script.chat.ended(.closed, link: 2, at: script.now)
    script.wait(.seconds(1))
    script.chat.accepted(.ipv4(.loopback, port: 45_001), link: 3, at: script.now)
    script.receive("here again", over: 3)
    script.chat.dialled(place, link: 4, at: script.now)
    script.type("third")
    script.wait(.seconds(60))
    #expect(script.said[3] == [Self.joined, "third"])
    #expect(script.said[4] == nil)
  }

  @Test("is somebody else's when a text comes over one of the two alone", arguments: [1, 2])
  func other(link: Int) {
    var script = Script()
    script.receive("hi", over: link)
    #expect(script.said[2] == nil)
    script.wait(.milliseconds(500))
    #expect(script.said[2] == [Self.joined, "first"])
  }

  @Test("gets the last words too")
  func leaving() {
    var script = Script()
    script.chat.leave(at: script.now)
    script.drain()
    #expect(script.said[2] == [Self.joined, "first", "<LEAVES THE CHAT>"])
  }

  @Test("is taken for somebody else's before much is kept for it")
  func much() {
    var script = Script()
    for number in 2...65 { script.type("\(number)") }
    #expect(script.said[2] == [Self.joined, "first"] + (2...65).map(String.init))
  }
}
