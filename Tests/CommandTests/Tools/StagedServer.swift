import Sockets

/// Runs `body` while a server of the test's own makes listens on 127.0.0.1.
///
/// - Parameters:
///   - serve: What it does with each connection; an error in it ends that connection only.
///   - body: Gets its port, and the loop for connections of its own.
/// - Returns: What `body` returned.
/// - Throws: What `body` threw.
func withServer<Result: Sendable>(
  _ serve: @escaping @Sendable (Connection) async throws -> Void,
  _ body: @escaping @Sendable (UInt16, EventLoop) async throws -> Result
) async throws -> Result {
  try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
    let listener = try await Listener.bind(.ipv4(.loopback, port: 0), on: loop)
    let port = listener.localAddress.port ?? 0
    return try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask {
        try await listener.run { try await serve($0) }
        return nil
      }
      group.addTask { try await body(port, loop) }
      defer { group.cancelAll() }
      guard let result = try await group.next(), let result else {
        throw ToolError("the server ended first")
      }
      return result
    }
  }
}

/// What a program that ran to its end has said.
struct Run: Equatable {
  var output: [UInt8]
  var errors: String
  var ending: ChildProcess.Ending

  var text: String { String(decoding: output, as: UTF8.self) }

  init(output: [UInt8], errors: String, ending: ChildProcess.Ending) {
    (self.output, self.errors, self.ending) = (output, errors, ending)
  }

  /// Runs the built `parley` with an empty input.
  init(
    _ arguments: [String], environment: [String: String] = [:],
    within limit: Duration = ChildProcess.patience
  ) async throws {
    let child = try ChildProcess(try Tree.parley(), arguments, environment: environment)
    child.closeInput()
    ending = try await child.ending(within: limit)
    output = child.transcript()
    errors = String(decoding: child.transcript(.errors), as: UTF8.self)
  }
}

extension ChildProcess {
  /// Waits until a verb of `parley` listens.
  ///
  /// - Parameter count: At how many places.
  /// - Returns: Their ports, in the order of the addresses.
  /// - Throws: When they do not come in time.
  func ports(_ count: Int = 1) async throws -> [UInt16] {
    var ports: [UInt16] = []
    for _ in 0..<count {
      try await expect("listening on ", from: .errors)
      let place = try await expect("\n", from: .errors).dropLast()
      ports.append(place.split(separator: ":").last.flatMap { UInt16($0) } ?? 0)
    }
    return ports
  }
}
