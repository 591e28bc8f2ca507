import Chat
import Sockets
import Wire

extension PeersOptions {
  /// Runs `body`; meanwhile it announces where we are and finds others, if that is wanted.
  ///
  /// - Parameters:
  ///   - kind: What our program is.
  ///   - local: What it is bound to.
  ///   - loop: Where everything happens.
  ///   - add: Takes the place of each one that is found, unless the rules keep it out.
  ///   - body: The chat.
  /// - Returns: What `body` returned.
  /// - Throws: What `body` threw, and ``UsageError`` for rules that cannot be read.
  func discovering(
    _ kind: Beacon.Kind, at local: SocketAddress, on loop: EventLoop,
    add: @escaping @Sendable (SocketAddress) -> Void,
    _ body: @escaping @Sendable () async throws -> ExitCode
  ) async throws -> ExitCode {
    guard isDiscovering else { return try await body() }
    let filter = try rules.read()
    let announcer = Announcer(kind, name: nick ?? "", at: local, on: loop) { endpoint in
      if filter.allows(endpoint) { add(endpoint) }
    }
    return try await withThrowingTaskGroup(of: ExitCode?.self) { group in
      group.addTask {
        await announcer.run()
        return nil
      }
      group.addTask { try await body() }
      defer { group.cancelAll() }
      while let code = try await group.next() {
        if let code { return code }
      }
      return .done
    }
  }
}
