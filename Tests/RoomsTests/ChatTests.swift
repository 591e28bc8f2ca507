import Rooms
import Testing
import Wire

/// Doors, roster and room together, as a server joins them.
@Suite struct ChatTests {
  @Test("five kinds of client in one room hear each other once, in order")
  func everyDoor() throws {
    var server = SmallServer()
    let line = server.connect(nil)
    server.receive("/nick lin\n".bytes, from: line)
    let ten = server.connect(.dec10)
    server.receive(try frame("/nick ten".bytes, .dec10), from: ten)
    let short = server.connect(.u16)
    server.receive(try frame(chat("two", "<JOINS THE CHAT>"), .u16), from: short)
    let long = server.connect(nil)
    server.receive(try frame(chat("four", "hi"), .u32), from: long)
    let native = server.connect(nil)
    var hello = NativePreface.bytes(.plain)
    try NativeFrame.hello(NativeHello(nick: "nat", room: "")).encode(into: &hello)
    try NativeFrame.say(NativeSay(id: 9, room: 0, body: "ho\u{1b}".bytes)).encode(into: &hello)
    server.receive(hello, from: native)
    server.receive("out\r\n/quit bye\r\n".bytes, from: line)
    server.lose(short)

    let lines = try payloads(server.clients[ten].inbox, .dec10).map(\.text)
    #expect(
      lines.drop { $0 != "* You are now ten." }.dropFirst() == [
        "* guest-2 joined", "* guest-2 is now two", "* four joined", "four: hi", "* nat joined",
        "nat: ho<U+001B>", "lin: out", "* lin left (quit: bye)", "* two left (connection lost)",
      ])
    let typed = server.clients[line].inbox.text
    #expect(typed.contains("* guest-1 joined\r\n* guest-1 is now ten\r\n"))
    #expect(typed.hasSuffix("four: hi\r\n* nat joined\r\nnat: ho<U+001B>\r\n* Goodbye.\r\n"))
    #expect(server.clients[line].closed == .quit)
    let texts = try payloads(server.clients[short].inbox, .u16).compactMap { ChatText.parse($0) }
    #expect(
      texts.map { "\($0.name) \($0.text)" } == [
        "four <JOINS THE CHAT>", "four hi", "nat <JOINS THE CHAT>", "nat ho<U+001B>", "lin out",
        "lin <LEAVES THE CHAT>",
      ])
    var decoder = NativeDecoder(awaitsPreface: false)
    let inbox = server.clients[native].inbox
    decoder.receive(inbox.span)
    guard case .welcome(let welcome) = try decoder.next() else {
      Issue.record("no welcome")
      return
    }
    #expect(
      welcome.nick == "nat" && welcome.members?.names == ["lin", "ten", "two", "four", "nat"])
    #expect(try decoder.next() == .history(NativeHistory(room: 1, count: 1, missed: 0)))
    #expect(
      try decoder.next()
        == .event(NativeEvent(room: 1, number: 1, wall: 0, author: "four", body: "hi".bytes)))
    #expect(try decoder.next() == .accepted(id: 9, number: 2))
  }

  @Test("a late joiner sees the last 20 lines and then everything, no gap and no overlap")
  func lateJoiner() {
    var server = SmallServer()
    let first = server.connect(.line)
    for number in 1...30 { server.receive("\(number)\n".bytes, from: first) }
    let late = server.connect(.line)
    server.receive("31\n32\n".bytes, from: first)
    let heard = server.clients[late].inbox.text.split(separator: "\r\n")
      .filter { $0.hasPrefix("guest-1: ") }
    #expect(heard == (11...32).map { "guest-1: \($0)" })
  }

  @Test("a taken name is told to its bearer alone")
  func takenName() throws {
    var server = SmallServer()
    let first = server.connect(nil)
    server.receive("/nick ann\n".bytes, from: first)
    let second = server.connect(nil)
    server.receive(try frame(chat("ANN", "hi"), .u16), from: second)
    let told = try payloads(server.clients[second].inbox, .u16).compactMap { ChatText.parse($0) }
    #expect(told.map(\.text) == ["That name is taken. You are ANN-2 here."])
    #expect(server.clients[first].inbox.text.hasSuffix("* ANN-2 joined\r\nANN-2: hi\r\n"))
  }
}
