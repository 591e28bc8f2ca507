import Testing
import Wire

@testable import Rooms

/// Texts of all that a fast path could trip over, plain ASCII twice as often as all else.
private func text(_ random: inout Seeded, upTo limit: Int = 12) -> [UInt8] {
  let plain = ["a", "xyz", "~", "/", "//", " ", ":", ">", "[", "<JOINS THE CHAT>", "0123456789"]
  let other = [
    "\u{1b}", "\t", "\r", "\n", "\u{7f}", "è", "€", "👩\u{200d}👩", "\u{301}", "\u{202e}", "\0",
    ":\n\t",
    "] ", "[2026-01-01T00:00:00] ann:\n\t", "<LEAVES THE CHAT>",
  ]
  let isPlain = Bool.random(using: &random)
  var text: [UInt8] = []
  for _ in 0..<Int.random(in: 0...limit, using: &random) {
    switch Int.random(in: 0..<6, using: &random) {
    case 0 where !isPlain: text += (other.randomElement(using: &random) ?? "").utf8
    case 1 where !isPlain: text.append(.random(in: 0...255, using: &random))
    case 2: text += Array(repeating: 120, count: .random(in: 0...40, using: &random))
    default: text += (plain.randomElement(using: &random) ?? "").utf8
    }
  }
  return text
}

@Suite("fast paths give what the slow ones do")
struct FastPathTests {
  @Test("a turn is encoded as its events are one by one", arguments: 1...60 as ClosedRange<UInt64>)
  func encoding(seed: UInt64) {
    var random = Seeded(seed: seed)
    var events = Events()
    var all: [ChatEvent] = []
    for number in 1...80 as ClosedRange<UInt64> {
      var body = SafeText.repaired(text(&random))
      if number % 16 == 0 {
        body += Array(repeating: 65, count: .random(in: 900...16_000, using: &random))
      }
      let kinds: [ChatEvent.Kind] = [
        .text, .text, .text, .text, .action, .signed, .join, .leave(reason: .lost),
        .rename(to: "n\(number)"),
      ]
      let kind = kinds.randomElement(using: &random) ?? .text
      if case .rename = kind { body = [] }
      let nicks = ["ann", "bob", "山田", "x\u{301}", "guest-1", "averyveryveryverylongname"]
      let event = ChatEvent(
        kind: kind, number: number, wall: .random(in: 0...3, using: &random) * 333,
        author: ClientID(.random(in: 1...3, using: &random)),
        nick: nicks.randomElement(using: &random) ?? "", trust: .identified, body: body)
      events.append(event)
      all.append(event)
    }
    #expect(Array(events) == all)
    for kind in DoorKind.allCases {
      var (bytes, parts): ([UInt8], [EncodedPart]) = ([], [])
      kind.encode(events, room: 7, offset: 3600, into: &bytes, parts: &parts)
      var expected: [UInt8] = []
      var authors: [(ClientID, Int)] = []
      for event in all {
        let start = expected.count
        kind.encode(event, room: 7, offset: 3600, into: &expected)
        guard expected.count > start else { continue }
        if authors.last?.0 == event.author { authors.removeLast() }
        authors.append((event.author, expected.count))
      }
      #expect(bytes == expected, "\(kind)")
      #expect(parts.map(\.author) == authors.map(\.0))
      #expect(parts.map(\.end) == authors.map(\.1))
    }
  }

  @Test("a line that is a text is said as it is", arguments: 1...40 as ClosedRange<UInt64>)
  func lines(seed: UInt64) {
    var random = Seeded(seed: seed)
    var texts = 0
    for _ in 0..<200 {
      let line = text(&random)
      guard LineInput.isText(line, line.indices), SafeText.isText(line.span) else { continue }
      texts += 1
      let request = Request.say(id: 0, room: nil, form: 0, action: false, body: line)
      #expect(LineInput(line[...]) == .request(request))
    }
    #expect(texts > 20)
  }

