import Rooms
import Testing
import Wire

/// Numbers that come out of order, or not at all.
extension ResumeTests {
  @Test("what may be ours is asked for again when its answer is lost, and only that is shown")
  func mayBeOurs() throws {
    var lost = try ClientScript.entered()
    let first = try lost.client.say("x")
    _ = try lost.client.say("y")
    try lost.receive(
      .event(ClientScript.event(42)), .accepted(id: first, number: 43),
      .event(ClientScript.event(44)))
    #expect(lastNumber(lost) == 40)
    var script = try back(lost, head: 44)
    _ = script.takeActions()
    let history = NativeHistory(room: 9, count: 4, missed: 0)
    try script.receive(.history(history))
    for number in 41...44 as ClosedRange<UInt64> {
      try script.receive(.event(ClientScript.event(number, in: 9)))
    }
    #expect(
      script.takeActions() == [
        .history(history), .event(ClientScript.event(41, in: 9), isHistory: true),
        .caughtUp(room: 9, isWhole: true),
      ])
    #expect(lastNumber(script) == 44)
  }

  @Test("only so much is kept to know it again: then all of it counts as seen")
  func bounded() throws {
    var script = try ClientScript.entered()
    let id = try script.client.say("x")
    var number: UInt64 = 41
    repeat {
      number += 1
      try script.receive(.event(ClientScript.event(number)))
    } while lastNumber(script) == 40 && number < 10_000
    #expect((1_000..<10_000).contains(number) && lastNumber(script) == number)
    // That one is missing is told all the same.
    try script.receive(.refused(id: id, code: RefusalCode.flood.rawValue, text: ""))
    #expect(script.actions.last == .gap(room: 7, count: 1))
  }

  @Test("a number of one's own that others have passed is counted once")
  func passed() throws {
    var script = try ClientScript.entered()
    let (first, second) = (try script.client.say("x"), try script.client.say("y"))
    try script.receive(
      .accepted(id: first, number: 43), .event(ClientScript.event(45)),
      .event(ClientScript.event(48)),
      .refused(id: second, code: RefusalCode.flood.rawValue, text: ""))
    // 41, 42, 44, 46 and 47.
    #expect(script.actions.last == .gap(room: 7, count: 5))
    #expect(lastNumber(script) == 48)
  }

  @Test("of one's own numbers above a gap only so many are kept: the others count as missing")
  func manyOwn() throws {
    var script = try ClientScript.entered()
    for number in 42..<142 as Range<UInt64> {
      try script.receive(.accepted(id: try script.client.say("x"), number: number))
    }
    try script.receive(.event(ClientScript.event(142)))
    let missing = UInt64(101 - NativeClient.window)
    #expect(script.actions.contains(.gap(room: 7, count: missing)))
    #expect(lastNumber(script) == 142)
  }

  @Test("a server that says more is missing than there is hides nothing of what comes")
  func missedTooMany() throws {
    var script = try back(try ClientScript.entered(), head: 45)
    try script.receive(.history(NativeHistory(room: 9, count: 0, missed: 1_000)))
    #expect(lastNumber(script) == 45)
    let next = ClientScript.event(46, in: 9)
    try script.receive(.event(next))
    #expect(script.actions.last == .event(next, isHistory: false))
  }
}
