import Testing
import Wire

@Suite("FrameDecoder")
struct FrameDecoderTests {
  /// Streams of several frames, as they are on the wire, and what they hold.
  static let streams: [(format: FrameFormat, bytes: [UInt8], frames: [String])] = [
    (
      .line, Array("one\ntwo\r\n\n\r\n\rx\r\r\nè €\n".utf8), ["one", "two", "", "", "\rx\r", "è €"]
    ),
    (.dec10, Array("         5hello         0         6è €".utf8), ["hello", "", "è €"]),
    (.u16, hex("0005 68656c6c6f 0000 0002 c3a8"), ["hello", "", "è"]),
    (.u32, hex("00000002 c3a8 00000000 00000005 68656c6c6f"), ["è", "", "hello"]),
  ]

  @Test("every split into two pieces gives what the whole gives", arguments: streams)
  func twoPieces(format: FrameFormat, bytes: [UInt8], frames: [String]) {
    let whole = Decoded(frames: frames.map { Array($0.utf8) })
    #expect(decode([bytes], format) == whole)
    for cut in 0...bytes.count {
      #expect(decode([Array(bytes[..<cut]), Array(bytes[cut...])], format) == whole)
    }
  }

  @Test("every size of pieces gives what the whole gives", arguments: streams)
  func evenPieces(format: FrameFormat, bytes: [UInt8], frames: [String]) {
    let whole = Decoded(frames: frames.map { Array($0.utf8) })
    for size in 1...bytes.count {
      #expect(decode(bytes.pieces(of: size), format) == whole)
    }
  }

  @Test(
    "seeded random bytes, right or wrong, decode the same at any split",
    arguments: FrameFormat.allCases, 0..<40 as Range<UInt64>)
  func randomBytes(format: FrameFormat, seed: UInt64) {
    var random = Seeded(seed: seed)
    // Few different bytes, so that many of the streams are nearly right.
    let alphabet: [UInt8] = [0, 0, 1, 2, 10, 13, 32, 32, 32, 48, 49, 50, 255]
    let bytes = (0..<120).map { _ in alphabet.randomElement(using: &random) ?? 0 }
    let whole = decode([bytes], format, limit: 7)
    for size in 1...20 {
      #expect(decode(bytes.pieces(of: size), format, limit: 7) == whole)
    }
  }

