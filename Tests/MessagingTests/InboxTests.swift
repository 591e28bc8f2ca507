import Messaging
import Sockets
import Testing

@Suite("an inbox", .timeLimit(.minutes(5)))
struct InboxTests {
  @Test("gives out in order what was sent, then ends")
  func inOrder() async throws {
    let inbox = Inbox<Int>(capacity: 3)
    for number in 1...3 { try await inbox.send(number) }
    #expect(inbox.count == 3)
    inbox.finish()
    inbox.finish()
    var received: [Int] = []
    for try await number in inbox { received.append(number) }
    #expect(received == [1, 2, 3])
    #expect(try await inbox.receive() == nil)
    await #expect(throws: MessagingError.closed) { try await inbox.send(4) }
    #expect(!inbox.trySend(5))
  }

  @Test("has room for one at least", arguments: [Int.min, 0, 1])
  func smallest(capacity: Int) {
    let inbox = Inbox<Int>(capacity: capacity)
    #expect(inbox.capacity == 1)
    #expect(inbox.trySend(1))
    #expect(!inbox.trySend(2))
  }

  @Test("does not begin in a cancelled task")
  func cancelledBefore() async throws {
    let inbox = Inbox<Int>(capacity: 1)
    #expect(inbox.trySend(1))
    await withThrowingTaskGroup(of: Void.self) { group in
      group.cancelAll()
      group.addTask { try await inbox.send(2) }
      group.addTask { _ = try await inbox.receive() }
      for _ in 0..<2 {
        await #expect(throws: CancellationError.self) { try await group.next() }
      }
    }
    #expect(try await inbox.receive() == 1)
    #expect(inbox.count == 0)
  }

  @Test("passes everything once and in each sender's order between many threads")
  func manyTasks() async throws {
    let (senders, each) = (4, 2000)
    let inbox = Inbox<(sender: Int, number: Int)>(capacity: 7)
    let received = try await withThrowingTaskGroup(of: [(sender: Int, number: Int)].self) { group in
      for _ in 0..<3 {
        group.addTask {
          var mine: [(sender: Int, number: Int)] = []
          for try await element in inbox { mine.append(element) }
          return mine
        }
      }
      try await withThrowingDiscardingTaskGroup { sending in
        for sender in 0..<senders {
          sending.addTask {
            for number in 0..<each { try await inbox.send((sender, number)) }
          }
        }
      }
      inbox.finish()
      return try await group.reduce(into: []) { $0.append($1) }
    }
    for mine in received {
      for sender in 0..<senders {
        let numbers = mine.filter { $0.sender == sender }.map(\.number)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
      }
    }
    let all = received.joined().map { $0.sender * each + $0.number }
    #expect(all.sorted() == Array(0..<(senders * each)))
  }

  @Test("does what a slow model of it does", arguments: 0..<40)
  func model(seed: UInt64) async throws {
    try await EventLoop.run { loop in
      var random = Seeded(seed)
      let capacity = Int.random(in: 1...4, using: &random)
      let inbox = Inbox<Int>(capacity: capacity)
      var model = InboxModel(capacity: capacity)
      var tasks: [Int: Task<InboxModel.Outcome, Never>] = [:]
      let log = Log()
      for step in 0..<200 {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<40:
          model.send(step)
          tasks[step] = Task(executorPreference: loop) {
            await log.note(step) { try await inbox.send(step) }
          }
        case 40..<75:
          model.receive(step)
          tasks[step] = Task(executorPreference: loop) {
            await log.note(step) { try await inbox.receive() }
          }
        case 75..<98:
          guard let victim = tasks.keys.sorted().randomElement(using: &random) else { continue }
          model.cancel(victim)
          tasks[victim]?.cancel()
        default:
          guard step > 120 else { continue }
          model.finish()
          inbox.finish()
        }
        await settle()
        #expect(log.outcomes == model.outcomes, "step \(step)")
        #expect(inbox.count == model.elements.count)
      }
      inbox.finish()
      for task in tasks.values { _ = await task.value }
    }
  }
}

/// How the calls ended; only the loop's thread touches it.
private final class Log: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.
  var outcomes: [Int: InboxModel.Outcome] = [:]

  func note(_ id: Int, _ call: () async throws -> Int?) async -> InboxModel.Outcome {
    let outcome: InboxModel.Outcome
    do { outcome = .received(try await call()) } catch { outcome = .init(error) }
    outcomes[id] = outcome
    return outcome
  }

  func note(_ id: Int, _ call: () async throws -> Void) async -> InboxModel.Outcome {
    let outcome: InboxModel.Outcome
    do {
      try await call()
      outcome = .sent
    } catch { outcome = .init(error) }
    outcomes[id] = outcome
    return outcome
  }
}

/// An inbox of plain arrays, in which waiting is standing in a list.
private struct InboxModel {
  enum Outcome: Equatable {
    case sent, received(Int?), cancelled, closed, failed

    init(_ error: any Error) {
      self =
        switch error {
        case is CancellationError: .cancelled
        case MessagingError.closed: .closed
        default: .failed
        }
    }
  }

  let capacity: Int
  var elements: [Int] = []
  var senders: [Int] = []
  var receivers: [Int] = []
  var isFinished = false
  var outcomes: [Int: Outcome] = [:]

  init(capacity: Int) { self.capacity = capacity }

  mutating func send(_ id: Int) {
    if isFinished { outcomes[id] = .closed } else { senders.append(id) }
    proceed()
  }

  mutating func receive(_ id: Int) {
    receivers.append(id)
    proceed()
  }

  mutating func cancel(_ id: Int) {
    guard outcomes[id] == nil else { return }
    senders.removeAll { $0 == id }
    receivers.removeAll { $0 == id }
    outcomes[id] = .cancelled
  }

  mutating func finish() {
    for id in senders { outcomes[id] = .closed }
    senders = []
    isFinished = true
    proceed()
  }

  private mutating func proceed() {
    while true {
      if !senders.isEmpty, elements.count < capacity {
        let id = senders.removeFirst()
        elements.append(id)
        outcomes[id] = .sent
      } else if !receivers.isEmpty, !elements.isEmpty || isFinished {
        outcomes[receivers.removeFirst()] =
          .received(elements.isEmpty ? nil : elements.removeFirst())
      } else {
        return
      }
    }
  }
}
