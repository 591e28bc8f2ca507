import Testing

@testable import parley

@Suite("The terminal of somebody who chats")
struct ConsoleTerminalTests {
  @Test("what arrives while a line is being typed leaves it whole", arguments: 1...8)
  func whole(size: Int) {
    var terminal = ConsoleTerminal(columns: 40)
    var model = TerminalModel(columns: 40)
    model.receive(terminal.begin())
    model.receive(terminal.rename("ann> "))
    var wishes: [ConsoleTerminal.Wish] = []
    var rest = Array("hellö wörld\u{7f}D\rnext".utf8)[...]
    var count = 0
    while !rest.isEmpty {
      model.receive(terminal.receive(Array(rest.prefix(size))))
      rest = rest.dropFirst(size)
      wishes += terminal.takeWishes()
      count += 1
      model.receive(terminal.show(["12:00 bob: message \(count)"]))
      #expect(model.text.last?.hasPrefix("ann>") == true)
    }
    #expect(wishes == [.say("hellö wörlD")])
    #expect(model.text == (1...count).map { "12:00 bob: message \($0)" } + ["ann> next"])
    #expect(model.unknown.isEmpty)
  }

  @Test("keys that end are wishes")
  func keys() {
    var terminal = ConsoleTerminal(columns: 40)
    _ = terminal.receive([0x03, 0x04])
    #expect(terminal.takeWishes() == [.interrupt, .leave])
    #expect(terminal.takeWishes().isEmpty)
  }
}
