/// `parley chat --plain udp`.
enum DatagramPeersCommand {
  static func run(_ options: PeersOptions) -> ExitCode { .usage }
}