  @Test(
    "frames that are lent where they lie are those of the buffer, however many are taken at a time",
    arguments: FrameFormat.allCases, 0..<40 as Range<UInt64>)
  func lent(format: FrameFormat, seed: UInt64) throws {
    var random = Seeded(seed: seed)
    var stream: [UInt8] = []
    for _ in 0..<20 {
      var payload = random.bytes(upTo: 12)
      if format == .line { payload.removeAll { $0 == 10 } }
      if format == .u16, payload.isEmpty { payload = [7] }
      try format.encode(payload, into: &stream)
    }
    // Every other stream goes wrong somewhere.
    if seed % 2 == 0 {
      stream[Int.random(in: stream.indices, using: &random)] = .random(in: 0...255, using: &random)
    }
    let whole = decode([stream], format, limit: 12)
    for size in [1, 2, 3, 5, 8, 13, 21, 34, 55, stream.count] {
      for batch in [1, 2, 1000] {
        #expect(
          decodeLent(stream.pieces(of: size), format, limit: 12, batch: batch) == whole)
      }
    }
  }

  @Test("of frames that were lent only what is unfinished is kept", arguments: streams)
  func keepsTheRest(format: FrameFormat, bytes: [UInt8], frames: [String]) {
    var decoder = FrameDecoder(format, limit: 100)
    var count = 0
    decoder.receive(bytes.span) { _ in
      count += 1
      return true
    }
    #expect(count == frames.count)
    #expect(decoder.buffer.isEmpty)
    decoder.receive((bytes + bytes.dropLast()).span) { _ in true }
    #expect(decoder.isInsideFrame)
    #expect(decoder.buffer.count < bytes.count)
  }

  @Test("nothing is lent after an error")
  func lendsNothingPoisoned() {
    var decoder = FrameDecoder(.u16, limit: 4)
    decoder.receive(hex("0001 41 0005").span) { _ in true }
    for _ in 0..<2 {
      #expect(throws: WireError.frameTooLong(length: 5, limit: 4)) { try decoder.next() }
      decoder.receive(hex("0001 41").span) { _ in
        Issue.record("a frame of a stream that is out of step")
        return true
      }
    }
  }

  @Test(
    "encoding and then decoding gives the same payloads",
    arguments: FrameFormat.allCases, 0..<25 as Range<UInt64>)
  func roundTrip(format: FrameFormat, seed: UInt64) throws {
    var random = Seeded(seed: seed)
    var stream: [UInt8] = []
    var frames: [[UInt8]] = []
    for _ in 0..<20 {
      var payload = random.bytes(upTo: 300)
      if format == .line { payload.removeAll { $0 == 10 } }
      if format == .u16, payload.isEmpty { payload = [7] }
      try format.encode(payload, into: &stream)
      frames.append(payload)
    }
    for size in [1, 2, 3, 7, 64, 1000, stream.count] {
      #expect(decode(stream.pieces(of: size), format) == Decoded(frames: frames))
    }
  }

  @Test("a length over the limit is refused on its prefix alone")
  func lengthOverLimit() {
    let over: [(FrameFormat, [UInt8], Int)] = [
      (.u16, hex("0011"), 17), (.u32, hex("ffffffff"), 0xFFFF_FFFF),
      (.u32, hex("80000000"), 0x8000_0000), (.u32, hex("00000011"), 17),
      (.dec10, Array("9999999999".utf8), 9_999_999_999), (.dec10, Array("        17".utf8), 17),
    ]
    for (format, prefix, length) in over {
      #expect(
        decode([prefix], format, limit: 16)
          == Decoded(error: .frameTooLong(length: length, limit: 16)))
    }
    #expect(
      decode([hex("00000010") + [UInt8](repeating: 1, count: 16)], .u32, limit: 16).error == nil)
  }

  @Test("a line is refused as soon as one byte over the limit is there, its CR not counted")
  func lineOverLimit() {
    let full = [UInt8](repeating: 97, count: 8)
    for ending in ["\n", "\r\n"] {
      #expect(decode([full + ending.utf8], .line, limit: 8) == Decoded(frames: [full]))
    }
    var decoder = FrameDecoder(.line, limit: 8)
    decoder.receive((full + [13]).span)
    #expect(throws: Never.self) { try decoder.next() }
    for tail in [[97], [13, 97], [13, 13]] as [[UInt8]] {
      #expect(decode([full + tail], .line, limit: 8) == Decoded(error: .lineTooLong(limit: 8)))
    }
  }

  @Test(
    "only blanks and then digits, ten bytes in all, are a ten-digit length",
    arguments: [
      "-000000001", "        +5", "0x0000000a", "       1_0", "1_0       ", "5         ",
      "\t        5", "          ", "       5 5", "        ٥", "     ۵ ۵ ", "        5\n",
      "0000000 05", "        1.", "      １",
    ])
  func malformedLength(header: String) {
    #expect(
      decode([Array((header + "hello hello").utf8)], .dec10) == Decoded(error: .malformedLength))
    for size in 1...5 {
      #expect(
        decode(Array((header + "hello hello").utf8).pieces(of: size), .dec10).error
          == .malformedLength)
    }
  }

  @Test("leading zeros are digits")
  func leadingZeros() {
    #expect(decode([Array("0000000002hi".utf8)], .dec10).frames == [Array("hi".utf8)])
  }

  @Test("the end of a stream is an error inside a frame and none between frames")
  func endOfStream() {
    for (format, bytes, frames) in Self.streams {
      #expect(decode([bytes], format).error == nil)
      #expect(decode([], format).error == nil)
      let cut = decode([Array(bytes.dropLast())], format)
      #expect(cut.error == .truncated(format == .line ? "a line" : "a frame"))
      #expect(cut.frames.count == frames.count - 1)
    }
    for part in 1...3 { #expect(decode([Array(hex("00000005")[..<part])], .u32).error != nil) }
  }

  @Test("after an error the same error comes for ever and no byte is kept")
  func poisoned() {
    var decoder = FrameDecoder(.u16, limit: 4)
    decoder.receive(hex("0001 41 0005").span)
    #expect((try? decoder.nextFrame()) == [0x41])
    let size = decoder.buffer.count
    for _ in 0..<3 {
      #expect(throws: WireError.frameTooLong(length: 5, limit: 4)) { try decoder.next() }
      #expect(throws: WireError.frameTooLong(length: 5, limit: 4)) { try decoder.finish() }
      decoder.receive([UInt8](repeating: 0, count: 100).span)
    }
    #expect(decoder.buffer.count == size)
  }

  @Test("a stream of small frames keeps one small buffer")
  func boundedBuffer() throws {
    var decoder = FrameDecoder(.u32, limit: 100)
    var stream: [UInt8] = []
    for number in 0..<10_000 { try FrameFormat.u32.encode([UInt8(number & 255)], into: &stream) }
    var count = 0
    for piece in stream.pieces(of: 63) {
      decoder.receive(piece.span)
      while try decoder.next() != nil { count += 1 }
      #expect(decoder.buffer.count <= 2 * 63 + 5)
    }
    #expect(count == 10_000)
  }

  @Test("a burst leaves no large buffer to who falls silent after it, and loses nothing of its own")
  func shrinksAfterBurst() throws {
    var decoder = FrameDecoder(.line, limit: 100)
    let burst = Array(repeating: UInt8(ascii: "\n"), count: 50_000) + [UInt8(ascii: "a")]
    decoder.receive(burst.span)
    var count = 0
    while try decoder.next() != nil { count += 1 }
    decoder.shrink()
    #expect(count == 50_000)
    #expect(decoder.buffer.capacity < 1000)
    decoder.receive(Array("b\n".utf8).span)
    #expect(try decoder.nextFrame() == Array("ab".utf8))
  }

  @Test("ranges stay valid until the next receive")
  func rangesStay() throws {
    var decoder = FrameDecoder(.line, limit: 100)
    decoder.receive(Array("a\nbc\ndef\ng".utf8).span)
    var ranges: [Range<Int>] = []
    while let range = try decoder.next() { ranges.append(range) }
    #expect(
      ranges.map { String(decoding: decoder.buffer[$0], as: UTF8.self) } == ["a", "bc", "def"])
    #expect(decoder.isInsideFrame)
  }
}
