/// `parley chat --plain tcp`.
enum StreamPeersCommand {
  static func run(_ options: PeersOptions) -> ExitCode { .usage }
}
