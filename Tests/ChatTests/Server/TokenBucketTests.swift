import Testing

@testable import Chat

@Suite("a token bucket")
struct TokenBucketTests {
  private static let second: UInt64 = 1_000_000_000

  @Test("gives the burst at once, and then as many a second as the rate says")
  func rate() {
    let rate = Rate(5, perSeconds: 1, burst: 10)
    var bucket = TokenBucket()
    func take(_ wanted: Int, _ now: UInt64) -> Int { bucket.take(wanted, of: rate, at: now) }
    let start = 1000 * Self.second
    #expect(take(100, start) == 10)
    #expect(take(1, start) == 0)
    #expect(bucket.next(of: rate, at: start) == start + Self.second / 5)
    #expect(take(100, start + Self.second / 5 - 1) == 0)
    #expect(take(100, start + Self.second / 5) == 1)
    #expect(take(100, start + Self.second) == 4)
    #expect(take(100, start + 1000 * Self.second) == 10)
  }

  @Test("over any walk through time gives no more than burst and rate together", arguments: 1...8)
  func bound(seed: UInt64) {
    var random = Seeded(seed: seed)
    let rate = Rate(
      .random(in: 1...1000, using: &random), perSeconds: .random(in: 1...600, using: &random),
      burst: .random(in: 1...50, using: &random))
    var bucket = TokenBucket()
    let start = UInt64.random(in: 0...(1 << 60), using: &random)
    var now = start
    var given = 0
    for _ in 0..<2000 {
      now += .random(in: 0...UInt64(rate.interval * 3), using: &random)
      // A clock of another loop may be behind a little.
      let read = now - min(now, .random(in: 0...1000, using: &random))
      given += bucket.take(.random(in: 0...20, using: &random), of: rate, at: read)
      #expect(given <= rate.burst + Int((now - start) / UInt64(rate.interval)) + 1)
      #expect(bucket.next(of: rate, at: now) <= now + UInt64(rate.interval) + 1000)
    }
    #expect(bucket.isFull(at: now + UInt64(rate.burst + 1) * UInt64(rate.interval)))
  }

  @Test("without a limit gives all that is wanted")
  func unlimited() {
    var bucket = TokenBucket()
    let taken = bucket.take(1_000_000, of: .unlimited, at: 0)
    #expect(taken == 1_000_000)
    #expect(bucket.count(of: .unlimited, at: 0) == .max)
    #expect(bucket.next(of: .unlimited, at: 7) == 7)
  }

  @Test("does not mind the ends of the clock")
  func ends() {
    let rate = Rate(1, perSeconds: 3600, burst: 1_000_000)
    var bucket = TokenBucket()
    let taken = [(Int.max, 0), (1, 0), (-5, UInt64.max)].map {
      bucket.take($0.0, of: rate, at: $0.1)
    }
    #expect(taken == [1_000_000, 0, 0])
  }
}
