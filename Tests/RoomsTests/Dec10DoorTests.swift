import Rooms
import Testing
import Wire

@Suite struct Dec10DoorTests {
  @Test("a payload is a line, commands included, with or without its end")
  func lines() throws {
    var script = Script(.dec10)
    for text in ["hello", "hello\r\n", "hello\n", "/me waves", "//x", "", "  ", "\n", "/nick bob"] {
      script.receive(try frame(text.bytes, .dec10))
    }
    #expect(
      script.requests == [
        .enter(), .say("hello"), .say("hello"), .say("hello"),
        .say(id: 0, room: nil, form: 0, action: true, body: "waves".bytes), .say("/x"),
        .nick(id: 0, "bob", nearest: false),
      ])
  }

  @Test("told apart, the first frame enters")
  func detected() throws {
    var script = Script(nil)
    script.receive(try frame("hi".bytes, .dec10))
    #expect(script.door.kind == .dec10)
    #expect(script.requests == [.enter(), .say("hi")])
  }

  @Test(
    "other lengths than blanks and digits are the end",
    arguments: [
      "-000000001", "        +5", "0x0000000a", "       1_0", "9999999999", "     65537",
      "5         ",
    ])
  func badLengths(_ header: String) {
    var script = Script(.dec10)
    script.receive(header)
    guard case .misbehaved = script.closeReason else {
      Issue.record("\(script.actions)")
      return
    }
  }

  @Test("telnet's bytes mean nothing here, and answers are frames of one line")
  func noTelnet() throws {
    var script = Script(.dec10)
    script.receive(try frame([255, 253, 1], .dec10))
    #expect(script.requests.last == .say("\u{FFFD}\u{FFFD}\u{1}"))
    script.receive(try frame("/foo".bytes, .dec10))
    var decoder = FrameDecoder(.dec10, limit: 65_536)
    decoder.receive(script.sent.span)
    let answer = try #require(try decoder.nextFrame())
    #expect(answer.text.hasPrefix("* There is no command /foo"))
    #expect(!decoder.isInsideFrame)
  }

  @Test("a frame that stops has 5 seconds")
  func unfinished() {
    var script = Script(.dec10)
    script.receive("     ")
    script.wait(until: 4999)
    #expect(script.closeReason == nil)
    script.wait(until: 5000)
    #expect(script.closeReason == .unfinished)
  }
}
