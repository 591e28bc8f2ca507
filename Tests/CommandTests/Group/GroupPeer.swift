import Glibc
import Testing

/// Somebody in a TCP group chat, in a process of its own.
final class GroupPeer: Sendable {
  enum Kind: String, CaseIterable, CustomTestStringConvertible {
    /// `parley chat --plain tcp`.
    case ours
    /// Peers/lessons/group_list.py: a plain list, single recv calls, no words at start and end.
    case list
    /// Peers/lessons/group_exact.py: exact reads, words at start and end.
    case exact

    var testDescription: String { rawValue }
  }

  let kind: Kind
  let name: String
  let port: String
  let process: ChildProcess

  /// Starts one that knows where these others are; at a port where it has been before, or at a free one.
  init(_ kind: Kind, port: String = "0", knowing others: [GroupPeer]) async throws {
    self.kind = kind
    name = "\(kind)"
    let places = others.map { "127.0.0.1:\($0.port)" }
    switch kind {
    case .ours:
      process = try ChildProcess(
        try Tree.parley(), ["chat", "--plain", "tcp", port] + places + ["--nick", name])
      try await process.expect("listening on ", from: .errors)
      let line = try await process.expect("\n", from: .errors).dropLast()
      self.port = try Place(line).port
    case .list, .exact:
      process = try ChildProcess(
        try Peer.python3.find(),
        ["-BSu", Tree.script("lessons/group_\(kind).py"), name, port] + places)
      self.port = String(try await process.expect("\n", from: .errors).dropLast())
    }
  }

  func say(_ text: String) throws { try process.write(text + "\n") }

  /// How it shows that somebody has said a text.
  func form(of text: String, by name: String) -> String {
    kind == .ours ? "\(name): \(text)\n" : "] \(name):\n\t\(text)\n"
  }

  /// Waits until it shows a text.
  func hears(_ text: String, by other: GroupPeer) async throws {
    let form = form(of: text, by: other.name)
    do {
      for _ in 0..<1000 where !shown.contains(form) {
        try await process.output { $0.contains(form) }
      }
    } catch {
      throw ToolError("\(name) has not heard \(form.debugDescription): \(shown)")
    }
  }

  var shown: String { String(decoding: process.transcript(), as: UTF8.self) }

  /// How often it has shown a text.
  func count(_ text: String, by other: GroupPeer) -> Int {
    shown.utf8Count(of: form(of: text, by: other.name))
  }
}

extension String {
  /// How often another text stands in this one.
  fileprivate func utf8Count(of other: String) -> Int {
    let (all, wanted) = (Array(utf8), Array(other.utf8))
    guard !wanted.isEmpty, all.count >= wanted.count else { return 0 }
    return (0...(all.count - wanted.count)).count {
      all[$0] == wanted[0] && all[$0..<($0 + wanted.count)].elementsEqual(wanted)
    }
  }
}
