/// The targets of a loop's descriptors, found by descriptor number and generation.
///
/// A token is the number in its low half and the number's generation in its high half: an event of a
/// descriptor that was closed never reaches the one that got the same number afterwards.
struct Slab: ~Copyable {
  private struct Slot {
    var generation: UInt32 = 0
    var target: (any ReadinessTarget)?
  }

  private var slots: UnsafeMutablePointer<Slot>
  private var capacity: Int

  init() {
    capacity = 64
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: Slot(), count: capacity)
  }

  deinit {
    slots.deinitialize(count: capacity)
    slots.deallocate()
  }

  mutating func insert(_ target: any ReadinessTarget, at number: Int) -> UInt64 {
    if number >= capacity { grow(to: number + 1) }
    slots[number].generation &+= 1
    slots[number].target = target
    return UInt64(slots[number].generation) << 32 | UInt64(number)
  }

  subscript(token: UInt64) -> (any ReadinessTarget)? {
    let number = Int(token & 0xffff_ffff)
    guard number < capacity, UInt64(slots[number].generation) == token >> 32 else { return nil }
    return slots[number].target
  }

  mutating func remove(_ token: UInt64) {
    let number = Int(token & 0xffff_ffff)
    guard number < capacity, UInt64(slots[number].generation) == token >> 32 else { return }
    slots[number].target = nil
  }

  /// Forgets all targets, and hands them to the caller to be let go.
  mutating func removeAll() -> [any ReadinessTarget] {
    var targets: [any ReadinessTarget] = []
    for number in 0..<capacity {
      guard let target = slots[number].target else { continue }
      targets.append(target)
      slots[number].target = nil
    }
    return targets
  }

  private mutating func grow(to needed: Int) {
    var size = capacity
    while size < needed { size *= 2 }
    let larger = UnsafeMutablePointer<Slot>.allocate(capacity: size)
    larger.moveInitialize(from: slots, count: capacity)
    (larger + capacity).initialize(repeating: Slot(), count: size - capacity)
    slots.deallocate()
    slots = larger
    capacity = size
  }
}
