import Glibc
import Sockets

/// Runs the work of a verb on a loop of its own; the one place for its signals and errors.
enum Program {
  /// Runs `body` to its end, or until a signal cancels it; a second one ends the program.
  ///
  /// - Parameters:
  ///   - verb: Named in front of every error.
  ///   - signals: Which signals; others do what they always do.
  ///   - onSignal: The exit code after a first signal, and the moment for a last remark; by default
  ///     130 or 143. Nil when the body is not to be cancelled: it has been told and ends by itself.
  ///   - spin: How long the loop goes on looking before it sleeps.
  ///   - body: Must end soon when cancelled.
  /// - Returns: What `body` returned, or the code of what it threw, which has then been said.
  static func run(
    _ verb: String,
    signals: [CInt] = [SIGINT, SIGTERM],
    onSignal: @escaping @Sendable (CInt) -> ExitCode? = { ExitCode(signal: $0) },
    spin: Duration = .zero,
    _ body: @escaping @Sendable (EventLoop) async throws -> ExitCode
  ) -> ExitCode {
    // Before the loop, whose threads inherit it.
    Signals.block(signals)
    let start = ContinuousClock.now
    do {
      return try EventLoop.runBlocking(spin: spin) { loop in
        let signals = try await Signals(signals, on: loop)
        let (first, hear) = AsyncStream.makeStream(of: CInt.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            hear.yield(try await signals.next())
            exit(ExitCode(signal: try await signals.next()).rawValue)
          }
          defer { group.cancelAll() }
          return try await until(first, onSignal) { try await body(loop) }
        }
      }
    } catch is NobodyReads {
      return .done
    } catch {
      let code = ExitCode(any: error)
      // How long a peer took to fail tells what kind of failure it is; a limit tells it by itself.
      let isPeers = error is SocketError && code.isPeers && code != .timedOut
      let time = isPeers ? ", after \((ContinuousClock.now - start).words)" : ""
      Output.error.write("parley \(verb): \(error)\(time)\n")
      return code
    }
  }

  /// Runs `body` until it ends, or cancels it when the first signal comes.
  private static func until(
    _ first: AsyncStream<CInt>, _ onSignal: @escaping @Sendable (CInt) -> ExitCode?,
    _ body: @escaping @Sendable () async throws -> ExitCode
  ) async throws -> ExitCode {
    try await withThrowingTaskGroup(of: ExitCode?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        for await signal in first {
          // The last remark comes before what the body says of its end.
          if let code = onSignal(signal) { return code }
        }
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next().flatMap(\.self) ?? .done
    }
  }
}

extension ExitCode {
  /// What the program ends with when a signal has cut it short.
  init(signal: CInt) { self = signal == SIGINT ? .interrupted : .terminated }

  /// Whether it says something of a peer, or of the way to it.
  var isPeers: Bool { (ExitCode.refused.rawValue...ExitCode.reset.rawValue).contains(rawValue) }

  /// The code for whatever ended a verb.
  init(any error: any Error) {
    switch error {
    case let error as SocketError: self.init(error)
    case is AddressError, is UsageError: self = .usage
    case let complaint as Complaint: self = complaint.code
    default: self = .local
    }
  }
}
