import Testing

@testable import Chat

@Suite("walks of a TCP group chat")
struct StreamChatWalkTests {
  @Test(
    "after kills and restarts all are linked, once each, and every text is shown once to every other",
    arguments: 0..<60 as Range<UInt64>)
  func becomesWhole(seed: UInt64) {
    let count = 3 + Int(seed % 6)
    var network = SmallNetwork(
      seed: seed, count: count, onOneMachine: seed % 2 == 0, sameName: seed % 3 == 0)
    network.refusals = seed % 5 == 0 ? 9 : 0
    for node in 0..<count { network.start(node) }
    for step in 0..<60 {
      network.run(for: .milliseconds(network.chance(of: 400)))
      let node = network.chance(of: count)
      switch network.chance(of: 8) {
      case 0...2: network.kill(node)
      case 3...5: network.start(node)
      case 6: network.leave(node)
      default: network.type("amid \(step)", at: node)
      }
    }
    network.run(for: .seconds(5))
    for node in 0..<count { network.start(node) }
    // The criterion is ten seconds; a system that refuses our port again and again may take longer.
    network.run(for: .seconds(network.refusals == 0 ? 10 : 30))

    var wanted: [[Int]: Int] = [:]
    for one in 0..<count { for two in 0..<count where one < two { wanted[[one, two]] = 1 } }
    #expect(network.pairs == wanted)
    for node in network.nodes { #expect(node.chat?.recipients.count == count - 1) }

    network.forgetShown()
    for turn in 0..<3 {
      for node in 0..<count {
        network.type("after \(turn) of \(node)", at: node)
        network.run(for: .milliseconds(network.chance(of: 50)))
      }
    }
    network.run(for: .seconds(2))
    for node in network.nodes {
      let heard = node.shown.compactMap { event -> String? in
        guard case .said(_, _, let text, false, _) = event else { return nil }
        return String(decoding: text, as: UTF8.self)
      }
      let others = (0..<count).filter { $0 != node.number }
      let said = (0..<3).flatMap { turn in others.map { "after \(turn) of \($0)" } }
      #expect(heard.sorted() == said.sorted())
    }
  }
}
