import Chat
import Glibc
import Rooms
import Sockets
import Wire

/// `parley join`: enters a chat and stays until it ends.
struct Join {
  /// The port of `parley serve`, for an address without one.
  private static let standardPort = 7000
  private static let standardTimeout = Duration.seconds(10)

  private let options: JoinOptions
  private let address: Address

  static func run(_ options: JoinOptions) -> ExitCode {
    Sitting.run("join", options.face) { sitting in
      let join = Join(options: options, address: try address(options.address))
      let connection = try await join.connect(on: sitting.loop)
      defer { connection.close() }
      let session: any MemberSession
      do throws(WireError) {
        session = try join.session(at: .now(Instant(nanoseconds: sitting.loop.now)))
      } catch {
        // Only a name can be so long that no frame holds it.
        throw UsageError("\(error)", verb: "join")
      }
      let member = ChatMember(connection, session) { try await join.connect(on: sitting.loop) }
      return try await sitting.take(part: member)
    }
  }

  private static func address(_ text: String) throws(AddressError) -> Address {
    let address = try Address(text)
    guard address.port == 0 else { return address }
    return try Address(text, port: standardPort)
  }

  private func connect(on loop: EventLoop) async throws -> Connection {
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

  private func session(at now: Moment) throws(WireError) -> any MemberSession {
    switch options.framing {
    case nil:
      let login = LoginName.environment.flatMap { (try? Nick.check($0)) == nil ? nil : $0 }
      return try NativeSession(
        nick: options.nick ?? login, room: options.room,
        patience: timeout ?? .seconds(Int64.max / 2),
        returning: options.returns ? ReturnPlan(seed: .random(in: .min ... .max)) : nil, at: now)
    case .line: return FrameSession(.line, name: nil)
    case .dec10: return FrameSession(.dec10, name: options.nick)
    case .u16: return FrameSession(.u16, name: options.nick ?? LoginName.best)
    case .u32: return FrameSession(.u32, name: options.nick ?? LoginName.best)
    }
  }
}
