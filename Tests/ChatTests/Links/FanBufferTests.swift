import Glibc
import Rooms
import Testing

@testable import Chat

@Suite("what a turn has for all")
struct FanBufferTests {
  @Test("each gets exactly the bytes of those who are not left out", arguments: 0..<50)
  func runs(seed: UInt64) {
    var random = Seeded(seed: seed)
    var buffer = FanBuffer()
    for _ in 0..<3 {
      buffer.removeAll()
      var pieces: [(author: ClientID, bytes: [UInt8])] = []
      for _ in 0..<Int.random(in: 0...60, using: &random) {
        let author = ClientID(.random(in: 1...30, using: &random))
        // A door may show nothing of an event.
        let count = Int.random(in: 0...3, using: &random)
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        pieces.append((author, bytes))
        buffer.bytes += bytes
        buffer.mark(author)
      }
      var authors: [ClientID] = []
      buffer.forEachAuthor { authors.append($0) }
      // Each once.
      #expect(authors.count == Set(authors).count)
      #expect(Set(authors) == Set(pieces.filter { !$0.bytes.isEmpty }.map(\.author)))
      for number in UInt64(1)...31 {
        let client = ClientID(number)
        let ignored = ClientID(.random(in: 1...30, using: &random))
        var runs: [Range<Int>] = []
        let count = buffer.forEachRun(leavingOut: { $0 == client || $0 == ignored }) {
          runs.append($0)
        }
        let expected = pieces.filter { $0.author != client && $0.author != ignored }
        #expect(count == expected.count { !$0.bytes.isEmpty })
        let heard = runs.flatMap { buffer.bytes[$0] }
        #expect(heard == expected.flatMap(\.bytes))
        // The longest runs: none is empty, and none touches the next.
        let areApart = zip(runs, runs.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }
        let areFull = runs.allSatisfy { !$0.isEmpty }
        #expect(areFull && areApart)
      }
    }
  }
}

@Suite("blocks")
struct BlockTests {
  @Test("hold what they were given, whatever sizes come and go")
  func pool() {
    var random = Seeded(seed: 1)
    let pool = BlockPool()
    var blocks: [(block: Block, bytes: [UInt8])] = []
    for _ in 0..<300 {
      if blocks.count > 20 || (!blocks.isEmpty && Bool.random(using: &random)) {
        let (block, bytes) = blocks.remove(at: .random(in: blocks.indices, using: &random))
        let isSame = bytes.withUnsafeBytes { block.isEqual(to: $0) }
        #expect(isSame)
        continue
      }
      // Around the borders of the sizes that are kept, and beyond them.
      let size = 1 << Int.random(in: 0...20, using: &random)
      let count = max(0, size + Int.random(in: -1...1, using: &random))
      let byte = UInt8.random(in: 0...255, using: &random)
      var bytes = Array(repeating: byte, count: count)
      let block = Block.of(bytes, from: pool)
      #expect(block.count == count && block.free >= 0)
      if block.free > 0 {
        [byte].withUnsafeBytes { block.append($0) }
        bytes.append(byte)
      }
      blocks.append((block, bytes))
    }
  }
}

extension Block {
  fileprivate func isEqual(to bytes: UnsafeRawBufferPointer) -> Bool {
    guard let other = bytes.baseAddress else { return count == 0 }
    return count == bytes.count && memcmp(start, other, count) == 0
  }
}

/// A small random source that gives the same numbers for the same seed.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  // SplitMix64's public constants.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
