@testable import Messaging
import Sockets
import Testing

/// Two ends, several takers, and everything that may happen to them, in an order that a seed decides.
@Suite("the order of events", .timeLimit(.minutes(5)))
struct EventOrderTests {
  @Test("has nothing behind a close but the last one, also what was on its way already")
  func closedMeanwhile() async {
    for isError in [true, false] {
      let order = EventOrder(first: "first", last: "last")
      func next() async -> String? {
        await order.next(failure: { "\($0)" }, close: {}) {
          order.close()
          if isError { throw MessagingError.truncated }
          return "late"
        }
      }
      #expect(await next() == "first")
      #expect(await next() == "last")
      #expect(await next() == nil)
    }
  }

  @Test("is message*, error?, close, whoever closes when and however many take", arguments: 0..<100)
  func interleaved(seed: UInt64) async throws {
    var random = Seeded(seed &+ 1)
    let takers = Int.random(in: 1...3, using: &random)
    let steps = (0..<Int.random(in: 1...12, using: &random)).map { _ in
      (Step.allCases.randomElement(using: &random) ?? .send, Int.random(in: 0...6, using: &random))
    }
    try await Cable.run(.tcp) { cable in
      let near = MessageConnection(cable.near, framing: .u16)
      let far = MessageConnection(cable.far, framing: .u16)
      let record = Record()
      try far.onEvent { record.note($0) }
      try await withThrowingDiscardingTaskGroup { group in
        for taker in 0..<takers {
          group.addTask {
            guard taker > 0 else { return await far.run() }
            for await event in far.events { record.note(event) }
          }
        }
        var sent = 0
        for (step, pause) in steps {
          for _ in 0..<pause { await Task.yield() }
          switch step {
          case .send:
            sent += 1
            try? await near.send("\(sent)")
          case .sendMany:
            let messages = (1...9).map { [UInt8]("\(sent + $0)") }
            sent += 9
            try? await near.send(contentsOf: messages)
          case .garbage: try? await near.connection.write([0, 0, 0, 9])
          case .end: try? await near.connection.shutdownWrite()
          case .abort: near.connection.abort()
          case .close: far.close()
          case .innerClose: far.connection.close()
          case .cancel: group.cancelAll()
          }
        }
        // Whatever has happened, this is the end.
        far.close()
      }
      #expect(await far.nextEvent() == nil)
      check(record.all, isOneTaker: takers == 1, seed)
    }
  }

  private enum Step: CaseIterable {
    case send, sendMany, garbage, end, abort, close, innerClose, cancel
  }

  private func check(_ words: [String], isOneTaker: Bool, _ seed: UInt64) {
    let messages = words.compactMap(Int.init)
    #expect(messages == Array(1..<(messages.count + 1)), "seed \(seed): \(words)")
    #expect(words.count { $0 == "close" } == 1, "seed \(seed): \(words)")
    #expect(words.count { $0 == "error" } <= 1, "seed \(seed): \(words)")
    guard isOneTaker else { return }
    let ends = words.drop { Int($0) != nil }
    #expect(ends == ["close"] || ends == ["error", "close"], "seed \(seed): \(words)")
  }
}
