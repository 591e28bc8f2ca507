/// Bytes that were encoded once and are read by many: the currency of the fan-out.
///
/// Lives on one loop. Its memory comes from the loop's ``BlockPool`` and goes back there.
final class Block {
  let start: UnsafeMutableRawPointer
  let capacity: Int
  private(set) var count = 0
  private let pool: BlockPool

  /// An empty block with room for `capacity` bytes at least.
  init(capacity: Int, from pool: BlockPool) {
    (start, self.capacity) = pool.take(capacity)
    self.pool = pool
  }

  convenience init(_ bytes: UnsafeRawBufferPointer, from pool: BlockPool) {
    self.init(capacity: bytes.count, from: pool)
    append(bytes)
  }

  deinit { pool.giveBack(start, capacity) }

  var free: Int { capacity - count }

  /// Forgets what it holds; nobody reads it any more.
  func removeAll() { count = 0 }

  /// Appends to a block that has room; who reads it does not look behind its own slice.
  func append(_ bytes: UnsafeRawBufferPointer) {
    precondition(bytes.count <= free, "the caller has checked the room")
    if let from = bytes.baseAddress {
      (start + count).copyMemory(from: from, byteCount: bytes.count)
    }
    count += bytes.count
  }
}

/// The memory of a loop's blocks, kept for the next ones.
final class BlockPool {
  private static let smallest = 9  // 512 bytes
  private static let largest = 20  // 1 MiB; larger ones are not kept
  private static let keptBytes = 1 << 20
  private var lists: [[UnsafeMutableRawPointer]] = Array(repeating: [], count: largest + 1)
  /// How few of each size were there since the last ``trim()``.
  private var fewest = Array(repeating: 0, count: largest + 1)
  private(set) var kept = 0

  deinit { for list in lists { for memory in list { memory.deallocate() } } }

  fileprivate func take(_ count: Int) -> (UnsafeMutableRawPointer, Int) {
    let size = max(BlockPool.smallest, Int.bitWidth - max(0, count - 1).leadingZeroBitCount)
    guard size <= BlockPool.largest else {
      return (.allocate(byteCount: count, alignment: 16), count)
    }
    if let memory = lists[size].popLast() {
      kept -= 1 << size
      fewest[size] = min(fewest[size], lists[size].count)
      return (memory, 1 << size)
    }
    return (.allocate(byteCount: 1 << size, alignment: 16), 1 << size)
  }

  fileprivate func giveBack(_ memory: UnsafeMutableRawPointer, _ capacity: Int) {
    let size = capacity.trailingZeroBitCount
    guard size <= BlockPool.largest, capacity == 1 << size, kept + capacity <= BlockPool.keptBytes
    else { return memory.deallocate() }
    kept += capacity
    lists[size].append(memory)
  }

  /// Frees what nobody has needed since the last time: it was for a peak.
  func trim() {
    for size in lists.indices {
      for memory in lists[size].suffix(fewest[size]) { memory.deallocate() }
      lists[size].removeLast(fewest[size])
      kept -= fewest[size] << size
      fewest[size] = lists[size].count
    }
  }
}
