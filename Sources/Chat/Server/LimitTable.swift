import Rooms

/// One limit as people meet it: on the command line, in a file, on the control socket, in the manual.
package struct LimitRow: Sendable {
  /// Where the limit lies, and what may be written there besides 0, which is no limit.
  enum Field: Sendable {
    case count(any WritableKeyPath<Limits, Int> & Sendable, ClosedRange<Int>)
    /// As a count; `k` and `m` are understood.
    case bytes(any WritableKeyPath<Limits, Int> & Sendable, ClosedRange<Int>)
    /// Bytes that have a bound of their own, which 0 means: they can only be lowered.
    case size(any WritableKeyPath<Limits, Int> & Sendable, ClosedRange<Int>)
    case time(any WritableKeyPath<Limits, Duration?> & Sendable)
    /// So many in a period, and so many at once.
    case rate(any WritableKeyPath<Limits, Rate> & Sendable, per: Int)
  }

  package let name: LimitName
  /// What is limited, without the default.
  package let words: String
  let field: Field
  /// Whether clients of this machine are spared unless the limit is set.
  package var sparesLocal = false

  /// What stands for the value.
  package var placeholder: String {
    switch field {
    case .count: "N"
    case .bytes, .size: "BYTES"
    case .time: "SECONDS"
    case .rate: "N:BURST"
    }
  }

  /// The value that holds until somebody sets another, in words.
  package var standard: String {
    // The memory of this machine is nobody else's default.
    if name == .maxSendqTotal { return "a quarter of the memory" }
    let value = text(in: Limits())
    if case .time = field { return "\(value) seconds" }
    return value
  }

  /// The words for the help, with the default.
  package var help: String {
    let spared = sparesLocal ? "; not for clients of this machine unless it is given" : ""
    return "\(words) (\(standard))\(spared)"
  }

  /// Reads a value as somebody wrote it; `none` is 0.
  package func read(_ text: String, into limits: inout Limits) throws(LimitError) {
    switch field {
    case .count(let path, let range):
      limits[keyPath: path] = try number(text, in: range, hasUnits: false) ?? .max
    case .bytes(let path, let range):
      limits[keyPath: path] = try number(text, in: range, hasUnits: true) ?? .max
    case .size(let path, let range):
      limits[keyPath: path] = try number(text, in: range, hasUnits: true) ?? range.upperBound
    case .time(let path): limits[keyPath: path] = try time(text)
    case .rate(let path, let period): limits[keyPath: path] = try rate(text, per: period)
    }
    limits.said.insert(name)
  }

  /// The value as ``read(_:into:)`` reads it.
  package func text(in limits: Limits) -> String {
    switch field {
    case .count(let path, _):
      let value = limits[keyPath: path]
      return value == .max ? "0" : "\(value)"
    case .bytes(let path, _), .size(let path, _):
      let value = limits[keyPath: path]
      if value == .max { return "0" }
      if value % (1 << 20) == 0 { return "\(value >> 20)m" }
      return value % 1024 == 0 ? "\(value >> 10)k" : "\(value)"
    case .time(let path): return LimitRow.text(limits[keyPath: path])
    case .rate(let path, _):
      let rate = limits[keyPath: path]
      guard !rate.isUnlimited else { return "0" }
      return "\(rate.count):\(rate.burst)"
    }
  }
}

