import Testing

@testable import Chat

@Suite("memory of blocks")
struct BlockPoolTests {
  /// Takes so many blocks at once and gives all of them back.
  private func use(_ count: Int, of pool: BlockPool) {
    let blocks = (0..<count).map { _ in Block(capacity: 4096, from: pool) }
    withExtendedLifetime(blocks) {}
  }

  @Test("what a peak took is freed when it was not needed from one look to the next")
  func peakIsFreed() {
    let pool = BlockPool()
    use(20, of: pool)
    #expect(pool.kept == 20 * 4096)
    pool.trim()
    // All were in use since the pool was made.
    #expect(pool.kept == 20 * 4096)
    use(3, of: pool)
    use(2, of: pool)
    pool.trim()
    #expect(pool.kept == 3 * 4096)
    use(3, of: pool)
    pool.trim()
    #expect(pool.kept == 3 * 4096)
    pool.trim()
    #expect(pool.kept == 0)
    use(1, of: pool)
    #expect(pool.kept == 4096)
  }

  @Test("a pool keeps at most 1 MiB")
  func bound() {
    let pool = BlockPool()
    use(1000, of: pool)
    #expect(pool.kept == 1 << 20)
  }
}
