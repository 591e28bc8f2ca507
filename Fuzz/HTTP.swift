// modules: Wire
import Wire

// Laws: any cut of the bytes gives the same head, the same body and the same error; what is whole has no error;
// no error's words can move a cursor; a URL that was read can be read again.

struct Outcome: Equatable {
  var heads: [HTTPHead] = []
  var body: [UInt8] = []
  var isWhole = false
  var error: HTTPError?
}

/// Decodes `stream` in pieces whose sizes come from `seed`; 0 means in one piece.
func decode(_ stream: ArraySlice<UInt8>, seed: UInt64) -> Outcome {
  var decoder = HTTPDecoder()
  var outcome = Outcome()
  var rest = stream
  var state = seed
  func take(_ event: HTTPDecoder.Event) {
    precondition(!outcome.isWhole, "an event after the end")
    switch event {
    case .interim(let head), .head(let head, _): outcome.heads.append(head)
    case .body(let bytes): outcome.body += bytes
    case .end: outcome.isWhole = true
    }
  }
  do throws(HTTPError) {
    while !rest.isEmpty {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let size = seed == 0 ? rest.count : Int(state >> 60) + 1
      decoder.receive(Array(rest.prefix(size)))
      rest = rest.dropFirst(size)
      while let event = try decoder.next() { take(event) }
    }
    if let event = try decoder.finish() { take(event) }
  } catch {
    outcome.error = error
  }
  precondition(decoder.received == outcome.body.count, "a count")
  return outcome
}

/// Reads the cuts from the first byte, the answer from the rest.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let first = input.first else { return 0 }
  let whole = decode(input[1...], seed: 0)
  precondition(decode(input[1...], seed: UInt64(first) + 1) == whole, "a cut")
  precondition(whole.isWhole == (whole.error == nil), "neither whole nor wrong")
  if let error = whole.error { precondition(isPlain(error.description), "words") }
  for head in whole.heads {
    _ = head.contentRange
    if let location = head.location { checkURL(location) }
  }
  checkURL(Array(input[1...]))
  return 0
}

func checkURL(_ bytes: [UInt8]) {
  do throws(URLError) {
    let base = try HTTPURL("http://[::1]:8/a/b?c")
    let url = try base.resolving(bytes)
    precondition(isPlain(url.description), "a URL")
    let again = try HTTPURL(url.description)
    precondition(again.description == url.description, "identity")
  } catch {
    precondition(isPlain(error.description), "words")
  }
}

func isPlain(_ text: String) -> Bool {
  text.utf8.allSatisfy { (0x20..<0x7F).contains($0) || $0 >= 0x80 }
}
