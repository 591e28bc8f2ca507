/// A queue whose ends both cost the same however long it is.
struct Ring<Element: Sendable>: Sendable {
  private var slots: [Element?] = []
  private var head = 0
  private(set) var count = 0

  mutating func append(_ element: Element) {
    if count == slots.count { grow() }
    slots[(head + count) % slots.count] = element
    count += 1
  }

  mutating func popFirst() -> Element? {
    guard count > 0 else { return nil }
    let element = slots[head].take()
    head = (head + 1) % slots.count
    count -= 1
    return element
  }

  /// Takes out the first that fits, wherever it is; the others keep their order.
  mutating func remove(where condition: (Element) -> Bool) -> Element? {
    var removed: Element?
    for _ in 0..<count {
      guard let element = popFirst() else { break }
      if removed == nil && condition(element) { removed = element } else { append(element) }
    }
    return removed
  }

  private mutating func grow() {
    let ordered = (0..<count).map { slots[(head + $0) % slots.count] }
    slots = ordered + Array(repeating: nil, count: max(4, count))
    head = 0
  }
}
