/// A pure heap of deadlines: it knows no clock.
///
/// Insertion, cancellation and taking the earliest cost O(log n); a cancelled timer leaves nothing.
package struct Timers<Payload> {
  /// One inserted timer.
  ///
  /// An identifier is never valid for two timers.
  package struct ID: Hashable, Sendable {
    fileprivate let slot: UInt32
    fileprivate let generation: UInt32
  }

  private struct Slot {
    var generation: UInt32
    var place: Int  // in `heap`; -1 when free
    var payload: Payload?
  }

  private var heap: [(deadline: Nanoseconds, slot: UInt32)] = []
  private var slots: [Slot] = []
  private var free: [UInt32] = []

  package init() {}

  /// The earliest deadline, if there is any timer.
  package var earliest: Nanoseconds? { heap.first?.deadline }

  package var count: Int { heap.count }

  /// Adds a timer.
  package mutating func insert(_ payload: Payload, at deadline: Nanoseconds) -> ID {
    let slot: UInt32
    if let recycled = free.popLast() {
      slot = recycled
    } else {
      slot = UInt32(slots.count)
      slots.append(Slot(generation: 0, place: -1, payload: nil))
    }
    slots[Int(slot)].payload = payload
    slots[Int(slot)].place = heap.count
    heap.append((deadline, slot))
    siftUp(heap.count - 1)
    return ID(slot: slot, generation: slots[Int(slot)].generation)
  }

  /// Removes a timer; one that expired or was cancelled already is ignored.
  package mutating func cancel(_ id: ID) {
    guard Int(id.slot) < slots.count else { return }
    let slot = slots[Int(id.slot)]
    guard slot.generation == id.generation, slot.place >= 0 else { return }
    _ = remove(at: slot.place)
  }

  /// Takes the earliest timer whose deadline is not after `now`.
  package mutating func next(at now: Nanoseconds) -> Payload? {
    guard let first = heap.first, first.deadline <= now else { return nil }
    return remove(at: 0)
  }

  private mutating func remove(at place: Int) -> Payload? {
    let slot = Int(heap[place].slot)
    let payload = slots[slot].payload
    slots[slot].payload = nil
    slots[slot].place = -1
    slots[slot].generation &+= 1
    free.append(UInt32(slot))
    let last = heap.removeLast()
    if place < heap.count {
      heap[place] = last
      slots[Int(last.slot)].place = place
      siftUp(place)
      siftDown(place)
    }
    return payload
  }

  private mutating func siftUp(_ start: Int) {
    var place = start
    while place > 0 {
      let parent = (place - 1) / 2
      guard heap[place].deadline < heap[parent].deadline else { return }
      swapPlaces(place, parent)
      place = parent
    }
  }

  private mutating func siftDown(_ start: Int) {
    var place = start
    while true {
      var least = place
      for child in (2 * place + 1)...(2 * place + 2)
      where child < heap.count && heap[child].deadline < heap[least].deadline {
        least = child
      }
      guard least != place else { return }
      swapPlaces(place, least)
      place = least
    }
  }

  private mutating func swapPlaces(_ one: Int, _ other: Int) {
    heap.swapAt(one, other)
    slots[Int(heap[one].slot)].place = one
    slots[Int(heap[other].slot)].place = other
  }
}
