import Rooms
import Sockets

extension ChatServer {
  /// Removes a client, which is told the words.
  ///
  /// - Throws: ``ControlMistake`` when nobody is there.
  func kick(_ who: ControlCommand.Who, words: String) async throws -> ClientStatus {
    let (client, loop) = try find(who)
    let text = words.isEmpty ? "You were removed." : "You were removed: \(words)"
    let status = try await loop.loop.perform { () -> ClientStatus? in
      guard let client = loop.clients[client] else { return nil }
      let status = loop.status(of: client)
      loop.dismiss(client, .removed, text)
      return status
    }
    guard let status else { throw missing(who) }
    return status
  }

  /// Removes all who come from somewhere, or from where a client is, and refuses them from now on.
  ///
  /// - Returns: What is banned, and how many were removed.
  /// - Throws: ``ControlMistake`` when nobody is there, or has no address.
  func ban(
    _ target: ControlCommand.Target, for duration: Duration?
  ) async throws -> (Network, count: Int) {
    let network = try await network(of: target)
    let now = ContinuousClock.now
    guard directory.ban(network, until: duration.map { now + $0 }, at: now) else {
      throw ControlMistake("there are \(Bans.limit) bans already; unban some")
    }
    var count = 0
    for loop in loops {
      count += try await loop.loop.perform {
        let banned = loop.clients.values.filter {
          network.contains($0.peer) && !$0.isOver
        }
        for client in banned { loop.dismiss(client, .removed, "You were removed.") }
        return banned.count
      }
    }
    return (network, count)
  }

  /// False when it was not banned.
  func unban(_ network: Network) -> Bool { directory.unban(network, at: .now) }

  func bans() -> [(network: Network, left: Duration?)] { directory.bans(at: .now) }

  /// Tells everybody.
  func say(_ words: String) {
    for loop in loops { loop.loop.execute { loop.tellAll(.words(words)) } }
  }

  private var directory: Directory { loops[0].directory }

  private func network(of target: ControlCommand.Target) async throws -> Network {
    switch target {
    case .network(let network): return network
    case .client(let who):
      let (client, loop) = try find(who)
      let address = try await loop.loop.perform { loop.clients[client]?.peer }
      guard let address else { throw missing(who) }
      guard let network = Network(of: address) else {
        throw ControlMistake("\(address) is on this machine and has no network; kick it instead")
      }
      return network
    }
  }

  private func find(
    _ who: ControlCommand.Who
  ) throws(ControlMistake) -> (ClientID, ServerLoop) {
    let client: ClientID? =
      switch who {
      case .nick(let nick): directory.find(nick)?.client
      case .number(let number): ClientID(number)
      }
    guard let client, let loop = directory.loop(of: client) else { throw missing(who) }
    return (client, loops[loop])
  }

  private func missing(_ who: ControlCommand.Who) -> ControlMistake {
    switch who {
    case .nick(let nick): ControlMistake("there is nobody called \(nick)")
    case .number(let number): ControlMistake("there is no client #\(number)")
    }
  }
}