/// Every limit that a server has, in the order of the help.
package enum LimitTable {
  package static let rows: [LimitRow] = [
    LimitRow(
      name: .maxClients, words: "clients at the same time",
      field: .count(\.maximumClients, 1...1_000_000)),
    LimitRow(
      name: .maxPerAddress, words: "of them from one address, or one IPv6 /64",
      field: .count(\.maximumPerAddress, 1...1_000_000), sparesLocal: true),
    LimitRow(
      name: .maxWaiting, words: "clients that have not said who they are",
      field: .count(\.maximumWaiting, 1...1_000_000)),
    LimitRow(
      name: .maxWaitingPerAddress, words: "of these from one address",
      field: .count(\.maximumWaitingPerAddress, 1...1_000_000), sparesLocal: true),
    LimitRow(
      name: .connectRate,
      words: "connections of one address in ten minutes, and how many may come at once",
      field: .rate(\.connectRate, per: 600), sparesLocal: true),
    LimitRow(
      name: .maxRooms, words: "rooms at the same time",
      field: .count(\.maximumRooms, 1...1_000_000)),
    LimitRow(
      name: .maxRoomsPerClient, words: "rooms that one client is in",
      field: .count(\.maximumRoomsPerClient, 1...1_000_000)),
    LimitRow(
      name: .maxMembers, words: "members of one room",
      field: .count(\.maximumMembers, 1...1_000_000)),
    LimitRow(
      name: .maxSendq,
      words: """
        bytes that may wait for one client, or a quarter of it for 10 seconds; who reads more slowly \
        is cut
        """,
      field: .bytes(\.maximumQueue, 4096...(1 << 30))),
    LimitRow(
      name: .maxSendqTotal,
      words: "bytes that may wait for all of them; above it those with the most are cut",
      field: .bytes(\.maximumQueueTotal, 65_536...(1 << 40))),
    LimitRow(
      name: .sendBuffer, words: "bytes that the kernel keeps for one client",
      field: .bytes(\.sendBuffer, 4096...(1 << 30))),
    LimitRow(
      name: .maxFrame, words: "the longest frame; with --relay up to 16m",
      field: .size(\.maximumFrame, 512...65_536)),
    LimitRow(
      name: .maxText, words: "the longest text of a message",
      field: .size(\.maximumText, 1...Body.limit)),
    LimitRow(
      name: .maxNick, words: "the longest nick, in bytes",
      field: .size(\.maximumNick, 12...Nick.byteLimit)),
    LimitRow(
      name: .maxRoomName, words: "the longest name of a room, in bytes",
      field: .size(\.maximumRoomName, 1...RoomName.byteLimit)),
    LimitRow(
      name: .frameTimeout,
      words:
        "from the first byte of a frame to its last; after half of it, at 1 KiB a second or more",
      field: .time(\.frameTimeout)),
    LimitRow(
      name: .helloTimeout, words: "from a native client's first byte to its hello",
      field: .time(\.helloTimeout)),
    LimitRow(
      name: .idle,
      words: """
        until a silent native client is taken for dead, after a question at two thirds; clients of \
        the other doors may be silent for ever unless it is given
        """,
      field: .time(\.idle)),
    LimitRow(
      name: .timeout, words: "that a client may leave unacknowledged what it was sent",
      field: .time(\.unacknowledged)),
    LimitRow(
      name: .flood,
      words: """
        messages and commands of one client in a second, and how many may come at once; above it they \
        wait, and who has much waiting after 5 seconds is cut
        """,
      field: .rate(\.flood, per: 1), sparesLocal: true),
    LimitRow(
      name: .floodPerAddress, words: "the same for all clients of one address together",
      field: .rate(\.floodPerAddress, per: 1), sparesLocal: true),
  ]

  /// Sets the limit that somebody calls so; what is wrong is told with its name.
  package static func set(
    _ name: String, to text: String, in limits: inout Limits
  ) throws(LimitError) {
    let row = try row(called: name)
    do throws(LimitError) {
      try row.read(text, into: &limits)
    } catch {
      throw LimitError("\(name) \(error)")
    }
  }

  /// The limit that somebody calls so.
  package static func row(called name: String) throws(LimitError) -> LimitRow {
    guard let row = rows.first(where: { $0.name.rawValue == name }) else {
      let guess = Spelling.nearest(to: name, among: LimitName.allCases.map(\.rawValue))
      throw LimitError(
        "there is no limit '\(name)'" + (guess.map { "; did you mean \($0)?" } ?? ""))
    }
    return row
  }
}
