import Rooms
import Sockets

/// Does what the operator of a server asks.
package struct ControlDesk: Sendable {
  private let server: ChatServer
  private let reload: @Sendable () throws -> String
  /// Ends the server in order.
  let stop: @Sendable () -> Void

  /// - Parameters:
  ///   - server: The server.
  ///   - reload: Reads the files again, and tells what there is now.
  ///   - stop: Ends the server in order; called when the answer has been written.
  package init(
    _ server: ChatServer, reload: @escaping @Sendable () throws -> String,
    stop: @escaping @Sendable () -> Void
  ) {
    (self.server, self.reload, self.stop) = (server, reload, stop)
  }

  /// Does what a line says, but for the stop.
  func answer(_ line: [UInt8]) async -> (ControlAnswer, mustStop: Bool) {
    do {
      let command = try ControlCommand(line)
      return (ControlAnswer(try await perform(command)), command == .stop)
    } catch {
      return (ControlAnswer(refusal: "\(error)"), false)
    }
  }

  private func perform(_ command: ControlCommand) async throws -> [String] {
    switch command {
    case .nothing, .stop: return []
    case .help: return ControlCommand.helpLines
    case .stats: return await server.counts().rows(withZeros: true).map { "\($0.name) \($0.value)" }
    case .clients: return await server.clients().map(\.line)
    case .rooms: return server.rooms().map { "\($0.name) \($0.members)" }
    case .limits:
      let limits = server.limits
      return LimitTable.rows.map { "\($0.name.rawValue) \($0.text(in: limits))" }
    case .limit(let name, let value):
      var limits = server.limits
      try LimitTable.set(name, to: value, in: &limits)
      server.setLimits(limits)
      return ["\(name) \(try LimitTable.row(called: name).text(in: limits))"]
    case .kick(let who, let words):
      let client = try await server.kick(who, words: words)
      return ["removed \(client.line)"]
    case .ban(let target, let duration):
      let (network, count) = try await server.ban(target, for: duration)
      return ["banned \(network)", "removed \(count)"]
    case .unban(let network):
      guard server.unban(network) else { throw ControlMistake("\(network) is not banned") }
      return []
    case .bans:
      return server.bans().map { network, left in
        // A second that has begun is one.
        "\(network) \(left.map { "\(($0 + .nanoseconds(999_999_999)).components.seconds)" } ?? "-")"
      }
    case .say(let words):
      server.say(words)
      return []
    case .reload: return [try reload()]
    }
  }
}

extension ClientStatus {
  /// Fields with a blank between them; `-` stands for none.
  fileprivate var line: String {
    let rooms = rooms.isEmpty ? "-" : rooms.joined(separator: ",")
    let door = door.map { "\($0)" } ?? "-"
    return "#\(id.rawValue) \(nick.isEmpty ? "-" : nick) \(door) \(address) \(rooms) \(queued)"
  }
}
