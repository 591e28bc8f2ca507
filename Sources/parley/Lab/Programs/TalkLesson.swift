import Messaging
import Sockets

/// The second lesson's chat for two, over a connection: whoever calls, and whoever is called.
enum TalkLesson {
  /// What the lesson's program takes with one read must come in one piece.
  private static let frameLimit = 1_398
  private static let callerLimit = 32

  /// Row 35: calls, and goes on reading lines after the other one has gone.
  @Sendable
  static func client(_ bench: Workbench) async throws {
    bench.terminal.leavesInOrder = true
    try await bench.connect(to: bench.place(bench.arguments[1])) { connection in
      let peer = MessageConnection(connection, framing: .u16)
      try await bench.terminal.say("Connected to \(PythonForm.of(peer.remoteAddress))")
      let call = Call(peer)
      try peer.onEvent { event in await show(event, of: call, bench) }
      try await peer.run { try await converse(bench) { call.isOver ? nil : call } }
    }
  }

  /// Row 36: takes one caller at a time; another one is told that the line is busy.
  @Sendable
  static func server(_ bench: Workbench) async throws {
    bench.terminal.leavesInOrder = true
    var options = Listener.Options()
    options.maximumConnections = callerLimit
    let server = try await MessageListener.bind(
      bench.place("0.0.0.0:\(bench.arguments[1])"), on: bench.loop, framing: .u16, options: options)
    let line = Line()
    try server.onEvent { event in
      switch event {
      case .listen: break  // Said below, in front of the question.
      case .connect(let peer): await take(peer, line, bench)
      case .error(let error): bench.terminal.remark("parley lab: \(error)")
      case .stop: await say("Stop listening for new connections", bench)
      }
    }
    let hosts = try LessonAddresses.all().map(\.description).joined(separator: ", ")
    try await bench.terminal.say(
      "Server listening on port \(server.localAddress.port ?? 0) at \(hosts)")
    try await server.run {
      try await converse(bench) { line.call }
      if let call = line.call {
        call.peer.close()
        // Its end is told before that of the listening.
        _ = try await call.ended.receive()
      }
    }
  }

  /// One caller.
  private final class Call: Sendable {
    let peer: MessageConnection
    /// Finished when the end has been told.
    let ended = Inbox<Void>(capacity: 1)

    init(_ peer: MessageConnection) { self.peer = peer }

    var isOver: Bool { peer.isClosed }
  }

  /// Whom the server talks with.
  private final class Line: @unchecked Sendable {
    // @unchecked: confined to the loop's thread.
    var call: Call?
  }

  private static func take(_ peer: MessageConnection, _ line: Line, _ bench: Workbench) async {
    guard line.call == nil else {
      // Nobody need take part to say so. It hangs up when it has read that.
      try? await peer.send(ChatMessage(name: "parley", text: "The line is busy.").bytes)
      try? await peer.connection.shutdownWrite()
      return
    }
    let call = Call(peer)
    line.call = call
    try? peer.onEvent { event in
      // The line is free again before that is told.
      if case .close = event { line.call = nil }
      await show(event, of: call, bench)
    }
    await say("Open ingoing connection from: \(PythonForm.of(peer.remoteAddress))", bench)
  }

  /// Asks for a name and for lines, and sends these to whoever is there.
  private static func converse(
    _ bench: Workbench, _ current: @escaping @Sendable () -> Call?
  ) async throws {
    guard let voice = try await LessonVoice.ask(bench) else { return }
    try await bench.terminal.say(DatagramLesson.hint)
    while let line = try await bench.terminal.ask("") {
      guard let peer = current()?.peer else {
        try await bench.terminal.say("No peer connected, message is lost")
        continue
      }
      let texts = voice.texts(of: line, limit: frameLimit)
      if texts.isEmpty { try await bench.terminal.say("Empty message, not sent") }
      do {
        for text in texts {
          try await pace(peer, bench.loop)
          try await peer.send(text, timeout: .after(patience))
        }
      } catch is SocketError {
        // The connection's own events say why.
        try await bench.terminal.say("No peer connected, message is lost")
        peer.close()
      }
    }
  }

  private static let patience = Duration.seconds(10)

  /// The lesson's program takes one read for a message: not many may be on their way to it.
  private static func pace(_ peer: MessageConnection, _ loop: EventLoop) async throws {
    let most = peer.remoteAddress.isLoopback ? 16_384 : 0
    var looks = 0
    while peer.connection.unconfirmed > most {
      looks += 1
      guard looks < 10_000 else {
        throw SocketError(
          operation: "send", address: "\(peer.remoteAddress)", reason: .timedOut(after: patience))
      }
      try await loop.sleep(for: .milliseconds(1))
    }
  }

  private static func show(
    _ event: MessageConnection.Event, of call: Call, _ bench: Workbench
  ) async {
    switch event {
    case .message(let bytes):
      do { try await bench.terminal.show(bytes) } catch { bench.terminal.endInput() }
    case .error(let error): bench.terminal.remark("parley lab: \(error)")
    case .close:
      await say("Connection with peer \(PythonForm.of(call.peer.remoteAddress)) closed", bench)
      call.ended.finish()
    }
  }

  /// When nobody reads what is printed there is no use in going on.
  private static func say(_ text: String, _ bench: Workbench) async {
    do { try await bench.terminal.say(text) } catch { bench.terminal.endInput() }
  }
}
