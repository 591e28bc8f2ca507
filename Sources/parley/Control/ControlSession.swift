import Chat
import Glibc
import Messaging
import Sockets

/// `parley control`: commands to a server, answers to standard output.
///
/// Lives on its loop's thread.
final class ControlSession: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  private static let patience = Duration.seconds(10)
  private static let prompt = "parley> "

  private let path: String
  private let connection: Connection
  private let lines: TextLines
  private let output: StandardOutput
  private let prompts: Bool
  /// How many commands have no answer yet.
  private var waiting = 0
  private var hasRefused = false
  /// Whether all commands are given, or the last one ends the server: then its end is no failure.
  private var expectsEnd = false

  static func run(_ options: ControlOptions) -> ExitCode {
    Program.run("control") { loop in
      guard let address = UnixAddress(path: options.path) else {
        throw Complaint("\(options.path) is no path of a socket", .usage)
      }
      var limits = Connect.Options()
      limits.timeout = .after(patience)
      let connection = try await Connect.open(Address(.unix(address)), on: loop, options: limits)
      defer { connection.close() }
      let session = try ControlSession(
        options.path, connection, prompts: options.words.isEmpty && isatty(0) == 1 && isatty(1) == 1
      )
      try await session.begin()
      if options.words.isEmpty {
        try await session.converse(StandardInput(on: loop))
      } else {
        try await session.give(Array(options.words.joined(separator: " ").utf8))
        try await session.endGiving()
        try await session.listen()
      }
      return session.hasRefused ? .wrong : .done
    }
  }

  private init(_ path: String, _ connection: Connection, prompts: Bool) throws {
    self.path = path
    self.connection = connection
    self.prompts = prompts
    lines = TextLines(connection, limit: 1 << 20)
    output = try StandardOutput(on: connection.loop)
  }

  /// Waits for the word that only a server of ours says.
  private func begin() async throws {
    let stranger = Complaint("\(path) is not the control socket of a Parley server")
    do {
      let line = try await lines.read(timeout: .after(ControlSession.patience))
      // More sessions than there may be are closed at once.
      guard let line else {
        throw Complaint("\(path): the server takes no more sessions now", .refused)
      }
      guard line.utf8.elementsEqual(ControlAnswer.greeting.utf8) else { throw stranger }
    } catch let error as SocketError where error.reason.isTimeout {
      throw stranger
    } catch is MessagingError {
      throw stranger
    }
  }

  /// Gives commands as they come, and shows answers as they come.
  private func converse(_ input: StandardInput) async throws {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await self.type(input)
        return false
      }
      group.addTask {
        try await self.listen()
        return true
      }
      defer {
        group.cancelAll()
        input.stop()
      }
      while let isOver = try await group.next(), !isOver {}
    }
  }

  private func type(_ input: StandardInput) async throws {
    var typed = InputLines(limit: ControlCommand.lineLimit)
    var isAtEnd = false
    try await ask()
    while !isAtEnd {
      let bytes = try await input.next()
      isAtEnd = bytes.isEmpty
      typed.receive(bytes)
      while let line = typed.next(atEnd: isAtEnd) {
        switch line {
        case .text(let text):
          if ControlSession.quits(text) { return try await endGiving() }
          try await give(text)
        case .tooLong:
          refuse("a line has at most \(ControlCommand.lineLimit) bytes")
          try await ask()
        }
      }
    }
    // The shell's prompt is not to stand behind ours.
    if prompts { try await output.write(Array("\n".utf8)) }
    try await endGiving()
  }

  /// `quit` and `exit`, written as freely as the commands of the server.
  private static func quits(_ line: [UInt8]) -> Bool {
    let words = line.split { [0x20, 0x09, UInt8(ascii: "/")].contains($0) }
    return words.count == 1 && ["quit", "exit"].contains(String(decoding: words[0], as: UTF8.self))
  }

  private func give(_ command: [UInt8]) async throws {
    waiting += 1
    if (try? ControlCommand(command)) == .stop { expectsEnd = true }
    try await connection.write(
      command + [UInt8(ascii: "\n")], timeout: .after(ControlSession.patience))
  }

  private func endGiving() async throws {
    expectsEnd = true
    try await connection.shutdownWrite()
  }

  /// Shows all that the server answers, until it ends.
  private func listen() async throws {
    while let text = try await next() {
      switch ControlAnswer.line(text) {
      case nil: throw Complaint("\(path) does not answer as a Parley server does")
      case .text(let words): try await output.write(Array("\(words)\n".utf8))
      case .done:
        waiting -= 1
        try await ask()
      // Nobody asked: the server ends the session, and this is why.
      case .refused(let why) where waiting <= 0: throw Complaint("\(path): \(why)", .reset)
      case .refused(let why):
        waiting -= 1
        refuse(why)
        try await ask()
      }
    }
    guard expectsEnd, waiting <= 0 else { throw gone }
  }

  private var gone: Complaint { Complaint("the server is gone", .reset) }

  /// The next line of the server; nil at its end.
  private func next() async throws -> String? {
    do {
      return try await lines.read(timeout: .none)
    } catch is MessagingError {
      throw gone
    } catch let error as SocketError where ExitCode(error) == .reset {
      throw gone
    }
  }

  private func refuse(_ why: String) {
    hasRefused = true
    Output.error.write("parley control: \(why)\n")
  }

  private func ask() async throws {
    guard prompts, waiting <= 0, !expectsEnd else { return }
    try await output.write(Array(ControlSession.prompt.utf8))
  }
}

extension SocketError.Reason {
  fileprivate var isTimeout: Bool {
    if case .timedOut = self { true } else { false }
  }
}
