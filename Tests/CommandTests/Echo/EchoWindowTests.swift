import Testing

@testable import parley

@Suite("What is under way")
struct EchoWindowTests {
  private static let capacity = 10_000

  @Test(
    "whatever comes back right, in whatever pieces, is right", arguments: [1, 7, 409, 6_553])
  func pieces(size: Int) {
    var window = EchoWindow(capacity: Self.capacity)
    var generator = SeededGenerator(seed: UInt64(size))
    let total = Self.capacity * 4 + 11
    var sent = 0
    while window.verified < total {
      let count = min(window.room, total - sent, size * Int.random(in: 1...9, using: &generator))
      window.append(bytes(sent..<sent + count)[...])
      sent += count
      let back = min(window.count, size * Int.random(in: 1...9, using: &generator))
      let start = window.verified
      let right = window.receive(bytes(start..<start + back)[...])
      guard right == back else {
        Issue.record("wrong at \(start + right)")
        return
      }
    }
    #expect(window.count == 0)
    #expect(window.verified == total)
  }

  @Test(
    "the first wrong byte is found where it is, also across the end of the ring",
    arguments: [0, 1, 99, 100, 101, 199])
  func wrong(place: Int) {
    var window = EchoWindow(capacity: Self.capacity)
    let start = Self.capacity - 100
    window.append(bytes(0..<start)[...])
    // One byte stays, or the ring would begin anew.
    #expect(window.receive(bytes(0..<start - 1)[...]) == start - 1)
    window.append(bytes(start..<start + 200)[...])
    var back = bytes(start - 1..<start + 200)
    back[place] ^= 1
    #expect(window.receive(back[...]) == place)
    #expect(window.verified == start - 1 + place)
    #expect(
      window.expected(atMost: 3) == bytes(window.verified..<min(start + 200, window.verified + 3)))
  }

  @Test("what nothing was sent for is not right")
  func tooMuch() {
    var window = EchoWindow(capacity: Self.capacity)
    #expect(window.receive([1]) == 0)
    window.append([1, 2])
    #expect(window.receive([1, 2, 3]) == 2)
    #expect(window.expected(atMost: 9).isEmpty)
    #expect(window.room == Self.capacity)
  }

  /// Bytes that tell where they belong.
  private func bytes(_ places: Range<Int>) -> [UInt8] {
    places.map { UInt8(truncatingIfNeeded: ($0 &* 0x9E37_79B1) >> 16) }
  }
}
