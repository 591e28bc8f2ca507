internal import Rooms

/// Whose words one does not want to see.
///
/// Everybody else still sees them, so no server need know.
struct IgnoreList: Sendable {
  private static let limit = 1000

  private var nicks: [String] = []

  func contains(_ nick: String) -> Bool {
    !nicks.isEmpty && nicks.contains { Nick.key(of: $0) == Nick.key(of: nick) }
  }

  /// Takes a person on or off, or with nil only looks.
  ///
  /// - Returns: What to say about it.
  mutating func toggle(_ nick: String?) -> String {
    guard let nick else {
      let all = nicks.joined(separator: ", ")
      return all.isEmpty ? "You ignore nobody." : "You ignore \(all)."
    }
    if contains(nick) {
      nicks.removeAll { Nick.key(of: $0) == Nick.key(of: nick) }
      return "You see \(nick) again."
    }
    guard nicks.count < IgnoreList.limit else {
      return "You ignore \(nicks.count) people already."
    }
    nicks.append(nick)
    return "You ignore \(nick) now; /ignore \(nick) again undoes it."
  }

  /// Whoever is ignored stays so under another name.
  mutating func rename(_ nick: String, to other: String) {
    for index in nicks.indices where Nick.key(of: nicks[index]) == Nick.key(of: nick) {
      nicks[index] = other
    }
  }
}
