import Chat

/// What `parley serve` was asked for.
///
/// Addresses and networks stay as they were typed: `Sockets` reads them, and knows what is wrong.
struct ServeOptions: CommandOptions {
  /// The doors of one listener: the only one, or nil for "the first bytes tell".
  enum FixedDoor: String, CaseIterable {
    case line, dec10, u16, u32, native
  }

  struct Listener: Equatable, Sendable {
    var address: String
    var door: FixedDoor?
  }

  enum RelayFraming: String, CaseIterable {
    case raw, line, dec10, u16, u32
  }

  enum LogStyle: String, CaseIterable {
    case text, json
  }

  /// What was asked for; empty means ``defaultListeners``.
  var listeners: [Listener] = []
  var isOpen = false
  /// No chat, only bytes from each client to all the others.
  var isRelay = false
  /// What a message of the relay is; without one there are only bytes.
  var relayFraming: RelayFraming?
  /// nil: as many as pay.
  var loops: Int?
  /// How many microseconds a loop goes on looking before it sleeps.
  var spin: Int?
  var log = LogStyle.text
  /// The operator takes part, at this terminal.
  var joins = false
  var nick: String?
  /// Of the operator.
  var face = FaceOptions()
  var isGentle = true
  var backlog: Int?
  var rules = AddressRules()
  /// Limits as they were typed; they win over those of ``limitsFile``.
  var limits: [GivenLimit] = []
  var limitsFile: String?
  /// The path of the operator's socket.
  var control: String?
  /// Seconds between two lines of counts.
  var stats: Int?
  /// The longest message of a relay.
  var maxFrame: Int?

  /// This machine only; a machine without IPv6 does without the second of each pair.
  var defaultListeners: [Listener] {
    let detecting = ["127.0.0.1:7000", "[::1]:7000"].map { Listener(address: $0, door: nil) }
    let silent = ["127.0.0.1:7001", "[::1]:7001"].map { Listener(address: $0, door: .u16) }
    return isRelay ? detecting : detecting + silent
  }
}

extension ServeOptions.Listener {
  /// Reads `ADDRESS` or `ADDRESS,frame=KIND`.
  init(_ text: String) throws(UsageError) {
    // A path may hold a comma; what follows the last one is a setting only when it looks like one.
    guard let comma = text.utf8.lastIndex(of: UInt8(ascii: ",")),
      case let setting = text[text.utf8.index(after: comma)...],
      setting.utf8.contains(UInt8(ascii: "="))
    else {
      self.init(address: text, door: nil)
      return
    }
    guard setting.utf8.starts(with: "frame=".utf8) else {
      throw UsageError("--listen ADDRESS,frame=KIND knows frame only, not '\(setting)'")
    }
    self.init(
      address: String(text[..<comma]),
      door: try choice(String(setting.dropFirst("frame=".count)), of: "--listen …,frame"))
  }
}

extension ServeOptions {
  func run() -> ExitCode { ServeCommand.run(self) }

  static var verb: Verb<ServeOptions> {
    Verb(
      name: "serve",
      summary: "a chat server for every kind of client",
      operandUsage: "[ADDRESS]",
      operandCount: 0...1,
      notes: [
        """
        Without an address it listens on this machine only: on port 7000 for every kind of client, \
        and on port 7001 for u16 clients that wait for the server to speak first. It prints how to \
        join.
        """,
        """
        ADDRESS is HOST:PORT, [IPV6]:PORT, PORT (all addresses of this machine), unix:PATH or \
        unix:@NAME. Port 0 means any free port.
        """,
        """
        Everybody on the network can read what plain clients (nc, telnet, Python) write and receive. \
        They are welcome on this machine; on any other address only with --open.
        """,
        """
        Examples:
          parley serve 0.0.0.0:7000 --open       a class in one network
          parley serve --relay --frame dec10     what one sends, all others get
          parley serve --join --nick alice       take part yourself
        """,
      ],
      groups: [
        Verb.Group("Where and who", listening), Verb.Group("What", chatting),
        Verb.Group("Looking after it", watching), Verb.Group("Speed", speed),
        Verb.Group("Limits (0 means none)", limits),
        FaceOptions.group(\.face),
      ],
      initial: ServeOptions(),
      applyOperands: { (options, operands) throws(UsageError) in
        // The operand comes first, wherever it stood.
        let first = operands.map { Listener(address: $0, door: nil) }
        options.listeners.insert(contentsOf: first, at: 0)
      },
      validate: { (options) throws(UsageError) in try options.validate() })
  }

