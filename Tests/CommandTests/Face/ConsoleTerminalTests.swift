import Chat
import Testing
import Wire

@testable import parley

@Suite("The terminal of somebody who chats")
struct ConsoleTerminalTests {
  private func make() -> (ConsoleTerminal, TerminalModel) {
    var terminal = ConsoleTerminal(columns: 40, rows: 24, theme: Theme(nil), at: .zero)
    var model = TerminalModel(columns: 40, rows: 24)
    model.receive(terminal.enter())
    terminal.learn(.named("ann"))
    model.receive(terminal.draw())
    return (terminal, model)
  }

  private func at(_ seconds: UInt64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

  @Test("what arrives while a line is being typed leaves it whole", arguments: 1...8)
  func whole(size: Int) {
    var (terminal, model) = make()
    var wishes: [ConsoleTerminal.Wish] = []
    var rest = Array("hellö wörld\u{7f}D\rnext".utf8)[...]
    var count = 0
    while !rest.isEmpty {
      terminal.receive(Array(rest.prefix(size)), at: .zero)
      rest = rest.dropFirst(size)
      wishes += terminal.takeWishes()
      count += 1
      terminal.show([TalkLine("12:00 bob: message \(count)")], at: .zero)
      model.receive(terminal.draw())
      #expect(model.text.last?.hasPrefix("ann>") == true)
    }
    #expect(wishes == [.say("hellö wörlD")])
    #expect(model.talk == (1...count).map { "12:00 bob: message \($0)" })
    #expect(model.text.last == "ann> next")
    #expect(model.unknown.isEmpty)
  }

  @Test("keys that end or stop are wishes")
  func keys() {
    var (terminal, _) = make()
    terminal.receive([0x03, 0x04, 0x1a], at: .zero)
    #expect(terminal.takeWishes() == [.interrupt, .leave, .suspend])
    #expect(terminal.takeWishes().isEmpty)
  }

  @Test("ten thousand lines are one drawing, and no longer than the screen")
  func batch() {
    var (terminal, model) = make()
    terminal.show((0..<10_000).map { TalkLine("bob: message \($0)") }, at: .zero)
    let bytes = terminal.draw()
    #expect(bytes.count < 24 * 40)
    model.receive(bytes)
    #expect(model.talk.last == "bob: message 9999" && model.talk.count == 22)
    #expect(terminal.draw().isEmpty)
  }

  @Test("the status row says where one is, what is wrong, and how much is new below")
  func status() {
    var (terminal, model) = make()
    func status() -> String {
      model.receive(terminal.draw())
      return model.text[22]
    }
    terminal.learn(.talking(in: "lobby"))
    #expect(status() == " lobby")
    terminal.learn(.away(why: "connection lost", pause: .seconds(1)))
    #expect(status() == " lobby | no connection")
    terminal.learn(.back(welcome("ann", in: "lobby"), after: .seconds(1), goesOn: true))
    terminal.show((0..<100).map { TalkLine("bob: \($0)") }, at: .zero)
    terminal.receive(Array("\u{1b}[5~".utf8), at: .zero)
    #expect(status() == " lobby | scrolled back, PageDown")
    #expect(model.talk.last == "bob: 78")
    terminal.show([TalkLine("bob: 100")], at: .zero)
    #expect(status() == " lobby | 1 new below, PageDown")
    #expect(model.talk.last == "bob: 78")
    // Whoever says something wants to see it.
    terminal.receive(Array("\r".utf8), at: .zero)
    #expect(status() == " lobby" && model.talk.last == "bob: 100")
  }

  @Test("where there is no room it says with whom one talks")
  func company() {
    var (terminal, model) = make()
    func status() -> String {
      model.receive(terminal.draw())
      return model.text[22]
    }
    terminal.meet("b\u{1b}b at 192.0.2.1:7000")
    #expect(status() == " b<U+001B>b at 192.0.2.1:7000")
    terminal.meet("nobody is connected")
    #expect(status() == " nobody is connected")
    terminal.learn(.talking(in: "tea"))
    #expect(status() == " tea")
  }

  @Test("what is new is never cut for the place where one is")
  func narrow() {
    var (terminal, model) = make()
    terminal.learn(.talking(in: String(repeating: "long", count: 9)))
    terminal.learn(.away(why: "", pause: .zero))
    model.receive(terminal.draw())
    #expect(model.text[22] == " no connection")
  }

  @Test("after Ctrl-C it says that it is leaving, while that takes time")
  func leaving() {
    var (terminal, model) = make()
    terminal.receive([0x03], at: .zero)
    model.receive(terminal.draw())
    #expect(model.text[22] == " leaving; Ctrl-C leaves at once")
  }

  private func welcome(_ nick: String, in room: String) -> NativeWelcome {
    NativeWelcome(nick: nick, seat: seat(room), members: NativeNames([nick, "bob"]))
  }

  private func seat(_ room: String) -> NativeSeat {
    NativeSeat(room: 1, name: room, historyID: [UInt8](0..<16), head: 0)
  }

  @Test("the rows at the bottom say what we are called and where what we say goes")
  func whereabouts() {
    var (terminal, model) = make()
    func bottom() -> [String] {
      model.receive(terminal.draw())
      return Array(model.text[22...])
    }
    terminal.learn(.entered(welcome("eve", in: "lobby")))
    #expect(bottom() == [" lobby", "eve>"])
    terminal.learn(.reply(.join(seat("tea"), members: NativeNames(["eve"]))))
    #expect(bottom() == [" tea", "eve>"])
    // Of another room than this one.
    terminal.learn(.reply(.leave(room: "lobby")))
    #expect(bottom() == [" tea", "eve>"])
    terminal.learn(.talking(in: nil))
    #expect(bottom() == [" no room", "eve>"])
    terminal.learn(.talking(in: "a\u{1b}b"))
    terminal.learn(.reply(.nick("rob")))
    #expect(bottom() == [" a<U+001B>b", "rob>"])
    terminal.learn(.away(why: "", pause: .zero))
    terminal.learn(.back(welcome("rob-2", in: "yard"), after: .zero, goesOn: false))
    #expect(bottom() == [" yard", "rob-2>"])
    // The commands are still those of a server.
    terminal.receive(Array("/his\t".utf8), at: .zero)
    #expect(bottom() == [" yard", "rob-2> /history"])
  }

  @Test("a rule stands where the person stopped looking, until they answer")
  func unread() {
    var (terminal, model) = make()
    func seen() -> [String] {
      model.receive(terminal.draw())
      return model.talk
    }
    let rule = "-- new --" + String(repeating: "-", count: 31)
    terminal.show([TalkLine("bob: 1")], at: .zero)
    terminal.receive(Array("\u{1b}[O".utf8), at: at(1))
    #expect(seen() == ["bob: 1"])
    terminal.show([TalkLine("bob: 2")], at: at(2))
    terminal.show([TalkLine("bob: 3")], at: at(3))
    #expect(seen() == ["bob: 1", rule, "bob: 2", "bob: 3"])
    #expect(model.text[22] == " 2 unread")
    terminal.receive(Array("\u{1b}[I".utf8), at: at(4))
    terminal.show([TalkLine("bob: 4")], at: at(100))
    terminal.receive(Array("x".utf8), at: at(100))
    #expect(seen() == ["bob: 1", rule, "bob: 2", "bob: 3", "bob: 4"])
    #expect(model.text[22] == "")
    terminal.receive(Array("\r".utf8), at: at(5))
    #expect(seen() == ["bob: 1", "bob: 2", "bob: 3", "bob: 4"])
  }

  @Test("a terminal that does not tell is taken for left alone after a minute without a key")
  func idle() {
    var (terminal, model) = make()
    terminal.receive(Array("x".utf8), at: at(10))
    terminal.show([TalkLine("bob: 1")], at: at(69))
    terminal.show([TalkLine("bob: 2")], at: at(70))
    model.receive(terminal.draw())
    #expect(model.talk.count == 3 && model.talk[1].hasPrefix("-- new --"))
  }

  @Test("the bell rings once for a drawing")
  func bell() {
    var (terminal, model) = make()
    terminal.ring()
    terminal.ring()
    model.receive(terminal.draw())
    model.receive(terminal.draw())
    #expect(model.bells == 1)
  }
}
