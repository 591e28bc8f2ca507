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
      let dumps = try options.session.transfer.dumps()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await service.serve(listeners, on: loop) { connection in
            await only.serve(connection) {
              // From now on others are refused.
              for listener in listeners { listener.close() }
              remark("\(connection.peerAddress) has connected")
              let passage = Passage(connection, options.session.transfer, dumps)
              if let exec = options.session.exec {
                return try await exec.run(passage).check(exec)
              }
              try await Session(
                passage, options.session, StandardInput(on: loop), StandardOutput(on: loop),
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

  /// Runs a program for each who comes, until a signal.
  static func keep(_ options: AcceptOptions, _ exec: ExecSession) -> ExitCode {
    each(options) { passage, _, remark in
      remark("\(passage.connection.peerAddress) has connected")
      try await exec.run(passage).check(exec)
    }
  }

  /// Answers each who comes, until a signal.
  static func answer(_ options: AcceptOptions, _ text: String) -> ExitCode {
    let reply = ReplyCommand(text: Array(text.utf8), maximum: options.maxRead ?? .max)
    return each(options) { passage, output, remark in
      try await reply.serve(passage, output, remark)
    }
  }

  private static func each(
    _ options: AcceptOptions,
    _ body: @escaping @Sendable (Passage, StandardOutput, Remarks) async throws -> Void
  ) -> ExitCode {
    let service = Service(verb, options.listen)
    let remark = Remarks(verb: verb, isVerbose: options.session.isVerbose)
    return service.run { listeners, loop in
      let dumps = try options.session.transfer.dumps()
      let output = try StandardOutput(on: loop)
      try await service.serve(listeners, on: loop) { connection in
        try await body(Passage(connection, options.session.transfer, dumps), output, remark)
      }
    }
  }

  /// Serves all who come, until a signal.
  static func keep(_ options: AcceptOptions) -> ExitCode {
    let service = Service(verb, options.listen)
    let remark = Remarks(verb: verb, isVerbose: options.session.isVerbose)
    return service.run { listeners, loop in
      let crowd = try Crowd(
        options.session, try options.session.transfer.dumps(), StandardInput(on: loop),
        StandardOutput(on: loop), remark, on: loop)
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
