/// Somebody in a chat of the lessons: ours under its row, or one as a first course writes it.
final class LessonPeer: Sendable {
  enum Kind: CaseIterable {
    /// `parley lab row N`.
    case ours
    /// See Peers/lessons/peer.py.
    case theirs
  }

  let process: ChildProcess
  let place: Place

  /// A peer of rows 18, 21 or 22 that has its name and waits for lines.
  init(_ kind: Kind, row: Int, _ name: String, knowing others: LessonPeer...) async throws {
    let known = others.map(\.place.address)
    switch kind {
    case .theirs:
      let program = [18: "by-turns", 21: "at-once", 22: "with-farewell"][row] ?? ""
      process = try ChildProcess(
        try Peer.python3.find(),
        ["-Su", Tree.script("lessons/peer.py"), program, name, "127.0.0.1:0"] + known)
      place = try Place(try await process.expect("\n", from: .errors).dropLast())
    case .ours:
      process = try ChildProcess(
        try Tree.parley(), ["lab", "row", "\(row)", "0"] + known + ["--at", "127.0.0.1:0"])
      try await process.expect("Bound to: ('127.0.0.1', ")
      place = Place(host: "127.0.0.1", port: String(try await process.expect(")\n").dropLast(2)))
      try await process.expect("Local IP addresses: ['127.0.0.1'")
      try await process.expect("]\nEnter your username to start the chat:\n")
      try process.write("\(name)\n")
      if row != 18 { try await process.expect(LessonPeer.hint) }
    }
  }

  static let hint =
    "Type your message and press Enter to send it. Messages from other peers will be displayed below.\n"

  func type(_ line: String) throws { try process.write("\(line)\n") }

  /// Waits for a chat text, and says its time.
  @discardableResult
  func expect(_ text: String, from name: String) async throws -> String {
    try await process.expect("] \(name):\n\t\(text)\n")
  }
}
