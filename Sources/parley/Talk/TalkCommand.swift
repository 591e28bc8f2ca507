import Chat
import Rooms
import Sockets
import Wire

/// `parley talk --plain`.
struct TalkCommand {
  private static let standardTimeout = Duration.seconds(10)

  static func run(_ options: TalkOptions) -> ExitCode {
    Sitting.run("talk", options.face) { sitting in
      let name = try name(options)
      let line = try await line(options, sitting)
      let member = TalkMember(
        line, on: sitting.loop, name: name, options.framing == .u16 ? .u16 : .u32)
      return try await sitting.take(part: IgnoringMember(member))
    }
  }

  private static func name(_ options: TalkOptions) throws(UsageError) -> String? {
    guard let nick = options.nick else { return nil }
    do throws(NameRefusal) {
      return try PeerName.check(Array(nick.utf8))
    } catch {
      throw UsageError("--nick will not do: \(error)", verb: "talk")
    }
  }

  private static func line(
    _ options: TalkOptions, _ sitting: Sitting
  ) async throws -> TalkMember.Line {
    guard let text = options.address else {
      let listeners = try await options.listen.bind(on: sitting.loop)
      for listener in listeners {
        sitting.remark("listening on \(listener.localAddress)")
      }
      return .listening(listeners)
    }
    var limits = Connect.Options()
    limits.timeout =
      switch options.timeout {
      case .standard: .after(standardTimeout)
      case .none: .none
      case .after(let duration): .after(duration)
      }
    let connection = try await Connect.open(
      try Address(text), on: sitting.loop, resolver: Resolver(), options: limits)
    sitting.remark("connected to \(connection.peerAddress)")
    return .called(connection)
  }
}
