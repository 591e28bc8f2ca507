import Synchronization

/// What waits for the clients of all loops together.
final class QueueTotal: Sendable {
  private let loops: Int
  private let bytes = Atomic(0)
  private let limit: Atomic<Int>

  init(loops: Int, limit: Int) {
    self.loops = loops
    self.limit = Atomic(limit)
  }

  func setLimit(_ limit: Int) { self.limit.store(limit, ordering: .relaxed) }

  /// Counts what more, or less, waits on one loop.
  func add(_ difference: Int) { bytes.wrappingAdd(difference, ordering: .relaxed) }

  /// How many bytes a loop that has `own` of them has to get rid of.
  ///
  /// That is for those loops to do that have their share at least: there is always one, and those for
  /// whom the most waits are there.
  func excess(with own: Int) -> Int {
    let all = bytes.load(ordering: .relaxed)
    let excess = all - limit.load(ordering: .relaxed)
    return excess > 0 && own >= all / loops ? excess : 0
  }
}
