import Chat
import Rooms
import Testing
import Wire

/// Row 108: a server that means ill by those who come back.
@Suite("A server that means ill")
struct HostileReturnTests {
  private func script(seed: UInt64) throws -> ReturnScript {
    var script = SessionScript(
      try NativeSession(nick: "ann", returning: ReturnPlan(seed: seed), at: .start))
    try script.letIn(head: 5)
    _ = script.takeShown()
    return script
  }

  @Test(
    "goodbyes in a loop, with any time to come back, are answered after 1 to 60 seconds",
    arguments: [0, 1, 5_000, UInt32.max], 0..<20 as Range<UInt64>)
  func byeLoop(retry: UInt32, seed: UInt64) throws {
    var script = try script(seed: seed)
    for _ in 0..<50 {
      let start = script.now.instant
      try script.receive(
        .bye(NativeBye(reason: ByeReason.closing.rawValue, retryAfterMilliseconds: retry)))
      let deadline = try #require(script.session.deadline)
      let pause = Duration.nanoseconds(Int64(deadline.nanoseconds - start.nanoseconds))
      #expect(.seconds(1)...(.seconds(60)) ~= pause)
      #expect(pause >= .milliseconds(Int64(min(retry, 60_000))))
      script.wait(pause)
      script.connected()
      try script.letIn(head: 5)
    }
    #expect(script.ending == nil && script.dials == 50)
    // Told once, because the reason is always the same one; and back once each time.
    let remarks = script.takeShown().count { if case .away = $0 { true } else { false } }
    #expect(remarks == 50)
  }

  @Test(
    "connections that fail for hours are told of once, and tried less and less", arguments: 0..<20)
  func gone(seed: UInt64) throws {
    var script = try script(seed: seed)
    script.finish()
    var pauses: [Duration] = []
    for _ in 0..<200 {
      let start = script.now.instant
      let deadline = try #require(script.session.deadline)
      pauses.append(.nanoseconds(Int64(deadline.nanoseconds - start.nanoseconds)))
      script.wait(pauses.last ?? .zero)
      script.finish()
    }
    #expect(pauses.allSatisfy { $0 <= .seconds(30) })
    #expect(pauses.suffix(100).allSatisfy { $0 >= .seconds(15) })
    #expect(script.takeShown().count == 1)
  }

  @Test("a number that is withheld, or comes late, is told as missing, and nothing is shown twice")
  func withheld() throws {
    var script = try script(seed: 1)
    try script.receive(
      .said("a", by: "bob", number: 6), .said("c", by: "bob", number: 8),
      .said("b", by: "bob", number: 7), .said("c", by: "bob", number: 8))
    let shown = script.takeShown()
    #expect(shown.compactMap(\.saying) == ["bob: a", "bob: c"])
    #expect(shown.contains(.missing(1, room: nil)))
  }

  @Test("a head beyond all numbers holds nothing up for longer than ten seconds")
  func hugeHead() throws {
    var script = try script(seed: 1)
    script.type("one")
    try script.loseAndReturn()
    script.type("two")
    try script.letIn(head: 1 << 63)
    _ = try script.takeSent()
    script.wait(NativeClient.answerLimit)
    #expect(try script.takeSent().map(\.words) == ["two"])
    #expect(script.takeShown().contains(.doubtful("one")))
    try script.receive(.said("x", by: "bob", number: .max))
    #expect(script.session.unsaidCount == 1)
  }

  @Test("a history without end ends the session")
  func endlessHistory() throws {
    var script = try script(seed: 1)
    try script.loseAndReturn()
    try script.letIn(head: 1 << 40)
    try script.receive(.history(NativeHistory(room: 7, count: .max, missed: 0)))
    guard case .native(.misbehaved)? = script.ending else {
      Issue.record("\(String(describing: script.ending))")
      return
    }
  }

  @Test("whatever comes in whatever order, it ends in no trap and keeps little", arguments: 0..<200)
  func anything(seed: UInt64) throws {
    var random = Seeded(seed: seed)
    var script = try script(seed: seed)
    for _ in 0..<300 where script.ending == nil {
      let numbers: [UInt64] = [0, 1, 6, 7, 1 << 63, .max]
      let number = numbers.randomElement(using: &random) ?? 0
      let frames: [NativeFrame] = [
        .said("x", by: "ann", number: number),
        .history(NativeHistory(room: 7, count: UInt32(number & 7), missed: number)),
        .accepted(id: number & 3, number: number), .ping,
        .bye(NativeBye(reason: 1, retryAfterMilliseconds: .max)),
      ]
      switch Int.random(in: 0..<5, using: &random) {
      case 0:
        script.type(["x", "/join tea", "/leave", "/me x"].randomElement(using: &random) ?? "x")
      case 1:
        script.wait(.seconds(70))
        script.connected()
      case 2: try script.letIn(head: number)
      case 3: script.finish()
      default: if let frame = frames.randomElement(using: &random) { try script.receive(frame) }
      }
    }
    script.leave()
    for _ in 0..<4 { script.wait(.seconds(60)) }
    #expect(script.ending != nil)
  }
}
