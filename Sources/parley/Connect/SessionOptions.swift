import Sockets

/// What `connect` and `listen` do with a peer: the same words for both.
struct SessionOptions: Equatable, Sendable {
  /// How long no byte may go or come.
  var idle = TimeLimit.none
  /// How long the answer may take once standard input has ended.
  var quit = TimeLimit.standard
  var isSendOnly = false
  var isReceiveOnly = false
  var isVerbose = false
  var transfer = TransferOptions()
  var datagrams = DatagramOptions()
  /// The program that takes the place of standard input and output.
  var exec: ExecSession?

  static func options<Options>(
    _ field: WritableKeyPath<Options, SessionOptions>
  ) -> [Verb<Options>.Option] {
    [
      .value("-i, --idle-timeout", "S|none", "end after S seconds without a byte either way") {
        (options, text) throws(UsageError) in
        options[keyPath: field].idle = try TimeLimit(text)
      },
      .value("-q, --quit", "S|none", "end S seconds after the end of input, whatever comes") {
        (options, text) throws(UsageError) in
        options[keyPath: field].quit = try TimeLimit(text, mayBeZero: true)
      },
      .flag("-N", "tell the peer when input ends; it happens anyway") { _ in },
      .flag("--send-only", "throw away what comes; end when all has been sent and confirmed") {
        $0[keyPath: field].isSendOnly = true
      },
      .flag("--recv-only", "do not read input; end when the peer ends") {
        $0[keyPath: field].isReceiveOnly = true
      },
      .flag("-v, --verbose", "explain on standard error what happens") {
        $0[keyPath: field].isVerbose = true
      },
    ]
  }

  /// What only some want: messages, datagrams, a program.
  static func groups<Options>(
    _ field: WritableKeyPath<Options, SessionOptions>
  ) -> [Verb<Options>.Group] {
    [
      Verb.Group(
        "Bytes and messages", TransferOptions.options(field.appending(path: \.transfer))),
      Verb.Group("Datagrams", DatagramOptions.options(field.appending(path: \.datagrams))),
      Verb.Group(
        "A program instead of standard input and output",
        [
          .value(
            "-e, --exec", "COMMAND",
            """
            run this for each connection: what the peer sends is its input, what it prints goes to \
            the peer; NCAT_REMOTE_ADDR and NCAT_REMOTE_PORT tell it who that is
            """
          ) { (options, text) throws(UsageError) in
            try options[keyPath: field].setExec(ExecSession(command: text))
          },
          .value("-c, --sh-exec", "COMMAND", "as --exec, by a shell: with pipes and variables") {
            (options, text) throws(UsageError) in
            try options[keyPath: field].setExec(ExecSession(shell: text))
          },
        ]),
    ]
  }

  private mutating func setExec(_ exec: ExecSession) throws(UsageError) {
    guard self.exec == nil else { throw UsageError("either --exec or --sh-exec, not both") }
    self.exec = exec
  }

  func validate() throws(UsageError) {
    try datagrams.validate()
    try transfer.validate(isUDP: datagrams.isUDP)
    if exec != nil { try validateExec() }
    guard !isSendOnly || !isReceiveOnly else {
      throw UsageError("either --send-only or --recv-only, not both")
    }
  }

  private func validateExec() throws(UsageError) {
    let others: [(Bool, String)] = [
      (datagrams.isUDP, "-u"), (transfer.frame != nil, "--frame"), (isSendOnly, "--send-only"),
      (isReceiveOnly, "--recv-only"), (idle != .none, "-i"), (quit != .standard, "-q"),
    ]
    if let (_, name) = others.first(where: \.0) {
      throw UsageError(
        "a program has both directions to itself: --exec and \(name) do not go together")
    }
  }

  /// An address in one word, or as a host and a port in two, as `nc` has it.
  static func address(_ operands: [String]) -> String {
    guard operands.count == 2 else { return operands.joined() }
    let isBare = operands[0].utf8.contains(UInt8(ascii: ":")) && operands[0].utf8.first != 0x5b
    return isBare ? "[\(operands[0])]:\(operands[1])" : operands.joined(separator: ":")
  }

  static let notes = [
    """
    When input ends, the peer is told (its reading ends), what it answers is written to its end, and \
    then the program ends with 0. With a terminal as input, the peer's end is the end as well. \
    docs/eof.md has the whole table.
    """
  ]
}
