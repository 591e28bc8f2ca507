import Messaging
import Rooms
import Sockets
import Wire

/// The second lesson's chats by datagrams, each better than the one before, and a stream of numbers.
enum DatagramLesson {
  /// Row 18: one line out, then one datagram in, and nothing can be typed meanwhile.
  @Sendable
  static func byTurns(_ bench: Workbench) async throws {
    let group = try await open(bench)
    defer { group.close() }
    guard let voice = try await LessonVoice.ask(bench) else { return }
    while let line = try await bench.terminal.ask("> ") {
      let texts = voice.texts(of: line, limit: group.limit)
      // To a line that says nothing nobody answers.
      guard !texts.isEmpty else { continue }
      for text in texts { try await send(text, to: group, bench) }
      try await bench.terminal.show(group.receive().bytes)
    }
  }

  /// Row 21: what comes is printed while somebody types.
  @Sendable
  static func atOnce(_ bench: Workbench) async throws {
    try await converse(bench) { datagram, _ in try await bench.terminal.show(datagram.bytes) }
  }

  /// Row 22: and whoever goes says so, and is sent nothing more.
  @Sendable
  static func withFarewell(_ bench: Workbench) async throws {
    bench.terminal.leavesInOrder = true
    try await converse(bench) { datagram, group in
      try await bench.terminal.show(datagram.bytes)
      guard let text = ChatText.parse(datagram.bytes), text.isLeave else { return }
      group.remove(datagram.sender)
      try await bench.terminal.say("\(SafeText.safe(text.name)) has left the chat")
    } end: { group, voice in
      try await send(voice.farewell, to: group, bench)
    }
  }

  /// Row 23: numbers without a pause, and no farewell.
  @Sendable
  static func stream(_ bench: Workbench) async throws {
    guard let number = Int(bench.arguments[0]), number >= 0 else {
      throw Complaint("'\(bench.arguments[0])' is no number of messages", .usage)
    }
    let group = try await DatagramGroup.bind(
      bench.place("0.0.0.0:0"), peers: try peers(bench), on: bench.loop)
    defer { group.close() }
    let voice = LessonVoice("Streamer", on: bench.loop)
    for index in 0..<number {
      for text in voice.texts(of: "Number \(index)", limit: group.limit) {
        try await send(text, to: group, bench)
      }
      try await bench.terminal.say("Sent message \(index)")
    }
  }

  // MARK: - Pieces

  private static func peers(_ bench: Workbench) throws -> [Address] {
    try bench.arguments.dropFirst().map { try Address($0) }
  }

  /// Binds to a port of all IPv4 addresses, as the lesson does, and says where that is.
  private static func open(_ bench: Workbench) async throws -> DatagramGroup {
    let group = try await DatagramGroup.bind(
      bench.place("0.0.0.0:\(bench.arguments[0])"), peers: try peers(bench), on: bench.loop)
    try await bench.terminal.say("Bound to: \(PythonForm.of(group.localAddress))")
    let hosts = try LessonAddresses.all().map { "'\($0)'" }.joined(separator: ", ")
    try await bench.terminal.say("Local IP addresses: [\(hosts)]")
    return group
  }

  /// Prints what comes while lines are typed and sent.
  private static func converse(
    _ bench: Workbench,
    _ show: @escaping @Sendable (Datagrams.Datagram, DatagramGroup) async throws -> Void,
    end: @escaping @Sendable (DatagramGroup, LessonVoice) async throws -> Void = { _, _ in }
  ) async throws {
    let group = try await open(bench)
    try group.onEvent { event in
      guard case .message(let datagram) = event else { return }
      // When nobody reads what is printed there is no use in going on.
      do { try await show(datagram, group) } catch { bench.terminal.endInput() }
    }
    try await group.run {
      guard let voice = try await LessonVoice.ask(bench) else { return }
      try await bench.terminal.say(hint)
      while let line = try await bench.terminal.ask("") {
        for text in voice.texts(of: line, limit: group.limit) {
          try await send(text, to: group, bench)
        }
      }
      try await end(group, voice)
    }
  }

  static let hint = """
    Type your message and press Enter to send it. Messages from other peers will be displayed below.
    """

  /// One peer that cannot be reached does not end the chat.
  private static func send(
    _ text: [UInt8], to group: DatagramGroup, _ bench: Workbench
  ) async throws {
    for error in try await group.sendAll(text) { bench.terminal.remark("parley lab: \(error)") }
  }
}

/// The IPv4 addresses of this machine, as the lessons print them.
enum LessonAddresses {
  static func all() throws -> [IPv4Address] {
    try NetworkInterface.all().flatMap(\.addresses).compactMap { assignment in
      if case .ipv4(let host) = assignment.host { host } else { nil }
    }
  }
}
