/// Takes part in a chat without a server, and hides those that the user does not want to see.
///
/// The others still see each other, so nobody else need know; it hides names, because anybody can use
/// any. Lives on the loop of the one that it wraps.
package final class IgnoringMember: Participant, @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  private let member: any Participant
  private var ignored = IgnoreList()
  /// Answers to what was typed before ``run(_:)``.
  private var early: [MemberEvent] = []
  private var show: (@Sendable ([MemberEvent]) async -> Void)?

  package init(_ member: any Participant) { self.member = member }

  package var unsaidCount: Int { member.unsaidCount }
  package var company: String { member.company }

  package func run(
    _ show: @escaping @Sendable ([MemberEvent]) async -> Void
  ) async -> MemberEnding {
    self.show = show
    if !early.isEmpty { await show(early) }
    early = []
    return await member.run { events in
      let seen = events.filter { !self.hides($0) }
      if !seen.isEmpty { await show(seen) }
    }
  }

  package func type(_ line: [UInt8]) async -> Bool {
    guard let name = IgnoringMember.name(in: line) else { return await member.type(line) }
    let answer = MemberEvent.words(ignored.toggle(name.isEmpty ? nil : name))
    if let show { await show([answer]) } else { early.append(answer) }
    return true
  }

  package func endInput() { member.endInput() }
  package func leave() { member.leave() }
  package func abandon() { member.abandon() }

  private func hides(_ event: MemberEvent) -> Bool {
    guard case .peer(let event) = event else { return false }
    return switch event {
    case .said(let who, _, _, let isOwn, _): !isOwn && ignored.contains(who.name)
    case .joined(let who), .left(let who), .back(let who), .gone(let who, _):
      ignored.contains(who.name)
    case .raw: false
    }
  }

  /// What stands behind `/ignore`; nil for any other line.
  static func name(in line: [UInt8]) -> String? {
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    let words = line.drop(while: isBlank)
    let command = Array("/ignore".utf8)
    guard words.starts(with: command) else { return nil }
    let rest = words.dropFirst(command.count)
    guard rest.first.map(isBlank) ?? true else { return nil }
    let name = rest.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
    return String(decoding: name, as: UTF8.self)
  }
}
