import Chat
import Glibc
import Sockets

/// One sitting in a chat: somebody's part in it, the face it has here, and the signals of this program.
///
/// SIGINT, SIGTERM and SIGHUP end it in order, which is exit code 0; the second of them ends it at once.
final class Sitting: @unchecked Sendable {
  // @unchecked: confined to the loop's thread once it runs.

  /// How long an output may still take after the second signal.
  private static let lastPatience = Duration.milliseconds(500)
  /// A terminal that is closed says SIGHUP, and whoever was at it leaves in order.
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  let loop: EventLoop
  private let verb: String
  private let options: FaceOptions
  private var remarks: [String] = []
  private var participant: (any Participant)?
  private var face: (any ChatFace)?
  private var isLeaving = false
  private var forced: ExitCode?

  private init(_ verb: String, _ options: FaceOptions, on loop: EventLoop) {
    (self.verb, self.options, self.loop) = (verb, options, loop)
  }

  /// Runs `body` to its end, and says on standard error why it ended if nobody wanted it.
  ///
  /// - Parameters:
  ///   - verb: Named in front of what went wrong.
  ///   - options: How it looks at a terminal.
  ///   - body: Prepares, which a signal just ends, and then takes part once by ``take(part:)``.
  /// - Returns: What `body` returned, or what its error comes to.
  static func run(
    _ verb: String, _ options: FaceOptions,
    _ body: @escaping @Sendable (Sitting) async throws -> ExitCode
  ) -> ExitCode {
    // Before the loop, whose threads inherit it.
    Signals.block(signals)
    options.prepare()
    do {
      return try EventLoop.runBlocking { loop in
        try await Sitting(verb, options, on: loop).run(body)
      }
    } catch let error as UsageError {
      Output.error.write(error.text)
      return .usage
    } catch let error as AddressError {
      Output.error.write(UsageError("\(error)", verb: verb).text)
      return .usage
    } catch is CancellationError {
      return .interrupted
    } catch {
      Output.error.write("parley \(verb): \(error)\n")
      return ExitCode(any: error)
    }
  }

  private func run(
    _ body: @escaping @Sendable (Sitting) async throws -> ExitCode
  ) async throws -> ExitCode {
    let signals = try await Signals(Sitting.signals, on: loop)
    return try await withThrowingTaskGroup(of: ExitCode.self) { group in
      group.addTask { try await body(self) }
      group.addTask { try await self.watch(signals) }
      defer { group.cancelAll() }
      return try await group.next() ?? .done
    }
  }

  /// Tells, before the chat begins, where we are.
  func remark(_ words: String) {
    Output.error.write("parley \(verb): \(words)\n")
    remarks.append(words)
  }

  /// Takes part at a terminal, or as a program with pipes, until it ends.
  func take(part participant: any Participant) async throws -> ExitCode {
    let face = try options.face(on: loop, remarks: remarks) { [weak self] in
      self?.interrupt(.interrupted)
    }
    (self.participant, self.face) = (participant, face)
    let (ending, unsaid) = await face.run(participant)
    if let forced { return forced }
    if let why = ChatWords.explanation(of: ending) {
      Output.error.write("parley \(verb): \(why)\n")
    }
    if let failure = face.failure {
      Output.error.write("parley \(verb): \(failure)\n")
      return .local
    }
    guard unsaid == 0 else {
      let messages = unsaid == 1 ? "1 message was" : "\(unsaid) messages were"
      Output.error.write("parley \(verb): \(messages) not accepted\n")
      let code = ExitCode(ending)
      return code == .done ? .wrong : code
    }
    return ExitCode(ending)
  }

  // MARK: - Signals

  private func watch(_ signals: Signals) async throws -> ExitCode {
    while true {
      let signal = try await signals.next()
      // Nothing has begun that could be ended in order.
      guard participant != nil else { return .done }
      interrupt(signal == SIGINT ? .interrupted : .terminated)
    }
  }

  /// The first time the chat ends in order, the second time at once.
  private func interrupt(_ code: ExitCode) {
    guard isLeaving else {
      isLeaving = true
      participant?.leave()
      return
    }
    forced = code
    face?.hurry(on: loop, within: Sitting.lastPatience)
    participant?.abandon()
  }
}
