import Sockets

@testable import parley

/// Serves on a free port of this machine for as long as `body` runs.
func serving<Result: Sendable>(
  _ serve: @escaping @Sendable @concurrent (Connection) async throws -> Void,
  _ body: @escaping @Sendable @concurrent (Place) async throws -> Result
) async throws -> Result {
  try await EventLoop.run { loop in
    try await Listen.at(Address("127.0.0.1:0"), on: loop, serve) { addresses in
      try await body(Place("\(addresses[0])"))
    }
  }
}

extension Connection {
  /// Writes byte by byte, each in a segment of its own.
  func dribble(_ bytes: [UInt8]) async throws {
    for byte in bytes {
      try await write([byte])
      await Task.yield()
    }
  }
}

extension ChildProcess {
  /// A row of the lessons, in this build.
  static func row(_ number: Int, _ arguments: String...) throws -> ChildProcess {
    try ChildProcess(try Tree.parley(), ["lab", "row", "\(number)"] + arguments)
  }
}
