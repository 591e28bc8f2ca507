import Glibc
import Sockets

/// `parley connect`: standard input and output joined to a server.
enum ConnectCommand {
  private static let standardTimeout = Duration.seconds(10)

  static func run(_ options: ConnectOptions) -> ExitCode {
    Program.run("connect") { loop in
      let remark = Remarks(verb: "connect", isVerbose: options.session.isVerbose)
      var limits = Connect.Options()
      limits.timeout = options.timeout.orStandard(standardTimeout)
      let address = try Address(server: options.address)
      let connection = try await Connect.open(
        address, on: loop, options: limits
      ) { remark(words(for: $0)) }
      defer { connection.close() }
      try await Session(
        connection, options.session, StandardInput(on: loop), StandardOutput(on: loop),
        isTyped: isatty(0) == 1, remark
      ).run()
      return .done
    }
  }

  private static func words(for step: Connect.Step) -> String {
    switch step {
    case .resolved(let addresses):
      "resolved to " + addresses.map(\.description).joined(separator: ", ")
    case .trying(let address): "trying \(address)"
    case .failed(let error): "\(error)"
    case .connected(let address, let duration):
      "connected to \(address) in \(duration.words)"
    }
  }
}
