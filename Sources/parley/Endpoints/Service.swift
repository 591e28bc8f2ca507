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
  func run(_ serve: @escaping @Sendable (Connection) async throws -> Void) -> ExitCode {
    options.rules.prepare()
    return Program.run(verb, onSignal: { _ in .done }, spin: spin) { loop in
      let listeners = try await options.bind(on: loop)
      begin(listeners.map(\.localAddress))
      try await withThrowingTaskGroup { group in
        for listener in listeners {
          group.addTask { try await listener.run(report: report, serve) }
        }
        if options.rules.hasFiles {
          group.addTask {
            try await options.rules.reloading(verb, on: loop) { filter in
              for listener in listeners { listener.setFilter(filter) }
            }
          }
        }
        // The first failure of a listener ends the others.
        try await group.next()
        group.cancelAll()
      }
      return .done
    }
  }
}
