import Chat
import Glibc
import Rooms
import Sockets
import Wire

/// `parley join`: enters a chat and stays until it ends.
final class Join: @unchecked Sendable {
  // @unchecked: confined to the loop's thread once it runs.

  /// The port of `parley serve`, for an address without one.
  private static let standardPort = 7000
  private static let standardTimeout = Duration.seconds(10)
  /// How long an output may still take after the second signal.
  private static let lastPatience = Duration.milliseconds(500)

  private let options: JoinOptions
  private let address: Address
  private let loop: EventLoop
  private var member: ChatMember?
  private var face: (any JoinFace)?
  private var isLeaving = false
  private var forced: ExitCode?

  private init(_ options: JoinOptions, _ address: Address, on loop: EventLoop) {
    (self.options, self.address, self.loop) = (options, address, loop)
  }

  /// Runs the command to its end, and says on standard error why it ended if nobody wanted it.
  static func run(_ options: JoinOptions) -> ExitCode {
    // Before the loop, whose threads inherit it.
    Signals.block(signals)
    do {
      let address = try address(options.address)
      return try EventLoop.runBlocking { loop in
        try await Join(options, address, on: loop).run()
      }
    } catch let error as AddressError {
      Output.error.write(UsageError("\(error)", verb: "join").text)
      return .usage
    } catch let error as WireError {
      // Only a name can be so long that no frame holds it.
      Output.error.write(UsageError("\(error)", verb: "join").text)
      return .usage
    } catch let error as SocketError {
      Output.error.write("parley: \(error)\n")
      return ExitCode(error)
    } catch {
      return .interrupted
    }
  }

  private static func address(_ text: String) throws(AddressError) -> Address {
    let address = try Address(text)
    guard address.port == 0 else { return address }
    return try Address(text, port: standardPort)
  }

  private func run() async throws -> ExitCode {
    let signals = try await Signals(Join.signals, on: loop)
    return try await withThrowingTaskGroup(of: ExitCode.self) { group in
      group.addTask { try await self.takePart() }
      group.addTask { try await self.watch(signals) }
      defer { group.cancelAll() }
      return try await group.next() ?? .done
    }
  }

  // MARK: - Signals

  /// A terminal that is closed says SIGHUP, and whoever was at it leaves in order.
  private static var signals: [CInt] {
    [SIGINT, SIGTERM, SIGWINCH, SIGCONT] + (JoinConsole.isPossible ? [SIGHUP] : [])
  }

  private func watch(_ signals: Signals) async throws -> ExitCode {
    while true {
      let signal = try await signals.next()
      guard signal != SIGWINCH, signal != SIGCONT else {
        face?.refresh(wasStopped: signal == SIGCONT)
        continue
      }
      // Nothing has begun that could be ended in order.
      guard member != nil else { return .done }
      interrupt(signal == SIGINT ? .interrupted : .terminated)
    }
  }

  /// The first time the chat ends in order, the second time at once.
  private func interrupt(_ code: ExitCode) {
    guard isLeaving else {
      isLeaving = true
      member?.leave()
      return
    }
    forced = code
    face?.hurry(on: loop, within: Join.lastPatience)
    member?.abandon()
  }

  // MARK: - Taking part

  private func takePart() async throws -> ExitCode {
    let connection = try await connect()
    defer { connection.close() }
    let member = ChatMember(connection, try session())
    let face: any JoinFace =
      try JoinConsole.isPossible
      ? JoinConsole { [weak self] in self?.interrupt(.interrupted) } : JoinPipe()
    (self.member, self.face) = (member, face)
    let (ending, unsaid) = await face.run(member)
    if let forced { return forced }
    if let why = JoinWords.explanation(of: ending) { Output.error.write("parley: \(why)\n") }
    if let failure = face.failure {
      Output.error.write("parley join: \(failure)\n")
      return .local
    }
    guard unsaid == 0 else {
      let messages = unsaid == 1 ? "1 message was" : "\(unsaid) messages were"
      Output.error.write("parley: \(messages) not accepted\n")
      let code = ExitCode(ending)
      return code == .done ? .wrong : code
    }
    return ExitCode(ending)
  }

  private func connect() async throws -> Connection {
    var limits = Connect.Options()
    limits.timeout = timeout.map(Timeout.after) ?? .none
    do {
      return try await Connect.open(address, on: loop, resolver: Resolver(), options: limits)
    } catch var error as SocketError {
      // A port alone means this machine, which a person would rather see called by its name.
      if case .any? = address.host { error.address = "localhost\(address)" }
      throw error
    }
  }

  /// How long connecting, and then being let in, may take; nil for ever.
  private var timeout: Duration? {
    switch options.timeout {
    case .standard: Join.standardTimeout
    case .none: nil
    case .after(let duration): duration
    }
  }

  private func session() throws(WireError) -> any MemberSession {
    switch options.framing {
    case nil:
      let login = LoginName.environment.flatMap { (try? Nick.check($0)) == nil ? nil : $0 }
      return try NativeSession(
        nick: options.nick ?? login, room: options.room,
        patience: timeout ?? .seconds(Int64.max / 2), at: .now(Instant(nanoseconds: loop.now)))
    case .line: return FrameSession(.line, name: nil)
    case .dec10: return FrameSession(.dec10, name: options.nick)
    case .u16: return FrameSession(.u16, name: options.nick ?? LoginName.best)
    case .u32: return FrameSession(.u32, name: options.nick ?? LoginName.best)
    }
  }
}
