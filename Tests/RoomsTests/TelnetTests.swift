import Rooms
import Testing
import Wire

@Suite struct TelnetTests {
  @Test(
    "negotiation is declined and never shown, at every split",
    arguments: [
      // DO and WILL are answered, WONT and DONT are not.
      ([255, 253, 1] + "hi\r\n".bytes, [255, 252, 1], "hi"),
      ([255, 251, 31] + "hi\r\n".bytes, [255, 254, 31], "hi"),
      ([255, 252, 1, 255, 254, 3] + "hi\r\n".bytes, [], "hi"),
      ("h".bytes + [255, 253, 3] + "i\r\n".bytes, [255, 252, 3], "hi"),
      // A subnegotiation with an escaped 255 and a line end in it.
      ([255, 250, 31, 0, 80, 255, 255, 10, 24, 255, 240] + "hi\n".bytes, [], "hi"),
      // Commands without an option: no operation, are you there, go ahead.
      ([255, 241] + "h".bytes + [255, 246, 255, 249] + "i\n".bytes, [], "hi"),
      // An escaped 255 is a byte of text, and not UTF-8.
      ("h".bytes + [255, 255] + "i\n".bytes, [], "h\u{FFFD}i"),
      // The Enter key of a terminal in character mode.
      ("hi\r\0".bytes, [], "hi"),
      (
        [255, 253, 6, 255, 251, 24, 255, 253, 32] + "hi\r\n".bytes,
        [255, 252, 6, 255, 254, 24, 255, 252, 32], "hi"
      ),
    ] as [([UInt8], [UInt8], String)])
  func negotiation(_ bytes: [UInt8], _ answer: [UInt8], _ said: String) {
    for way in cuts(of: bytes) {
      var script = Script(.line)
      for piece in way { script.receive(piece) }
      #expect(script.requests == [.enter(), .say(said)], "\(way)")
      #expect(script.sent == answer, "\(way)")
    }
  }

  @Test("a subnegotiation without end shows nothing and keeps nothing")
  func endless() {
    var script = Script(.line)
    script.receive([255, 250])
    for _ in 0..<100 { script.receive([UInt8](repeating: 10, count: 1000)) }
    #expect(script.actions == [.request(.enter())])
    #expect(script.door.deadline == nil)
  }

  @Test("a client that only negotiates is greeted all the same")
  func greeting() {
    var script = Script(nil)
    script.receive([255, 251, 31])
    #expect(script.door.kind == .line)
    _ = script.take()
    script.wait(until: 300)
    #expect(script.sent.text.hasPrefix("\r\n* Welcome"))
    script.wait(until: 600_000)
    #expect(script.closeReason == .silent)
    #expect(script.requests.isEmpty)
  }
}
