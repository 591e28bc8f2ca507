import Messaging
import Testing

@testable import parley

/// The parts of `connect` and `listen` that know neither sockets nor clocks.
@Suite("Bytes on their way")
struct BytesTests {
  // MARK: - Line ends

  @Test("line ends become CR LF, none is doubled, in whatever pieces the text comes")
  func lineEnds() {
    let text = Array("a\nb\r\n\n\r\r\n\n\r\nend\r".utf8)
    let wanted = Array("a\r\nb\r\n\r\n\r\r\n\r\n\r\nend\r".utf8)
    for first in 0...text.count {
      for second in first...text.count {
        var ends = LineEnds()
        let pieces = [text[..<first], text[first..<second], text[second...]]
        #expect(pieces.flatMap { ends.translate(Array($0)) } == wanted)
      }
    }
  }

  @Test("what was translated once stays as it is")
  func lineEndsAgain() {
    var once = LineEnds()
    var twice = LineEnds()
    let text = once.translate(Array("x\n\n\r\n".utf8))
    #expect(twice.translate(text) == text)
  }

  // MARK: - Rate

  @Test(
    "in any stretch of time no more goes than the rate and a tenth of a second's saving allow",
    arguments: [1, 7, 1_000, 1_000_000, 1_000_000_000_000])
  func rate(rate: Int) {
    var bucket = TokenBucket(rate: rate, at: 0)
    var random = SeededGenerator(seed: UInt64(rate))
    var now: UInt64 = 0
    var total = 0.0
    for _ in 0..<2_000 {
      now += UInt64.random(in: 0...200_000_000, using: &random)
      total += Double(bucket.take(Int.random(in: 0...100_000, using: &random), at: now))
      let saving = max(Double(rate) / 10, 1)
      #expect(total <= Double(now) / 1e9 * Double(rate) + saving + 1)
    }
  }

  @Test(
    "who waits as long as told reaches the rate, and always gets something",
    arguments: [1, 3, 1_000, 12_345_678])
  func reachesRate(rate: Int) {
    var bucket = TokenBucket(rate: rate, at: 5)
    var now: UInt64 = 5
    var total = 0
    for _ in 0..<1_000 {
      now += bucket.delay(at: now)
      let got = bucket.take(.max, at: now)
      #expect(got > 0)
      total += got
    }
    #expect(Double(total) >= Double(now - 5) / 1e9 * Double(rate))
  }

  @Test("what was given back can be taken again, and a clock that stands still gives nothing")
  func givesBack() {
    var bucket = TokenBucket(rate: 100, at: 0)
    #expect(bucket.take(1_000, at: 0) == 10)
    #expect(bucket.take(1_000, at: 0) == 0)
    bucket.giveBack(4)
    #expect(bucket.take(1_000, at: 0) == 4)
    #expect(bucket.delay(at: 0) == 50_000_000)
  }

  // MARK: - Hex text

  @Test("every byte is written as two digits and read again")
  func hexText() throws {
    let bytes = (0...255).map { UInt8($0) }
    let text = HexText.encode(bytes)
    #expect(text.count == 512)
    #expect(try HexText.decode(text) == bytes)
    #expect(try HexText.decode("00 Ff\t10  ".utf8) == [0, 255, 16])
    #expect(try HexText.decode("".utf8) == [])
  }

  @Test(
    "a line that is not made of pairs is refused with the place",
    arguments: [
      ("0", "ends after half a byte"), ("00 f", "ends after half a byte"), ("0 0", "column 2"),
      ("0g", "column 2"), ("00-11", "column 3"), ("é0", "column 1"),
    ])
  func notHex(text: String, words: String) {
    #expect {
      try HexText.decode(text.utf8)
    } throws: {
      "\($0)".contains(words) && ($0 as? Complaint)?.code == .wrong
    }
  }

  // MARK: - Dumps

  private let noon = LocalTime(
    year: 2026, month: 11, day: 21, hour: 12, minute: 0, second: 5, microsecond: 70)

  @Test("a hex dump has sixteen bytes a line and counts each direction by itself")
  func hexDump() {
    var dump = DumpText(.hex, peer: "[::1]:7")
    let first = dump.lines(for: Array("hello, world\n\u{1b}[0mé".utf8), .sent, at: noon)
    #expect(
      String(decoding: first, as: UTF8.self) == """
        2026-11-21T12:00:05.000070 [::1]:7 > 00000000  68 65 6c 6c 6f 2c 20 77  \
        6f 72 6c 64 0a 1b 5b 30  |hello, world..[0|
        2026-11-21T12:00:05.000070 [::1]:7 > 00000010  6d c3 a9                 \
                                 |m..|

        """)
    let second = dump.lines(for: [0x41], .received, at: noon)
    #expect(String(decoding: second, as: UTF8.self).contains(" < 00000000  41 "))
    let third = dump.lines(for: [0x42], .sent, at: noon)
    #expect(String(decoding: third, as: UTF8.self).contains(" > 00000013  42 "))
    #expect(dump.lines(for: [], .sent, at: noon).isEmpty)
  }

  @Test("a text dump has a line for each line, and nothing that a terminal could obey")
  func textDump() {
    var dump = DumpText(.text, peer: "p")
    let time = LocalTime(year: 2026, month: 1, day: 2)
    func text(_ bytes: [UInt8]) -> String {
      String(decoding: dump.lines(for: bytes, .received, at: time), as: UTF8.self)
        .replacing("2026-01-02T00:00:00.000000 p < ", with: "")
    }
    #expect(text(Array("one\r\ntwo\t\\ three".utf8)) == "one\\r\\n\ntwo\\t\\\\ three\n")
    #expect(text(Array("\u{1b}[2J\u{7f}\u{0}".utf8)) == "\\x1b[2J\\x7f\\x00\n")
    #expect(text(Array("é €\u{202e}\u{85}".utf8)) == "é €\\xe2\\x80\\xae\\xc2\\x85\n")
    #expect(text([0x61, 0xc3, 0x28, 0xff, 0xf0, 0x9f, 0x62]) == "a\\xc3(\\xff\\xf0\\x9fb\n")
    #expect(text([0xe2, 0x82]) == "\\xe2\\x82\n")
  }

  @Test(
    "no bytes at all make a dump that is not UTF-8, or that begins a line of its own",
    arguments: [DumpText.Style.hex, .text])
  func safeDump(style: DumpText.Style) {
    var random = SeededGenerator(seed: 4)
    var dump = DumpText(style, peer: "p")
    for _ in 0..<300 {
      let bytes = (0..<Int.random(in: 1...60, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      let lines = dump.lines(for: bytes, .sent, at: noon)
      #expect(String(validating: lines, as: UTF8.self) != nil)
      #expect(lines.allSatisfy { $0 >= 0x20 || $0 == 0x0a })
      for line in lines.split(separator: 0x0a) {
        #expect(line.starts(with: "2026-11-21T12:00:05.000070 p > ".utf8))
      }
    }
  }
}
