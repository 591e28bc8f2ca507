import Sockets
import Testing
import Wire

@testable import Chat

/// Two links that may lead to one peer.
extension StreamChatTests {
  @Test("how many others are here is said in words")
  func others() {
    let words = (0...2).map { StreamChat.words(forOthers: $0) }
    #expect(words == ["alone so far", "with 1 other", "with 2 others"])
  }

  @Test("two links that begin with the same joining are one peer's: one side ends the younger one")
  func sameMark() {
    var ends = 0
    for name in ["a", "z"] {
      var script = Script(named: [bob])
      script.dialled(bob, 1)
      script.accepted(elsewhere, 2)
      script.hear(ChatText.join, of: name, over: 1)
      script.hear(ChatText.join, of: name, over: 2)
      let actions = script.takeActions()
      if actions.contains(.finish(link: 2)) { ends += 1 }
      #expect(!actions.contains(.finish(link: 1)))
      script.type("once")
      #expect(script.takeLinks(of: "once") == [1])
      script.ended(2, .left)
      #expect(script.takeEvents().isEmpty)
    }
    // The years of our clock here lie before that of the other's text.
    #expect(ends == 2)
  }

  @Test("our own joining over a link tells that it leads to ourselves")
  func ourselves() {
    var script = Script(named: [bob])
    script.dialled(bob, 1)
    script.chat.received(script.chat.joinText, link: 1, at: script.now)
    script.drain()
    #expect(script.takeActions().contains(.finish(link: 1)))
    script.ended(1, .left)
    script.wait(60)
    #expect(script.takeDials().isEmpty)
    #expect(script.chat.add(bob, isNamed: true, at: script.now) == .ourselves)
  }

  @Test("equal texts over two links of one machine are shown once, and one of the links is used")
  func equalTexts() {
    var script = Script(named: [bob])
    script.dialled(bob, 1)
    script.hear("first", of: "bob", over: 1)
    script.accepted(elsewhere, 2)
    _ = script.takeActions()
    script.hear("hello", of: "bob", over: 1, second: 1)
    script.hear("hello", of: "bob", over: 2, second: 1)
    #expect(script.takeEvents().count == 1)
    script.type("once")
    #expect(script.takeLinks(of: "once") == [1])
    script.ended(1)
    #expect(script.takeEvents().isEmpty)
    script.type("over the other")
    #expect(script.takeLinks(of: "over the other") == [2])
  }

  @Test("the same words at another time, or twice over one link, are two texts")
  func notEqual() {
    var script = Script(named: [bob])
    script.dialled(bob, 1)
    script.accepted(elsewhere, 2)
    script.hear("ok", of: "bob", over: 1, second: 1)
    script.hear("ok", of: "bob", over: 1, second: 1)
    script.hear("ok", of: "bob", over: 2, second: 2)
    script.hear("old", of: "bob", over: 1, second: 3)
    script.wait(6)
    script.hear("old", of: "bob", over: 2, second: 3)
    let said = script.takeEvents().filter { if case .said = $0 { true } else { false } }
    #expect(said.count == 5)
  }

  @Test(
    "who dials us from elsewhere while its place is down is not dialled, once its name is clear")
  func claim() {
    var script = Script(named: [bob])
    script.dialled(bob, 1)
    script.hear("hello", of: "bob", over: 1)
    script.ended(1)
    _ = script.takeActions()
    script.accepted(elsewhere, 2)
    script.hear("here again", of: "bob", over: 2, second: 1)
    script.wait(100)
    #expect(script.takeDials().isEmpty)
    script.ended(2)
    script.wait(1)
    #expect(script.takeDials().contains(bob))
  }

  @Test("somebody else from the same machine delays that by two seconds at most")
  func otherName() {
    var script = Script(named: [bob, carl])
    script.dialled(bob, 1)
    script.hear("hello", of: "bob", over: 1)
    script.chat.dialFailed(carl, .other, why: "refused", at: script.now)
    _ = script.takeActions()
    script.accepted(elsewhere, 2)
    script.wait(3)
    #expect(script.takeDials() == [carl])
  }

  @Test(
    "nothing is said over a link that may be a second one, until its first own text or ten seconds")
  func doubt() {
    for speaks in [true, false] {
      var script = Script(named: [bob])
      script.chat.dialFailed(bob, .other, why: "refused", at: script.now)
      script.accepted(elsewhere, 1)
      script.wait(3)
      script.dialled(bob, 2)
      _ = script.takeActions()
      script.type("now")
      #expect(script.takeLinks(of: "now") == [1])
      if speaks { script.hear("I am another", of: "bob", over: 2) }
      script.wait(speaks ? 1 : 11)
      script.type("then")
      #expect(script.takeLinks(of: "then") == [1, 2])
    }
  }
}
