// modules: Wire
import Wire

// Laws: any cut of the bytes gives the same frames and the same error, lent or kept; no frame is over the limit;
// frames that were decoded encode to bytes that decode to them again.

/// Frames of a stream and the error that ended it.
struct Outcome: Equatable {
  var frames: [[UInt8]] = []
  var error: WireError?
}

/// Decodes `stream` in pieces whose sizes come from `seed`; 0 means in one piece.
///
/// With a `batch` so many frames of each piece are taken where they lie, the others from the buffer.
func decode(
  _ stream: ArraySlice<UInt8>, _ format: FrameFormat, limit: Int, seed: UInt64, batch: Int = 0
) -> Outcome {
  var decoder = FrameDecoder(format, limit: limit)
  var outcome = Outcome()
  var rest = stream
  var state = seed
  do throws(WireError) {
    while !rest.isEmpty {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let size = seed == 0 ? rest.count : Int(state >> 60) + 1
      let piece = Array(rest.prefix(size))
      if batch == 0 {
        decoder.receive(piece.span)
      } else {
        var lent = 0
        decoder.receive(piece.span) { frame in
          outcome.frames.append(frame.withUnsafeBufferPointer { Array($0) })
          lent += 1
          return lent < batch
        }
      }
      rest = rest.dropFirst(size)
      while let range = try decoder.next() {
        precondition(range.count <= limit, "a frame is over the limit")
        outcome.frames.append(Array(decoder.buffer[range]))
      }
      precondition(decoder.buffer.count <= 2 * (limit + 16 + max(size, 16)), "the buffer grows")
    }
    try decoder.finish()
  } catch {
    outcome.error = error
  }
  return outcome
}

/// Reads format, limit and cuts from the first three bytes, the stream from the rest.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard input.count >= 3 else { return 0 }
  let format = FrameFormat.allCases[Int(input[0]) % FrameFormat.allCases.count]
  let limit = Int(input[1])
  let stream = input[3...]

  let whole = decode(stream, format, limit: limit, seed: 0)
  precondition(decode(stream, format, limit: limit, seed: UInt64(input[2]) + 1) == whole, "a cut")
  for batch in [1, 3, 1000] {
    precondition(decode(stream, format, limit: limit, seed: 0, batch: batch) == whole, "lent")
    let cut = decode(stream, format, limit: limit, seed: UInt64(input[2]) + 1, batch: batch)
    precondition(cut == whole, "lent in pieces")
  }

  var encoded: [UInt8] = []
  for frame in whole.frames where !(format == .u16 && frame.isEmpty) {
    do { try format.encode(frame, into: &encoded) } catch { preconditionFailure("\(error)") }
  }
  let again = decode(encoded[...], format, limit: limit, seed: 0)
  precondition(again.error == nil, "what was encoded does not decode")
  precondition(again.frames == whole.frames.filter { !(format == .u16 && $0.isEmpty) }, "identity")
  return 0
}
