/// A part of a block that a client has still to get.
struct BlockSlice {
  let block: Block
  /// Inside the block; kept here, so that nobody has to look there.
  private(set) var start: UnsafeMutableRawPointer
  private(set) var count: Int
  /// Whether nobody else reads the block, so that more can be put behind what it holds.
  private let isPrivate: Bool

  /// A part of what others read too.
  init(_ block: Block, _ range: Range<Int>) {
    self.block = block
    start = block.start + range.lowerBound
    count = range.count
    isPrivate = false
  }

  /// All of a block that is for one client alone.
  init(private block: Block) {
    self.block = block
    start = block.start
    count = block.count
    isPrivate = true
  }

  /// Takes in what lies right behind it in its block; false when that is not the case.
  mutating func extend(_ other: Block, _ range: Range<Int>) -> Bool {
    guard other === block, !isPrivate, other.start + range.lowerBound == start + count
    else { return false }
    count += range.count
    return true
  }

  /// Takes in a copy, if the block has room and is private.
  mutating func extend(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard isPrivate, start + count == block.start + block.count, block.free >= bytes.count
    else { return false }
    block.append(bytes)
    count += bytes.count
    return true
  }

  mutating func removeFirst(_ sent: Int) {
    start += sent
    count -= sent
  }

  /// Forgets what lies behind the first `limit` bytes.
  mutating func truncate(_ limit: Int) { count = min(count, limit) }
}
