import Chat
import Rooms

/// What `parley chat` was asked for.
struct PeersOptions: CommandOptions {
  /// The lessons' own formats.
  enum Plain: String, CaseIterable {
    case udp, tcp
  }

  /// nil: the encrypted chat, which is not there yet.
  var plain: Plain?
  /// Where to be reached; 0 lets the system choose.
  var port = 0
  /// Where others are, as typed; `Sockets` reads them.
  var peers: [String] = []
  /// nil: it is asked for.
  var nick: String?
  var isDiscovering = false
  var rules = AddressRules()
  var face = FaceOptions()
}

extension PeersOptions {
  /// The most addresses of others that a command line may name.
  static let peerLimit = 256

  func run() -> ExitCode {
    switch plain {
    case .udp: DatagramPeersCommand.run(self)
    case .tcp: StreamPeersCommand.run(self)
    case nil: .usage  // Refused by `validate`.
    }
  }

  static var verb: Verb<PeersOptions> {
    Verb(
      name: "chat",
      summary: "a group chat without a server",
      operandUsage: "[PORT] [HOST:PORT ...]",
      operandCount: 0...(peerLimit + 1),
      notes: [
        """
        Everybody speaks to everybody. PORT is where the others reach you, on all addresses of this \
        machine; without it the system chooses one. Each HOST:PORT is somebody who is there already, \
        or comes later; more can be added while the chat goes on.
        """,
        """
        --plain udp and --plain tcp speak the formats of simple chat programs: everybody can read and \
        forge what is said. The encrypted chat comes in a later version.
        """,
        """
        Type a line and press Enter to say it; /help lists the commands, Ctrl-D leaves. In a pipe \
        each line of input is said, and what the others say comes out line by line.
        """,
        """
        Examples:
          parley chat --plain udp 8080 --nick alice
          parley chat --plain udp 8081 192.0.2.7:8080 --nick bob
          parley chat --plain tcp --discover
        """,
      ],
      groups: [
        Verb.Group(
          "Options",
          [
            .value(
              "--plain", "KIND", "udp or tcp: what it runs over", value: .choices(Plain.self)
            ) { (options, text) throws(UsageError) in options.plain = try choice(text) },
            .value("--nick", "NAME", "your name; without it you are asked for it") {
              (options, text) throws(UsageError) in
              do throws(NameRefusal) {
                options.nick = try PeerName.check(Array(text.utf8))
              } catch {
                throw UsageError(value: "will not do: \(error)")
              }
            },
            .flag("--discover", "find others in this network, and be found") {
              $0.isDiscovering = true
            },
          ] + AddressRules.options(\.rules, who: "others", isReloaded: false)),
        FaceOptions.group(\.face),
      ],
      initial: PeersOptions(),
      applyOperands: { (options, operands) throws(UsageError) in
        options.peers = operands
        guard let first = operands.first,
          first.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return }
        options.port = try count(first, of: "PORT", in: 0...65_535)
        options.peers.removeFirst()
      },
      validate: { (options) throws(UsageError) in
        guard options.plain == nil else { return }
        throw UsageError(
          """
          the encrypted chat comes in a later version; until then it is \
          'parley chat --plain udp' or 'parley chat --plain tcp', which everybody can read
          """)
      })
  }
}
