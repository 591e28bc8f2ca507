import Glibc
import Sockets

/// `parley connect`: standard input and output joined to a server.
enum ConnectCommand {
  private static let standardTimeout = Duration.seconds(10)

  static func run(_ options: ConnectOptions) -> ExitCode {
    Program.run("connect") { loop in
      let remark = Remarks(verb: "connect", isVerbose: options.session.isVerbose)
      let dumps = try options.session.transfer.dumps()
      var limits = Connect.Options()
      limits.timeout = options.timeout.orStandard(standardTimeout)
      let address = try Address(server: options.address)
      let connection = try await Connect.open(
        address, on: loop, options: limits
      ) { remark(words(for: $0)) }
      defer { connection.close() }
      let passage = Passage(connection, options.session.transfer, dumps)
      if let exec = options.session.exec {
        try await exec.run(passage).check(exec)
        return .done
      }
      let input: any ByteInput =
        if let text = options.text { TextInput(text) } else { try StandardInput(on: loop) }
      try await Session(
        passage, options.session, input, StandardOutput(on: loop),
        isTyped: options.text == nil && isatty(0) == 1, remark
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
