import Wire

/// The bytes of a hex string; blanks and line ends are for the reader's eyes.
func hex(_ text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
}

/// What a whole stream decodes to: its frames, and the error that ended it.
struct Decoded: Equatable {
  var frames: [[UInt8]] = []
  var error: WireError?
}

/// Feeds `pieces` to a new decoder and ends the stream after the last.
func decode(_ pieces: [[UInt8]], _ format: FrameFormat, limit: Int = 65_536) -> Decoded {
  var decoder = FrameDecoder(format, limit: limit)
  var result = Decoded()
  do throws(WireError) {
    for piece in pieces {
      decoder.receive(piece.span)
      while let frame = try decoder.nextFrame() { result.frames.append(frame) }
    }
    try decoder.finish()
  } catch {
    result.error = error
  }
  return result
}

/// As `decode`, but takes up to `batch` frames of a piece where they lie, and only then the others.
func decodeLent(_ pieces: [[UInt8]], _ format: FrameFormat, limit: Int, batch: Int) -> Decoded {
  var decoder = FrameDecoder(format, limit: limit)
  var result = Decoded()
  do throws(WireError) {
    for piece in pieces {
      var lent = 0
      decoder.receive(piece.span) { frame in
        result.frames.append(frame.withUnsafeBufferPointer { Array($0) })
        lent += 1
        return lent < batch
      }
      while let frame = try decoder.nextFrame() { result.frames.append(frame) }
    }
    try decoder.finish()
  } catch {
    result.error = error
  }
  return result
}

extension [UInt8] {
  /// The same bytes as pieces of `size`, the last one shorter.
  func pieces(of size: Int) -> [[UInt8]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}

/// A generator that gives the same numbers for the same seed (an xorshift).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }

  mutating func bytes(upTo count: Int) -> [UInt8] {
    (0..<Int.random(in: 0...count, using: &self)).map { _ in .random(in: 0...255, using: &self) }
  }
}
