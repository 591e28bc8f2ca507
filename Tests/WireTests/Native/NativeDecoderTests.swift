import Testing
import Wire

/// What a whole stream decodes to: its frames, and the error that ended it.
struct NativeDecoded: Equatable {
  var frames: [NativeFrame] = []
  var error: WireError?
}

/// Feeds `pieces` to a new decoder and ends the stream after the last.
func decodeNative(_ pieces: [[UInt8]], preface: Bool) -> NativeDecoded {
  var decoder = NativeDecoder(awaitsPreface: preface)
  var result = NativeDecoded()
  do throws(WireError) {
    for piece in pieces {
      decoder.receive(piece.span)
      while let frame = try decoder.next() { result.frames.append(frame) }
    }
    try decoder.finish()
  } catch {
    result.error = error
  }
  return result
}

@Suite("NativeDecoder")
struct NativeDecoderTests {
  static let stream = NativePreface.bytes(.plain) + NativeGolden.frames.flatMap { hex($0.bytes) }

  @Test("the preface is eight bytes")
  func preface() {
    #expect(NativePreface.bytes(.plain) == hex("504c5931 00 01 0000"))
    #expect(NativePreface.bytes(.xxpsk0) == hex("504c5931 02 01 0000"))
    #expect(NativePattern.allCases.filter(\.isSpoken) == [.plain])
  }

  @Test("every split into two pieces gives what the whole gives")
  func twoPieces() {
    let whole = NativeDecoded(frames: NativeGolden.frames.map(\.frame))
    for cut in 0...Self.stream.count {
      let pieces = [Array(Self.stream[..<cut]), Array(Self.stream[cut...])]
      #expect(decodeNative(pieces, preface: true) == whole)
    }
  }

  @Test("every size of pieces gives what the whole gives", arguments: [1, 2, 3, 5, 7, 8, 9, 64])
  func evenPieces(size: Int) {
    #expect(
      decodeNative(Self.stream.pieces(of: size), preface: true)
        == NativeDecoded(frames: NativeGolden.frames.map(\.frame)))
  }

  @Test("a preface is refused at its first wrong byte")
  func wrongPreface() {
    let cases: [(String, WireError)] = [
      ("47", .notNative), ("504c5932", .notNative), ("0d0a", .notNative),
      ("504c5931 01", .unsupported("native pattern", 1)),
      ("504c5931 03", .unsupported("native pattern", 3)),
      ("504c5931 00 02", .unsupported("native version", 2)),
      ("504c5931 00 01 01", .invalidValue("the native preface")),
    ]
    for (bytes, error) in cases {
      #expect(decodeNative([hex(bytes)], preface: true) == NativeDecoded(error: error))
      let longer = hex(bytes) + hex("0000 0000")
      #expect(decodeNative(longer.pieces(of: 1), preface: true) == NativeDecoded(error: error))
    }
  }

  @Test("a stream that ends inside the preface or a frame is an error")
  func truncated() {
    for count in 1..<8 {
      #expect(
        decodeNative([Array(Self.stream[..<count])], preface: true).error
          == .truncated("the native preface"))
    }
    #expect(decodeNative([], preface: true).error == nil)
    #expect(decodeNative([Array(Self.stream[..<8])], preface: true).error == nil)
    #expect(
      decodeNative([Array(Self.stream.dropLast())], preface: true).error == .truncated("a frame"))
  }

  @Test("a frame has a type and is at most 64 KiB long")
  func lengths() {
    #expect(decodeNative([hex("00000000")], preface: false).error == .truncated("a frame"))
    #expect(
      decodeNative([hex("00010001")], preface: false).error
        == .frameTooLong(length: 65_537, limit: 65_536))
  }

  @Test("after an error the same error comes for ever")
  func poisoned() {
    var decoder = NativeDecoder(awaitsPreface: false)
    decoder.receive(hex("00000001 63 00000001 15").span)
    for _ in 0..<3 {
      #expect(throws: WireError.unknownType(99, "a frame")) { try decoder.next() }
      #expect(throws: WireError.unknownType(99, "a frame")) { try decoder.finish() }
    }
  }

  @Test("random changes to a good stream never trap and split alike", arguments: 0..<150)
  func randomChanges(seed: UInt64) {
    var random = Seeded(seed: seed)
    var bytes = Self.stream
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      bytes[Int.random(in: 8..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
    }
    let whole = decodeNative([bytes], preface: true)
    #expect(decodeNative(bytes.pieces(of: 1), preface: true) == whole)
    #expect(decodeNative(bytes.pieces(of: 13), preface: true) == whole)
  }
}
