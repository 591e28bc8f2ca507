import Chat
import Sockets
import Wire

/// `parley chat --plain tcp`.
enum StreamPeersCommand {
  static func run(_ options: PeersOptions) -> ExitCode {
    Sitting.run("chat", options.face) { sitting in
      let named = try options.peers.map { try Address(server: $0) }
      let listeners = try await Listen.bind(
        Address(":\(options.port)"), on: sitting.loop, resolver: Resolver(),
        options: try listening(options))
      let member = MeshMember(listeners, on: sitting.loop, name: options.nick, named: named)
      let local = listeners.first?.localAddress ?? .ipv4(.any, port: 0)
      return try await options.discovering(
        .tcp, at: local, on: sitting.loop, add: { member.add($0) }
      ) { try await sitting.take(part: IgnoringMember(member)) }
    }
  }

  private static func listening(_ options: PeersOptions) throws -> Listener.Options {
    var listening = Listener.Options()
    listening.lendsPort = true
    listening.filter = try options.rules.read()
    // One machine alone cannot keep everybody else out.
    listening.maximumPerAddress = StreamChat.linkLimit / 4
    return listening
  }
}
