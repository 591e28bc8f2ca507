internal import CLinux
import Sockets

/// Gives memory back to the system after a peak.
///
/// The allocator keeps what it was given back in pieces: after ten thousand clients have come in, each
/// told of all the others, that is many times what they take from then on. Looks only while clients come
/// or go, or memory still changes: a quiet server sleeps.
final class SpareMemory: TimerTarget {
  private let loop: EventLoop
  private var isWatching = false
  /// What was resident at the last look.
  private var last = 0

  private static let pause: Duration = .seconds(10)
  /// The least that is worth the look through all that is free.
  private static let worth = 8 << 20
  /// With changes below this the peak is over.
  private static let quiet = 1 << 20

  init(_ loop: EventLoop) { self.loop = loop }

  /// Looks after a while.
  func watch() {
    guard !isWatching else { return }
    isWatching = true
    _ = loop.schedule(self, at: loop.deadline(.after(SpareMemory.pause)))
  }

  func expired() {
    isWatching = false
    let resident = parley_resident_memory()
    if resident - parley_allocated_memory() > SpareMemory.worth { parley_trim_memory() }
    if abs(resident - last) > SpareMemory.quiet { watch() }
    last = resident
  }
}
