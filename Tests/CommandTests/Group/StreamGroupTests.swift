import Glibc
import Testing

/// The group exercise with two solutions written differently, each in a process of its own.
@Suite("a TCP group of ours and Python's", .timeLimit(.minutes(5)))
struct StreamGroupTests {
  typealias Kind = GroupPeer.Kind

  static let orders: [[Kind]] = [
    [.ours, .list, .exact], [.ours, .exact, .list], [.list, .ours, .exact],
    [.exact, .ours, .list], [.list, .exact, .ours], [.exact, .list, .ours],
  ]

  /// Each says a text, and the next one only when all others have shown it.
  private func round(_ number: Int, _ group: [GroupPeer]) async throws {
    for speaker in group {
      let text = "\(number) of \(speaker.name)"
      try speaker.say(text)
      for other in group where other !== speaker { try await other.hears(text, by: speaker) }
    }
  }

  /// All that was said in these rounds is shown exactly once by everybody else, and by nobody again.
  private func check(_ rounds: ClosedRange<Int>, _ group: [GroupPeer]) {
    for speaker in group {
      for number in rounds {
        for other in group {
          let count = other.count("\(number) of \(speaker.name)", by: speaker)
          #expect(
            count == (other === speaker ? 0 : 1),
            "\(other.name) about round \(number) of \(speaker.name)")
        }
      }
    }
  }

  private func start(_ order: [Kind]) async throws -> [GroupPeer] {
    var group: [GroupPeer] = []
    for kind in order {
      let newcomer = try await GroupPeer(kind, knowing: group)
      // Whoever has heard the newcomer has taken it in.
      try newcomer.say("here is \(kind)")
      for other in group { try await other.hears("here is \(kind)", by: newcomer) }
      group.append(newcomer)
    }
    return group
  }

  @Test(
    "whoever starts when, everybody hears everybody exactly once", .needs(.python3),
    arguments: orders)
  func everybody(order: [Kind]) async throws {
    let group = try await start(order)
    for number in 1...3 { try await round(number, group) }
    check(1...3, group)
    for peer in group { peer.process.closeInput() }
    for peer in group { #expect(try await peer.process.ending() == .exited(0)) }
  }

  enum Parting: String, CaseIterable, CustomTestStringConvertible {
    case politely, killed
    var testDescription: String { rawValue }
  }

  @Test(
    "whoever leaves or is killed is seen to go, and comes back", .needs(.python3),
    arguments: [[Kind.ours, .list, .exact], [.exact, .list, .ours]],
    Kind.allCases.flatMap { kind in Parting.allCases.map { (kind, $0) } })
  func churn(order: [Kind], who: (Kind, Parting)) async throws {
    var group = try await start(order)
    try await round(1, group)
    let place = try #require(group.firstIndex { $0.kind == who.0 })
    let leaver = group.remove(at: place)
    switch who.1 {
    case .politely:
      leaver.process.closeInput()
      #expect(try await leaver.process.ending() == .exited(0))
    case .killed: leaver.process.signal(SIGKILL)
    }
    for other in group { try await sees(other, that: leaver, went: who.1) }
    try await round(2, group)
    let again = try await GroupPeer(leaver.kind, port: leaver.port, knowing: group)
    try again.say("back again")
    for other in group { try await other.hears("back again", by: again) }
    group.append(again)
    for number in 3...5 { try await round(number, group) }
    check(3...5, group)
    check(1...2, group.dropLast())
    for other in group.dropLast() { #expect(other.count("back again", by: again) == 1) }
  }

  /// Each shows in its own way that somebody is not there any more.
  private func sees(
    _ other: GroupPeer, that leaver: GroupPeer, went parting: Parting
  ) async throws {
    let isSaid = parting == .politely && leaver.kind != .list
    switch other.kind {
    case .ours: try await other.process.expect("* \(leaver.name) \(isSaid ? "left" : "is gone")")
    case .list:
      if isSaid { try await other.process.expect("] \(leaver.name):\n\t<LEAVES THE CHAT>") }
      try await other.process.expect("closed\n")
    case .exact:
      if isSaid { try await other.process.expect("] \(leaver.name):\n\t<LEAVES THE CHAT>") }
      try await other.process.expect("There are 1 connected users\n")
    }
  }
}
