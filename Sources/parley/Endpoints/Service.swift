import Glibc
import Sockets

/// A verb that listens: from its options to served connections, until a signal ends it.
struct Service {
  var verb: String
  var options: ListenOptions
  /// How long the loop goes on looking before it sleeps.
  var spin = Duration.zero
  /// Told of refused and failed connections; by default they are remarks on standard error.
  var report: @Sendable (Listener.Incident) -> Void
  /// Told when everything is bound; by default the addresses are remarks on standard error.
  var begin: @Sendable ([SocketAddress]) -> Void

  init(_ verb: String, _ options: ListenOptions) {
    self.verb = verb
    self.options = options
    report = { incident in Output.error.write("parley \(verb): \(incident)\n") }
    begin = { addresses in
      for address in addresses { Output.error.write("parley \(verb): listening on \(address)\n") }
    }
  }

  /// Serves until SIGINT or SIGTERM, then cancels every connection; a second signal ends it at once.
  func run(_ body: @escaping @Sendable (Connection) async throws -> Void) -> ExitCode {
    run { listeners, loop in try await serve(listeners, on: loop, body) }
  }

  /// Listens while `body` runs; SIGINT and SIGTERM cancel it.
  func run(
    _ body: @escaping @Sendable ([Listener], EventLoop) async throws -> Void
  ) -> ExitCode {
    options.rules.prepare()
    return Program.run(verb, onSignal: { _ in .done }, spin: spin) { loop in
      let listeners = try await options.bind(on: loop)
      begin(listeners.map(\.localAddress))
      try await body(listeners, loop)
      return .done
    }
  }

  /// Serves until all listeners are closed or one of them fails, or until standard output cannot be written.
  func serve(
    _ listeners: [Listener], on loop: EventLoop,
    _ body: @escaping @Sendable (Connection) async throws -> Void
  ) async throws {
    let (failures, fail) = AsyncStream.makeStream(of: (any Error).self)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for listener in listeners {
        group.addTask {
          try await listener.run(report: report) { connection in
            do {
              try await body(connection)
            } catch let error where StandardOutput.isFailure(error) {
              fail.yield(error)
            }
          }
          return true
        }
      }
      group.addTask {
        for await error in failures { throw error }
        return false
      }
      if options.rules.hasFiles {
        group.addTask {
          try await options.rules.reloading(verb, on: loop) { filter in
            for listener in listeners { listener.setFilter(filter) }
          }
          return false
        }
      }
      var count = listeners.count
      while count > 0, let isClosed = try await group.next() { count -= isClosed ? 1 : 0 }
      group.cancelAll()
    }
  }
}
