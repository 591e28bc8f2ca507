import Chat
import Sockets
import Wire

/// `parley chat --plain udp`.
enum DatagramPeersCommand {
  static func run(_ options: PeersOptions) -> ExitCode {
    Sitting.run("chat", options.face) { sitting in
      let named = try options.peers.map { try Address(server: $0) }
      let filter = try options.rules.read()
      let datagrams = try await Datagrams.bind(
        Address(":\(options.port)"), on: sitting.loop, resolver: Resolver())
      let member = DatagramMember(datagrams, name: options.nick, named: named, filter: filter)
      return try await options.discovering(
        .udp, at: datagrams.localAddress, on: sitting.loop, add: { member.add($0) }
      ) { try await sitting.take(part: IgnoringMember(member)) }
    }
  }
}
