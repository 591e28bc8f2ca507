import Testing

@testable import Chat

/// The obvious model: every number that ever came.
private struct Model {
  var seen: Set<Int> = []
  var duplicated = 0
  var reordered = 0

  mutating func note(_ number: Int) {
    guard !seen.contains(number) else { return duplicated += 1 }
    if number < seen.max() ?? 0 { reordered += 1 }
    seen.insert(number)
  }
}

@Suite("Stream tally")
struct StreamTallyTests {
  @Test("counts as a set of all numbers would", arguments: 1...40)
  func model(seed: UInt64) {
    var random = Seeded(seed: seed)
    var tally = StreamTally()
    var model = Model()
    // Losses, copies and detours of any length that is remembered.
    let reach = [3, 70, 1_000, StreamTally.memory][Int(seed % 4)]
    var next = Int.random(in: 0...200, using: &random)
    for _ in 0..<400 {
      let number: Int
      switch Int.random(in: 0..<10, using: &random) {
      case 0: number = max(0, next - Int.random(in: 0...reach, using: &random))
      case 1:
        next += Int.random(in: 1...300, using: &random)
        number = next
      default:
        next += 1
        number = next
      }
      guard number >= (tally.highest ?? 0) - StreamTally.memory else { continue }
      tally.note(number)
      model.note(number)
      #expect(tally.received == model.seen.count)
      #expect(tally.duplicated == model.duplicated)
      #expect(tally.reordered == model.reordered)
      #expect(tally.received + tally.lost == (tally.highest ?? -1) + 1)
    }
    #expect(tally.stale == 0)
    #expect(tally.highest == model.seen.max())
  }

  @Test("adds up whatever comes", arguments: 1...40)
  func addsUp(seed: UInt64) {
    var random = Seeded(seed: seed)
    var tally = StreamTally()
    for count in 1...300 {
      let digits = Int.random(in: 1...18, using: &random)
      let limit = (0..<digits).reduce(1) { power, _ in power * 10 }
      tally.note(Int.random(in: 0..<limit, using: &random))
      #expect(tally.received + tally.lost == (tally.highest ?? -1) + 1)
      #expect(tally.total == count)
      #expect(tally.reordered < max(tally.received, 1))
      #expect(tally.lost >= 0)
    }
  }

  @Test("what comes later than it remembers is stale, and stays lost")
  func stale() {
    var tally = StreamTally()
    let far = StreamTally.memory + 64
    tally.note(far)
    tally.note(64)
    #expect(tally.stale == 0)
    #expect(tally.reordered == 1)
    tally.note(far + 64)
    tally.note(64)
    tally.note(65)
    #expect(tally.stale == 2)
    #expect(tally.received == 3)
    #expect(tally.lost == far + 64 + 1 - 3)
  }

  @Test("an empty tally has lost nothing")
  func empty() {
    #expect(StreamTally().lost == 0)
    #expect(StreamTally().highest == nil)
  }
}
