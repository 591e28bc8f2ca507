import Rooms

extension ServerCounts {
  /// Everything by name, in one order: for the operator, and for the log.
  ///
  /// With zeros every limit is there; without them, only what has happened.
  package func rows(withZeros: Bool) -> [(name: String, value: UInt64)] {
    var rows: [(name: String, value: UInt64)] = [
      ("clients", UInt64(clamping: clients)), ("waiting", UInt64(clamping: waiting)),
      ("rooms", UInt64(clamping: self.rooms)), ("connections", connections),
      ("messages", messages), ("deliveries", deliveries), ("bytes-in", bytesIn),
      ("bytes-out", bytesOut), ("queued", UInt64(clamping: queued)),
      ("largest-queue", UInt64(clamping: largestQueue)),
    ]
    for kind in DoorKind.allCases where withZeros || doors[kind] != nil {
      rows.append(("door-\(kind)", UInt64(clamping: doors[kind] ?? 0)))
    }
    for limit in LimitName.allCases where withZeros || hits[limit] != nil {
      rows.append(("hit-\(limit.rawValue)", hits[limit] ?? 0))
    }
    for (name, count) in closes.sorted(by: { $0.key < $1.key }) {
      rows.append(("closed-\(name)", count))
    }
    for (name, count) in refusals.sorted(by: { $0.key < $1.key }) {
      rows.append(("refused-\(name)", count))
    }
    return rows
  }
}
