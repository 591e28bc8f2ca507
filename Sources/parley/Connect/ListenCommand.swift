import Glibc
import Sockets

/// `parley listen`: clients joined to standard input and output.
enum ListenCommand {
  private static let verb = "listen"

  /// Serves the first client, then ends.
  static func once(_ options: AcceptOptions) -> ExitCode {
    let service = Service(verb, options.listen)
    let remark = Remarks(verb: verb, isVerbose: options.session.isVerbose)
    return service.run { listeners, loop in
      let only = OnlyClient()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await service.serve(listeners, on: loop) { connection in
            await only.serve(connection) {
              // From now on others are refused.
              for listener in listeners { listener.close() }
              remark("\(connection.peerAddress) has connected")
              try await Session(
                connection, options.session, StandardInput(on: loop), StandardOutput(on: loop),
                isTyped: isatty(0) == 1, remark
              ).run()
            }
          }
        }
        if case .after(let limit) = options.timeout {
          group.addTask {
            try await loop.sleep(for: limit)
            guard !only.hasCome else { return }
            throw Complaint("no client within \(limit.words)", .timedOut)
          }
        }
        while try await group.next() != nil, only.ending == nil {}
        group.cancelAll()
      }
      try only.ending?.get()
    }
  }

  /// Serves all who come, until a signal.
  static func keep(_ options: AcceptOptions) -> ExitCode {
    let service = Service(verb, options.listen)
    let remark = Remarks(verb: verb, isVerbose: options.session.isVerbose)
    return service.run { listeners, loop in
      let crowd = try Crowd(
        options.session, StandardInput(on: loop), StandardOutput(on: loop), remark, on: loop)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await service.serve(listeners, on: loop) { try await crowd.serve($0) } }
        group.addTask { try await crowd.spread() }
        try await group.next()
        group.cancelAll()
      }
    }
  }
}

/// The one client of `listen` without `-k`, and how it ended.
private final class OnlyClient: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.
  private(set) var hasCome = false
  private(set) var ending: Result<Void, any Error>?

  /// Serves the first one; whoever came in the same moment is closed.
  func serve(_ connection: Connection, _ body: () async throws -> Void) async {
    guard !hasCome else { return }
    hasCome = true
    do {
      try await body()
      ending = .success(())
    } catch {
      ending = .failure(error)
    }
  }
}
