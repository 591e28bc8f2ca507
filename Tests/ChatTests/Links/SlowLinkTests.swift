import Rooms
import Sockets
import Testing

@testable import Chat

@Suite("a link whose peer does not read", .timeLimit(.minutes(5)))
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

  /// So many messages of 16,000 bytes.
  private func missed(_ count: Int) -> (catchUp: CatchUp, bytes: [UInt8]) {
    var journal = Journal(historyID: Array(repeating: 7, count: 16))
    for number in 0..<count {
      let body = Array(repeating: UInt8(ascii: "a") + UInt8(number % 26), count: 16_000)
      journal.append(
        ChatEvent(
          kind: .text, wall: 0, author: ClientID(1), nick: "ann", body: body))
    }
    let pages = journal.events(after: 0).pages
    var bytes: [UInt8] = []
    for event in pages.events {
      DoorKind.native.encode(event, room: 1, offset: 0, into: &bytes)
    }
    return (CatchUp(pages, in: 1), bytes)
  }

  @Test("that has come back counts with all that it missed, and is cut when it does not take it")
  func catchUp() async throws {
    try await Linked.run(limit: Self.much) { linked in
      linked.flusher.slowPatience = 0
      linked.link.send(missed(100).catchUp)
      try await linked.loop.sleep(for: .zero)
      // Were it not counted, what many hold of it would not be in the total.
      #expect(1_000_000...1_700_000 ~= linked.link.queued)
      #expect(linked.flusher.queued == linked.link.queued)
      #expect(linked.owner.overflows.isEmpty)
      await linked.owner.hasOverflowed.wait()
      #expect(linked.owner.overflows == [.maxSendq])
      #expect(linked.link.queued <= 65_536 && linked.flusher.queued == linked.link.queued)
      let read = try await linked.peer.readToEnd(atMost: Self.much)
      // Only whole messages, so that a goodbye can be read behind them.
      #expect(!read.isEmpty && read.count % (missed(1).bytes.count) == 0)
    }
  }

  @Test(
    "gets what it missed behind what it was told before, and what is said meanwhile behind that")
  func order() async throws {
    try await Linked.run(limit: Self.much) { linked in
      let (catchUp, bytes) = missed(90)
      linked.link.send([1, 2, 3])
      linked.link.send(catchUp)
      linked.link.send(Array(repeating: 8, count: 70_000))
      try await linked.loop.sleep(for: .zero)
      linked.link.send([9])
      let expected = [1, 2, 3] + bytes + Array(repeating: 8, count: 70_000) + [9]
      let heard = try await linked.peer.read(exactly: expected.count)
      #expect(heard == expected)
      #expect(linked.link.queued == 0 && linked.flusher.queued == 0)
      #expect(linked.flusher.bytesOut == UInt64(expected.count))
      #expect(linked.owner.overflows.isEmpty)
    }
  }

  @Test(
    "while it takes what it missed, half as much may wait beside that, and then as much as ever")
  func beside() async throws {
    try await Linked.run(limit: Self.much) { linked in
      let (catchUp, bytes) = missed(90)
      linked.link.send(catchUp)
      linked.link.send(Array(repeating: 8, count: Self.much / 2))
      try await linked.loop.sleep(for: .zero)
      #expect(linked.owner.overflows.isEmpty)
      _ = try await linked.peer.read(exactly: bytes.count + Self.much / 2)
      linked.link.send(Array(repeating: 8, count: Self.much))
      try await linked.loop.sleep(for: .zero)
      #expect(linked.owner.overflows.isEmpty)
      _ = try await linked.peer.read(exactly: Self.much)
      linked.link.send(missed(90).catchUp)
      linked.link.send(Array(repeating: 8, count: Self.much / 2 + 1))
      try await linked.loop.sleep(for: .zero)
      #expect(linked.owner.overflows == [.maxSendq])
    }
  }

  @Test("leaves nothing counted when it goes in the middle of what it missed")
  func gone() async throws {
    try await Linked.run(limit: Self.much) { linked in
      linked.link.send(missed(100).catchUp)
      try await linked.loop.sleep(for: .zero)
      linked.link.drop()
      #expect(linked.flusher.queued == 0 && linked.link.queued == 0)
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