  private static var listening: [Verb<ServeOptions>.Option] {
    [
      .value(
        "--listen", "ADDRESS[,frame=KIND]",
        """
        one more listener. Its clients are told apart by their first bytes, unless KIND (line, u16, \
        u32, dec10 or native) says what they speak: then they receive from the start, before they \
        have sent anything
        """, isRepeatable: true
      ) { (options, text) throws(UsageError) in options.listeners.append(try Listener(text)) },
      .flag("--open", "let plain clients in from other machines, too") { $0.isOpen = true },
    ] + AddressRules.options(\ServeOptions.rules) + [
      .value("--backlog", "N", "connections that may wait for being accepted") {
        (options, text) throws(UsageError) in
        options.backlog = try count(text, in: 1...65_535)
      }
    ]
  }

  private static var chatting: [Verb<ServeOptions>.Option] {
    [
      .flag(
        "--join",
        "take part at this terminal, which then shows no log; /quit leaves, Ctrl+C ends the server"
      ) { $0.joins = true },
      .value("--nick", "NAME", "your name, with --join") { $0.nick = $1 },
      .flag(
        "--relay",
        "no chat: what one client sends goes unchanged to all the others and to nobody else"
      ) { $0.isRelay = true },
      .value(
        "--frame", "KIND",
        "with --relay, what a message is: raw (the default), line, dec10, u16, u32",
        value: .choices(RelayFraming.self)
      ) {
        (options, text) throws(UsageError) in
        options.relayFraming = try choice(text)
      },
      .flag("--no-gentle", "write to u16 and u32 clients as fast as to all others") {
        $0.isGentle = false
      },
    ]
  }

  private static var watching: [Verb<ServeOptions>.Option] {
    [
      .value(
        "--control", "PATH",
        "a socket file for parley control, which is yours alone: see who is here, remove, ban, stop",
        value: .file
      ) { $0.control = $1 },
      .value("--stats", "SECONDS", "so often, one line of counts on standard error") {
        (options, text) throws(UsageError) in
        options.stats = try count(text, in: 1...86_400)
      },
      .value(
        "--log", "STYLE",
        """
        text (the default) or json: one line per event; of one kind ten a second, the rest is counted
        """,
        value: .choices(LogStyle.self)
      ) {
        (options, text) throws(UsageError) in
        options.log = try choice(text)
      },
    ]
  }

  private static var speed: [Verb<ServeOptions>.Option] {
    [
      .value("--loops", "N", "threads that serve clients") {
        (options, text) throws(UsageError) in
        options.loops = try count(text, in: 1...256)
      },
      .value(
        "--spin", "MICROSECONDS",
        """
        keep a core busy for so long after each event, for answers without the time of waking up; \
        200 is a good number where cores are idle
        """
      ) {
        (options, text) throws(UsageError) in
        options.spin = try count(text, in: 1...1_000_000)
      },
    ]
  }

  private func validate() throws(UsageError) {
    if nick != nil, !joins { throw UsageError("--nick is your own name here and needs --join") }
    if face != FaceOptions(), !joins {
      throw UsageError("--plain-output and --theme are for your own part and need --join")
    }
    guard isRelay else {
      try validateChatLimits()
      guard relayFraming == nil else {
        throw UsageError(
          "--frame needs --relay; for one listener it is --listen ADDRESS,frame=KIND")
      }
      return
    }
    if let other = limits.first(where: { !RelayServer.limits.contains($0.name) }) {
      throw UsageError("--\(other.name.rawValue) is for a chat, which --relay is not")
    }
    if loops != nil { throw UsageError("--relay runs on one loop, so --loops has no meaning") }
    if control != nil || stats != nil {
      throw UsageError("--control and --stats are for a chat, which --relay is not")
    }
    if joins { throw UsageError("--relay has no members, so there is nothing to --join") }
    if listeners.contains(where: { $0.door != nil }) {
      throw UsageError("--relay has one framing for all: --frame KIND instead of ,frame=KIND")
    }
  }
}
