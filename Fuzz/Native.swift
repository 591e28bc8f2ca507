// modules: Wire
import Wire

// Laws: any cut of the bytes gives the same frames and the same error; a frame that decodes encodes
// to the very bytes it came from, but for unknown fields, which are left out.

struct Outcome: Equatable {
  var frames: [NativeFrame] = []
  var error: WireError?
}

func decode(_ stream: ArraySlice<UInt8>, preface: Bool, size: Int) -> Outcome {
  var decoder = NativeDecoder(awaitsPreface: preface)
  var outcome = Outcome()
  var rest = stream
  do throws(WireError) {
    while !rest.isEmpty {
      decoder.receive(Array(rest.prefix(size)).span)
      rest = rest.dropFirst(size)
      while let frame = try decoder.next() { outcome.frames.append(frame) }
    }
    try decoder.finish()
  } catch {
    outcome.error = error
  }
  return outcome
}

func encode(_ frame: NativeFrame) -> [UInt8] {
  var bytes: [UInt8] = []
  do { try frame.encode(into: &bytes) } catch { preconditionFailure("\(error)") }
  return bytes
}

/// The whole input as the body of one frame.
func checkBody(type: UInt8, _ body: ArraySlice<UInt8>) {
  let bytes = Array(body)
  guard let frame = try? NativeFrame(type: type, body: ByteReader(bytes, place: "a frame")) else {
    return
  }
  let encoded = encode(frame)
  precondition(encoded[4] == type, "the type changed")
  switch frame {
  case .hello, .welcome:
    precondition(encoded.count - 5 <= bytes.count, "fields appeared")
    let again = try? NativeFrame(
      type: type, body: ByteReader(encoded, 5..<encoded.count, place: "a frame"))
    precondition(again == frame, "identity")
  case .say, .accepted, .refused, .event, .presence, .command, .reply, .whisper, .history, .notice,
    .ping, .pong, .bye:
    precondition(encoded[5...] == bytes[...], "two encodings of one frame")
  }
}

/// Takes the input as one body, and again as a stream.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard input.count >= 2 else { return 0 }
  checkBody(type: input[0], input[1...])

  let preface = input[0] % 2 == 0
  let stream = input[2...]
  let whole = decode(stream, preface: preface, size: .max)
  precondition(decode(stream, preface: preface, size: Int(input[1]) % 32 + 1) == whole, "a cut")
  let encoded = whole.frames.flatMap(encode)
  let again = decode(encoded[...], preface: false, size: .max)
  precondition(again == Outcome(frames: whole.frames), "identity")
  return 0
}
