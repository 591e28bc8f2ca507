// modules: Wire Rooms
import Rooms
import Wire

// Laws: any cut of what a server says gives the same actions and the same bytes; the end comes once
// and last; all that is sent decodes to frames that clients send.

struct Outcome: Equatable {
  var actions: [NativeClient.Action] = []
  var sent: [UInt8] = []
}

func run(_ stream: ArraySlice<UInt8>, requests: Int, size: Int) -> Outcome {
  var outcome = Outcome()
  guard var client = try? NativeClient(nick: "ann", room: "", at: .zero) else {
    preconditionFailure("a short name fits")
  }
  func drain() {
    while let action = client.next() {
      if case .transmit(let bytes) = action {
        outcome.sent += bytes
      } else {
        outcome.actions.append(action)
      }
    }
  }
  for _ in 0..<requests { _ = try? client.say("x") }
  var rest = stream
  while !rest.isEmpty {
    client.receive(Array(rest.prefix(size)).span, at: .zero)
    rest = rest.dropFirst(size)
    drain()
  }
  client.finish(at: .zero)
  drain()
  precondition(client.deadline == nil, "an ended client waits for nothing")
  return outcome
}

func check(_ outcome: Outcome) {
  for (place, action) in outcome.actions.enumerated() {
    if case .ended = action {
      precondition(place == outcome.actions.count - 1, "something came after the end")
    } else {
      precondition(place < outcome.actions.count - 1, "no end")
    }
  }
  var decoder = NativeDecoder(awaitsPreface: true)
  decoder.receive(outcome.sent.span)
  do throws(WireError) {
    while let frame = try decoder.next() {
      switch frame {
      case .hello, .say, .command, .ping, .pong, .bye: continue
      case .welcome, .accepted, .refused, .event, .presence, .reply, .whisper, .history, .notice:
        preconditionFailure("a client sent what only servers send")
      }
    }
    try decoder.finish()
  } catch {
    preconditionFailure("what was sent is broken: \(error)")
  }
}

/// Takes the first byte as the number of requests and the size of pieces, the rest as a server.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let first = input.first else { return 0 }
  let requests = Int(first % 4)
  // Most of what matters comes after a welcome, which a fuzzer alone would take long to find.
  var stream: [UInt8] = []
  if first % 8 < 6 {
    let seat = NativeSeat(room: 7, name: "r", historyID: [UInt8](0..<16), head: 3)
    let welcome = NativeWelcome(nick: "ann", seat: seat, token: [UInt8](0..<16))
    try? NativeFrame.welcome(welcome).encode(into: &stream)
  }
  stream += input.dropFirst()
  let whole = run(stream[...], requests: requests, size: .max)
  check(whole)
  precondition(run(stream[...], requests: requests, size: Int(first / 8) + 1) == whole, "a cut")
  return 0
}
