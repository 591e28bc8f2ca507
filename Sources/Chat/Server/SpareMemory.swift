internal import CLinux
import Sockets

/// Gives memory back to the system after a peak.
///
/// The allocator keeps what it was given back in pieces: after ten thousand clients have come in, each
/// told of all the others, that is many times what they take from then on. Looks only while clients come
/// or go, or memory still changes: a quiet server sleeps.
final class SpareMemory: TimerTarget {
  private let loop: EventLoop
  private let pool: BlockPool
  private var isWatching = false
  /// What was resident at the last look.
  private var last = 0

  private static let pause: Duration = .seconds(10)
  /// The least that is worth the look through all that is free; of much memory, a part.
  private static let worth = 1 << 20
  private static let worthPart = 8
  /// With changes below this the peak is over.
  private static let quiet = 1 << 20

  init(_ loop: EventLoop, _ pool: BlockPool) { (self.loop, self.pool) = (loop, pool) }

  /// Looks after a while.
  func watch() {
    guard !isWatching else { return }
    isWatching = true
    _ = loop.schedule(self, at: loop.deadline(.after(SpareMemory.pause)))
  }

  func expired() {
    isWatching = false
    pool.trim()
    let resident = parley_resident_memory()
    let spare = resident - parley_allocated_memory()
    if spare > max(SpareMemory.worth, resident / SpareMemory.worthPart) { parley_trim_memory() }
    // What is in the pool now and is not needed until then goes the next time.
    if abs(resident - last) > SpareMemory.quiet || pool.kept > 0 { watch() }
    last = resident
  }
}
