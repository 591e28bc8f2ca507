import Testing
import Wire

@testable import parley

/// `--frame` and `--hex`, without a socket.
@Suite("Messages as lines")
struct MessageLinesTests {
  /// All frames for an input that comes in pieces of a size, and the words of the error.
  private func sent(
    _ text: [UInt8], size: Int, _ format: FrameFormat, _ kind: MessageLines.Text = .plain
  ) -> (frames: [UInt8], error: String) {
    var messages = MessageLines(format, kind)
    var frames: [UInt8] = []
    do {
      for start in stride(from: 0, to: text.count, by: size) {
        frames += try messages.send(Array(text[start..<min(start + size, text.count)]))
      }
      frames += try messages.sendEnd()
      frames += try messages.send([])
      return (frames, "")
    } catch { return (frames, "\(error)") }
  }

  /// All lines for frames that come in pieces of a size, and the words of the error.
  private func received(
    _ frames: [UInt8], size: Int, _ format: FrameFormat, _ kind: MessageLines.Text = .plain
  ) -> (lines: String, error: String) {
    var messages = MessageLines(format, kind)
    var lines: [UInt8] = []
    do {
      for start in stride(from: 0, to: frames.count, by: size) {
        lines += try messages.receive(Array(frames[start..<min(start + size, frames.count)]))
      }
      try messages.receiveEnd()
      return (String(decoding: lines, as: UTF8.self), "")
    } catch { return (String(decoding: lines, as: UTF8.self), "\(error)") }
  }

  @Test(
    "each line becomes a message, the last one without an end too, in whatever pieces they come",
    arguments: FrameFormat.allCases)
  func lines(format: FrameFormat) throws {
    let text = Array("one\ntwo é\r\nthree".utf8)
    var wanted: [UInt8] = []
    for word in ["one", "two é", "three"] { try format.encode(word.utf8, into: &wanted) }
    for size in 1...text.count {
      let (frames, error) = sent(text, size: size, format)
      #expect(frames == wanted)
      #expect(error.isEmpty)
    }
    for size in 1...wanted.count {
      let (lines, error) = received(wanted, size: size, format)
      #expect(lines == "one\ntwo é\nthree\n")
      #expect(error.isEmpty)
    }
  }

  @Test("in hexadecimal every byte comes through", arguments: [FrameFormat.dec10, .u16, .u32])
  func hex(format: FrameFormat) throws {
    let all = (0...255).map { UInt8($0) }
    let line = HexText.encode(all) + [0x0a]
    var wanted: [UInt8] = []
    try format.encode(all, into: &wanted)
    let (frames, error) = sent(line, size: 7, format, .hex)
    #expect(frames == wanted && error.isEmpty)
    let (lines, fault) = received(frames, size: 7, format, .hex)
    #expect(Array(lines.utf8) == line && fault.isEmpty)
  }

  @Test("what was right before something wrong is passed on", arguments: [1, 3, 1000])
  func partial(size: Int) throws {
    let (frames, error) = sent(Array("6162\nxx\n63\n".utf8), size: size, .u16, .hex)
    #expect(frames == [0, 2, 0x61, 0x62])
    #expect(error.contains("column 1"))
    let (lines, fault) = received(
      Array("         2ab        -1c".utf8), size: size, .dec10)
    #expect(lines == "ab\n")
    #expect(fault == "the peer: a length is not blanks and digits in ten bytes")
  }

  @Test("a message that is cut, too long or impossible is an error that says so")
  func faults() {
    #expect(received([0, 5, 1], size: 9, .u16).error == "the peer: the bytes end inside a frame")
    #expect(received([0], size: 9, .u32).error == "the peer: the bytes end inside a frame")
    #expect(
      received(Array("line\ncut".utf8), size: 9, .line)
        == ("line\n", "the peer: the bytes end inside a line"))
    #expect(
      received([0xff, 0xff, 0xff, 0xff], size: 9, .u32).error
        == "the peer: a frame of 4294967295 bytes is over the limit of 16777216")
    #expect(
      sent([UInt8](repeating: 0x61, count: 65_536), size: 65_536, .u16).error
        == "the input: a frame of 65536 bytes is over the limit of 65535")
    #expect(
      sent([0x0a], size: 1, .u16).error == "the input: an empty frame would close the other side")
    #expect(
      sent(Array("0a\n".utf8), size: 9, .line, .hex).error
        == "the input: a line cannot hold a line end")
  }

  @Test("a command is split at blanks, and quotes and backslashes keep them")
  func words() throws {
    #expect(try CommandWords.split("cat") == ["cat"])
    #expect(
      try CommandWords.split("  a  'b c' \"d 'e'\" f\\ g ''\t") == ["a", "b c", "d 'e'", "f g", ""])
    #expect(try CommandWords.split(#"printf '\n' "\"""#) == ["printf", "\\n", "\""])
    for wrong in ["", "   ", "'open", "\"open", "end\\", "''"] {
      #expect(throws: UsageError.self) { try CommandWords.split(wrong) }
    }
  }
}
