/// Actions that wait to be drained, which happens after every input.
struct ActionQueue: Sendable {
  private var actions: [MemberAction] = []
  private var first = 0

  mutating func append(_ action: MemberAction) { actions.append(action) }

  mutating func next() -> MemberAction? {
    guard first < actions.count else { return nil }
    defer { first += 1 }
    let action = actions[first]
    if first == actions.count - 1 {
      actions.removeAll(keepingCapacity: actions.capacity <= 64)
      first = -1
    }
    return action
  }
}
