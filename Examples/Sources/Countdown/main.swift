// Two tasks count at the same time; a scope does not end before its tasks have.
//
//     Countdown [SECONDS]          between two numbers, 1 unless told otherwise

import Sockets

let pause = Duration.seconds(CommandLine.arguments.dropFirst().first.flatMap(Double.init) ?? 1)

EventLoop.runProgram { loop in
  @Sendable func say(_ lines: some Sequence<String> & Sendable) async throws {
    for line in lines {
      print(line)
      try await loop.sleep(for: pause)
    }
  }
  try await withThrowingTaskGroup { group in
    group.addTask { try await say((1...10).reversed().map { "T-minus \($0)" }) }
    group.addTask { try await say((0...4).map { "Up we go \($0)" }) }
    print("Waiting")
    // An error in one of them would cancel the other.
    try await group.waitForAll()
  }
  print("Goodbye")
}