  @Test("a frame says what its chat text says", arguments: 1...40 as ClosedRange<UInt64>)
  func frames(seed: UInt64) throws {
    var random = Seeded(seed: seed)
    var script = Script(.u32)
    script.receive(try frame(chat("ann", "hi"), .u32))
    for _ in 0..<200 {
      var payload = text(&random)
      if Bool.random(using: &random) { payload = "[2026-01-01T00:00:00] bob:\n\t".bytes + payload }
      let parsed = ChatText.parse(payload)
      var said = parsed.map { Array($0.text.utf8) } ?? SafeText.repaired(payload)
      while let last = said.last, last == 10 || last == 13 { said.removeLast() }
      let isBlank = said.allSatisfy { $0 == 32 || 9...13 ~= $0 }
      guard !payload.isEmpty, parsed?.isLeave != true else { continue }
      _ = script.take()
      script.receive(try frame(payload, .u32))
      let isSilent = isBlank || parsed?.isJoin == true
      #expect(script.requests == (isSilent ? [] : [.say(said.text)]), "\(payload.text)")
    }
  }

  @Test("texts that are lent are those that are given", arguments: 1...40 as ClosedRange<UInt64>)
  func lending(seed: UInt64) throws {
    var random = Seeded(seed: seed)
    for visit in try Visit.all() {
      var (given, lent) = (Script(visit.kind), Script(visit.kind))
      lent.lendsTexts = true
      given.answer = { _ in .words("done") }
      lent.answer = given.answer
      var rest = visit.bytes[...]
      while !rest.isEmpty {
        let size = Int.random(in: 1...rest.count, using: &random)
        given.receive(Array(rest.prefix(size)))
        lent.receive(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      given.finish()
      lent.finish()
      #expect(lent.requests == given.requests, "\(visit.name)")
      #expect(lent.closeReason == given.closeReason)
    }
  }

  @Test("what is not drained before more comes is still there", arguments: [0, 1, 2, 5])
  func undrained(taken: Int) {
    var door = Door(kind: .line, open: .all, at: .zero)
    var requests: [Request] = []
    func take(_ count: Int) {
      for _ in 0..<count {
        if case .request(let request)? = door.next() { requests.append(request) }
      }
    }
    door.receive("one\ntwo\n/who\nthree\n".bytes.span, at: .zero)
    take(taken)
    door.receive("four\n\u{1b}five\nsi".bytes.span, at: .zero)
    door.receive("x\n/rooms\nseven\n".bytes.span, at: .zero)
    take(20)
    let texts = ["one", "two"].map(Request.say)
    #expect(
      requests == [.enter()] + texts + [.who(id: 0, nil)]
        + ["three", "four", "\u{1b}five", "six"].map(Request.say) + [.rooms(id: 0), .say("seven")])
  }

  @Test(
    "a run of texts is applied as each alone would be", arguments: 1...40 as ClosedRange<UInt64>)
  func runs(seed: UInt64) throws {
    var random = Seeded(seed: seed)
    var one = Room(id: 1, name: "r", historyID: [])
    try one.apply(.join(ClientID(1), nick: "ann", trust: .unverified), at: 1)
    var many = one
    var bytes: [UInt8] = []
    var texts: [Said] = []
    for id in 0..<20 as Range<UInt64> {
      var body = text(&random)
      if id == 9 { body += Array(repeating: 65, count: Body.limit) }
      let forms: [SayForm] = [.text, .text, .action, .signed]
      let form = forms.randomElement(using: &random) ?? .text
      texts.append(Said(bytes.count..<(bytes.count + body.count), id: id, form: form))
      bytes += body
    }
    let author = ClientID(seed % 4 == 0 ? 2 : 1)
    var answers: [String] = []
    many.say(texts.span, in: bytes.span, by: author, at: 5) { id, answer in
      answers.append("\(id) \(answer)")
    }
    var expected: [String] = []
    for text in texts {
      let body = Array(bytes[text.start..<text.end])
      let answer = Result { () throws(RoomRefusal) in
        try one.apply(.say(author, form: text.form, body: body), at: 5)
      }
      if case .success = answer, text.id == 0 { continue }
      expected.append("\(text.id) \(answer)")
    }
    #expect(answers == expected)
    #expect(Array(many.commit()) == Array(one.commit()))
    #expect(many.history(last: 99) == one.history(last: 99))
  }
}
