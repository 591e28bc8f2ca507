import Sockets
import Testing

@testable import Chat

@Suite("a link whose peer does not read", .timeLimit(.minutes(1)))
struct SlowLinkTests {
  /// Much more than a socket pair takes.
  private static let much = 1 << 20

  @Test("is cut when more than a quarter of its limit has waited for too long")
  func softLimit() async throws {
    try await Linked.run(limit: 2 * Self.much) { linked in
      linked.flusher.slowPatience = 0
      for _ in 0..<16 {
        let block = Block.of(Array(repeating: 7, count: 65_536), from: linked.flusher.pool)
        linked.link.send(block, 0..<block.count)
      }
      try await linked.loop.sleep(for: .zero)
      #expect(linked.owner.overflows.isEmpty)
      await linked.owner.hasOverflowed.wait()
      #expect(linked.owner.overflows == [.maxSendq])
      // What was begun goes out whole.
      #expect(linked.link.queued <= 65_536)
    }
  }

  @Test("that has come back is not cut for what it missed, but for what comes beside that")
  func catchUp() async throws {
    try await Linked.run(limit: Self.much) { linked in
      linked.link.send(Array(repeating: 7, count: 3 * Self.much))
      linked.link.excuseQueued()
      try await linked.loop.sleep(for: .zero)
      for _ in 0..<4 { linked.link.send(Array(repeating: 8, count: 65_536)) }
      try await linked.loop.sleep(for: .zero)
      #expect(linked.owner.overflows.isEmpty)
      linked.link.send(Array(repeating: 8, count: Self.much))
      linked.link.send([9])
      try await linked.loop.sleep(for: .zero)
      #expect(linked.owner.overflows == [.maxSendq])
    }
  }

  @Test("has no more room than others once it has read what it missed")
  func caughtUp() async throws {
    try await Linked.run(limit: Self.much) { linked in
      linked.link.send(Array(repeating: 7, count: 3 * Self.much))
      linked.link.excuseQueued()
      _ = try await linked.peer.read(exactly: 3 * Self.much)
      for _ in 0..<3 { linked.link.send(Array(repeating: 8, count: Self.much)) }
      try await linked.loop.sleep(for: .zero)
      #expect(linked.owner.overflows == [.maxSendq])
    }
  }

  @Test("is not cut while less than that waits, nor when it has read in between")
  func patience() async throws {
    try await Linked.run(limit: 5 * Self.much) { linked in
      let block = Block.of(Array(repeating: 7, count: Self.much), from: linked.flusher.pool)
      linked.link.send(block, 0..<block.count)
      try await linked.loop.sleep(for: .zero)
      #expect(!linked.link.isStillSlow() && linked.link.queued > 0)
      linked.link.send(block, 0..<block.count)
      try await linked.loop.sleep(for: .zero)
      #expect(linked.link.isStillSlow())
      _ = try await linked.peer.read(exactly: 2 * Self.much)
      #expect(!linked.link.isStillSlow() && linked.flusher.queued == 0)
      #expect(linked.owner.overflows.isEmpty)
    }
  }

  @Test("of several goes the one for which the most waits, until the total is kept")
  func total() async throws {
    let total = QueueTotal(loops: 1, limit: 100)
    try await Linked.run(total: total) { linked in
      var shed: [Int] = []
      linked.flusher.shed = { shed.append($0) }
      let block = Block.of(Array(repeating: 7, count: Self.much), from: linked.flusher.pool)
      linked.link.send(block, 0..<block.count)
      try await linked.loop.sleep(for: .zero)
      linked.flusher.schedule()
      try await linked.loop.sleep(for: .zero)
      #expect(shed.last == linked.link.queued - 100)
      #expect(linked.flusher.queued == linked.link.queued)
      linked.link.drop()
      linked.flusher.schedule()
      try await linked.loop.sleep(for: .zero)
      #expect(total.excess(with: 1 << 30) == 0 && linked.flusher.queued == 0)
    }
  }

  @Test("a loop cuts only when it has its share of what waits for all")
  func share() {
    let total = QueueTotal(loops: 4, limit: 1000)
    total.add(1200)
    #expect(total.excess(with: 300) == 200)
    #expect(total.excess(with: 299) == 0)
    total.add(-200)
    #expect(total.excess(with: 1000) == 0)
    total.setLimit(900)
    #expect(total.excess(with: 1000) == 100)
  }

  @Test("keeps little more memory than what waits for it, whoever shares its blocks")
  func memory() async throws {
    try await Linked.run(limit: 1 << 30) { linked in
      let filling = [UInt8](repeating: 0, count: Self.much)
      linked.link.send(filling)
      try await linked.loop.sleep(for: .zero)
      let before = linked.link.queued
      var blocks: [Unowned] = []
      var expected: [UInt8] = []
      for number in 0..<400 {
        // A block for many, of which this link gets one line.
        let block = Block(capacity: 65_536, from: linked.flusher.pool)
        filling[..<60_000].withUnsafeBytes { block.append($0) }
        let line = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 100)
        line.withUnsafeBytes { block.append($0) }
        linked.link.send(block, 60_000..<60_100)
        expected += line
        blocks.append(Unowned(block: block))
        try await linked.loop.sleep(for: .zero)
      }
      #expect(linked.link.queued == before + expected.count)
      #expect(blocks.count { $0.block != nil } <= 32)
      let heard = try await linked.peer.read(exactly: Self.much + expected.count)
      #expect(heard.suffix(expected.count) == expected[...])
    }
  }

  private struct Unowned { weak var block: Block? }
}
