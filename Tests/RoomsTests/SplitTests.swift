import Rooms
import Testing
import Wire

/// One client's whole visit, as bytes.
struct Visit: CustomTestStringConvertible {
  let name: String
  let kind: DoorKind?
  let bytes: [UInt8]

  var testDescription: String { name }

  static func all() throws -> [Visit] {
    let lines =
      "hi\r\n/who\r\n/foo\nhow /are you\r\n\r\n/me waves\n/nick bob\r\0/ignore\n//x\r\n/help\r\n"
      .bytes
      + [255, 253, 1] + "a".bytes + [255, 250, 1, 255, 240, 255, 251, 3]
      + "b\r\n/quit bye\r\nno\n".bytes
    let texts = [chat("ann", "<JOINS THE CHAT>"), chat("ann", "hello\nyou"), "raw".bytes, [0xC3]]
    func framed(_ format: FrameFormat, _ payloads: [[UInt8]]) throws -> [UInt8] {
      try payloads.flatMap { try frame($0, format) }
    }
    let commands = ["hello", "/who\r\n", "/foo", "", "/me waves", "/quit"].map(\.bytes)
    var native = NativePreface.bytes(.plain)
    for frame: NativeFrame in [
      .hello(NativeHello(nick: "ann", room: "")), .say(NativeSay(id: 1, room: 0, body: "hi".bytes)),
      .ping, .command(id: 2, .who(room: "")), .command(id: 3, .unknown(verb: 77, arguments: [])),
      .pong, .bye(NativeBye()),
    ] { try frame.encode(into: &native) }
    let leave = chat("ann", "<LEAVES THE CHAT>")
    return [
      Visit(name: "line", kind: .line, bytes: lines),
      Visit(name: "line, told apart", kind: nil, bytes: lines),
      Visit(name: "u16", kind: .u16, bytes: try framed(.u16, texts + [leave])),
      Visit(name: "u16, told apart", kind: nil, bytes: try framed(.u16, texts) + [0, 0, 1]),
      Visit(name: "u32", kind: .u32, bytes: try framed(.u32, texts + [[]]) + [0xFF, 0, 0, 0, 1]),
      Visit(name: "u32, told apart", kind: nil, bytes: try framed(.u32, texts + [leave])),
      Visit(name: "dec10", kind: .dec10, bytes: try framed(.dec10, commands)),
      Visit(name: "dec10, told apart", kind: nil, bytes: try framed(.dec10, commands)),
      Visit(name: "native", kind: .native, bytes: native),
      Visit(name: "native, told apart", kind: nil, bytes: native),
    ]
  }
}

@Suite struct SplitTests {
  /// A server that answers everything, so that the order of answers is tested, too.
  private func play(_ visit: Visit, cut: [[UInt8]]) -> [Door.Action] {
    var script = Script(visit.kind)
    script.answer = { request in
      switch request {
      case .enter: .words("welcome")
      case .say(let id, _, _, _, let body): .accepted(id: id, number: UInt64(body.count))
      case .nick(let id, let nick, _): .reply(id: id, .renamed(nick: nick, refusal: .taken))
      case .who(let id, _): .reply(id: id, .who(room: "r", members: ["ann"]))
      default: .words("done")
      }
    }
    for piece in cut { script.receive(piece) }
    script.finish()
    return script.actions
  }

  @Test("every split of a visit gives the same requests and bytes")
  func anySplit() throws {
    for visit in try Visit.all() {
      let whole = play(visit, cut: [visit.bytes])
      #expect(whole.count > 5, "\(visit.name): \(whole)")
      for cut in cuts(of: visit.bytes) {
        #expect(play(visit, cut: cut) == whole, "\(visit.name): \(cut.map(\.count))")
      }
    }
  }

  @Test("random splits, too", arguments: 1...30 as ClosedRange<UInt64>)
  func randomSplit(seed: UInt64) throws {
    var random = Seeded(seed: seed)
    for visit in try Visit.all() {
      let whole = play(visit, cut: [visit.bytes])
      var rest = visit.bytes[...]
      var pieces: [[UInt8]] = []
      while !rest.isEmpty {
        let size = Int.random(in: 1...12, using: &random)
        pieces.append(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      #expect(play(visit, cut: pieces) == whole, "seed \(seed), \(visit.name)")
    }
  }

  @Test(
    "random bytes never trap, at any door and any cut", arguments: 1...60 as ClosedRange<UInt64>)
  func garbage(seed: UInt64) throws {
    var random = Seeded(seed: seed)
    let kinds: [DoorKind?] = DoorKind.allCases + [nil]
    for kind in kinds {
      let size = Int.random(in: 0...200, using: &random)
      let small = Bool.random(using: &random)
      let bytes = (0..<size).map { _ in UInt8.random(in: 0...(small ? 4 : 255), using: &random) }
      let visit = Visit(name: "garbage", kind: kind, bytes: bytes)
      let whole = play(visit, cut: [bytes])
      for cut in cuts(of: bytes).suffix(7) {
        #expect(play(visit, cut: cut) == whole, "seed \(seed), \(String(describing: kind))")
      }
    }
  }
}
