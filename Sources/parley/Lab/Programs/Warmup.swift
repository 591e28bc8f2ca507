import Messaging

/// The first lesson's two programs without a network: things that happen at the same time.
///
/// The pure part gets what prints and what waits for a second, so that a test needs no seconds.
enum Warmup {
  typealias Say = @Sendable (String) async throws -> Void
  typealias Pause = @Sendable () async throws -> Void

  /// Row 8.
  @Sendable
  static func countdowns(_ bench: Workbench) async throws {
    try await countdowns({ try await bench.terminal.say($0) }, { try await bench.pause() })
  }

  /// Row 9.
  @Sendable
  static func queue(_ bench: Workbench) async throws {
    try await queue({ try await bench.terminal.say($0) }, { try await bench.pause() })
  }

  /// Two counters at the same time; leaving the group is waiting for both.
  static func countdowns(_ say: @escaping Say, _ pause: @escaping Pause) async throws {
    try await withThrowingTaskGroup { group in
      group.addTask {
        for number in (1...10).reversed() {
          try await say("T-minus \(number)")
          try await pause()
        }
      }
      group.addTask {
        for number in 0..<5 {
          try await say("Up we go \(number)")
          try await pause()
        }
      }
      try await say("Waiting")
      try await group.waitForAll()
    }
    try await say("Goodbye")
  }

  /// One makes, one uses, and a bounded queue between them says when there is no more.
  static func queue(_ say: @escaping Say, _ pause: @escaping Pause) async throws {
    let inbox = Inbox<Int>(capacity: 4)
    try await withThrowingTaskGroup { group in
      group.addTask {
        for number in 0..<10 {
          try await say("Producing \(number)")
          try await inbox.send(number)
          try await pause()
        }
        inbox.finish()
        try await say("Producer done")
      }
      group.addTask {
        for try await number in inbox { try await say("Consuming \(number)") }
        try await say("Consumer goodbye")
      }
      try await say("Waiting")
      try await group.waitForAll()
    }
    try await say("Done")
  }
}
