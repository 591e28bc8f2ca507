import Sockets

/// What `parley addresses` was asked for.
struct AddressesOptions: CommandOptions {
  var isJSON = false
}

extension AddressesOptions {
  func run() -> ExitCode {
    do {
      let interfaces = try NetworkInterface.all()
      return Output.finish(
        isJSON ? AddressList.json(interfaces) : AddressList.table(interfaces))
    } catch {
      Output.error.write("parley addresses: \(error)\n")
      return ExitCode(error)
    }
  }

  static var verb: Verb<AddressesOptions> {
    Verb(
      name: "addresses",
      summary: "the addresses of this machine",
      operandUsage: "",
      operandCount: 0...0,
      notes: [
        """
        One line for each address of each network interface: the interface, the address and the \
        length of its network's prefix, where a broadcast goes, and what else the interface can do.
        """
      ],
      groups: [
        Verb.Group(
          "Options",
          [.flag("--json", "all of it as one JSON array of interfaces") { $0.isJSON = true }])
      ],
      initial: AddressesOptions(),
      applyOperands: { (_, _) throws(UsageError) in },
      validate: { (_) throws(UsageError) in })
  }
}
