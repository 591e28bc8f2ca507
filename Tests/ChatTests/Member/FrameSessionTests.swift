import Chat
import Testing
import Wire

@Suite("A person at a server of frames")
struct FrameSessionTests {
  private func payloads(_ script: SessionScript<FrameSession>, _ format: FrameFormat) throws
    -> [String]
  {
    var decoder = FrameDecoder(format, limit: 1 << 20)
    let bytes = script.sent.flatMap(\.self)
    decoder.receive(bytes.span)
    var payloads: [String] = []
    while let frame = try decoder.nextFrame() {
      payloads.append(String(decoding: frame, as: UTF8.self))
    }
    try decoder.finish()
    return payloads
  }

  @Test("each framing sends a typed line in its own way, and only lines may be empty")
  func sending() throws {
    let typed = ["è €", "", "two"]
    let texts = [
      "[2024-01-02T12:00:00] ann:\n\tè €", "[2024-01-02T12:00:00] ann:\n\ttwo",
    ]
    let cases: [(FrameFormat, String?, [String])] = [
      (.line, nil, ["è €", "", "two"]), (.dec10, nil, ["è €", "two"]),
      (.dec10, "ann", ["ann: è €", "ann: two"]), (.u16, "ann", texts), (.u32, "ann", texts),
    ]
    for (format, name, expected) in cases {
      var script = SessionScript(FrameSession(format, name: name))
      for line in typed { script.type(line) }
      #expect(try payloads(script, format) == expected, "\(format)")
    }
  }

  @Test("a long text becomes several small chat texts, cut between characters", arguments: 0..<4)
  func border(shift: Int) throws {
    let text = String(repeating: "x", count: shift) + String(repeating: "€😀", count: 900)
    var script = SessionScript(FrameSession(.u16, name: "ann"))
    script.type(text)
    #expect(script.sent.allSatisfy { $0.count <= 1400 })
    let parsed = try payloads(script, .u16).map { ChatText.parse(Array($0.utf8)) }
    #expect(parsed.compactMap(\.?.text).joined() == text)
    #expect(parsed.allSatisfy { $0?.name == "ann" })
    // One write each: whoever reads a frame in one go gets it so.
    #expect(script.sent.count == parsed.count)
  }

  @Test("nobody leaves by typing the words for it")
  func leaveText() throws {
    var script = SessionScript(FrameSession(.u32, name: "ann"))
    script.type("bye <LEAVES THE CHAT>")
    #expect(try payloads(script, .u32).first?.hasSuffix("<LEAVES THE CHAT> ") == true)
  }

  @Test("chat texts are read as such, everything else is shown as it is")
  func receiving() throws {
    var script = SessionScript(FrameSession(.u16, name: "ann"))
    let text = ChatText(time: Timestamp(year: 2024, month: 1, day: 2), name: "bob", text: "hi")
    var bytes: [UInt8] = []
    try FrameFormat.u16.encode(text.compose(), into: &bytes)
    try FrameFormat.u16.encode(Array("raw".utf8), into: &bytes)
    for byte in bytes { script.receive([byte]) }
    #expect(script.takeShown() == [.chatText(text), .frame(Array("raw".utf8))])
    script.receive([0, 0])
    #expect(script.ending == .closed)
  }

  @Test("the end of the input ends the writing, and a second of silence the session")
  func silence() {
    var script = SessionScript(FrameSession(.dec10, name: nil))
    script.endInput()
    #expect(script.wantsEndOfWriting)
    script.wait(.seconds(60))
    #expect(script.ending == nil, "as long as not all is written")
    script.writingEnded()
    script.wait(.milliseconds(900))
    script.receive(Array("         2hi".utf8))
    script.wait(.milliseconds(900))
    #expect(script.ending == nil, "the server spoke")
    script.wait(.milliseconds(100))
    #expect(script.ending == .left)
    #expect(script.shown == [.frame(Array("hi".utf8))])
  }

  @Test("an end inside a frame is an error, a last line without its end is a line")
  func truncated() {
    var frames = SessionScript(FrameSession(.u32, name: "ann"))
    frames.receive([0, 0, 0, 5, 1])
    frames.finish()
    #expect(frames.ending == .misbehaved("the stream ended inside a frame"))
    var lines = SessionScript(FrameSession(.line, name: nil))
    lines.receive(Array("one\r\ntwo".utf8))
    lines.finish()
    #expect(lines.shown == [.frame(Array("one".utf8)), .frame(Array("two".utf8))])
    #expect(lines.ending == .closed)
  }

  @Test("what is not this framing ends the session")
  func misbehaved() {
    var script = SessionScript(FrameSession(.dec10, name: nil))
    script.receive(Array("HTTP/1.1 400 Bad Request".utf8))
    guard case .misbehaved? = script.ending else {
      Issue.record("still open")
      return
    }
  }
}
