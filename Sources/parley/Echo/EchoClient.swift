import Glibc
import Chat
import Sockets
import Wire

/// `parley echo ADDRESS`: its input goes to the server and comes back to its output, compared on the way.
///
/// One task sends, one receives; two more wait for the end and for a standstill.
final class EchoClient: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  /// What the sender does.
  private enum Sending {
    case waitingForInput
    case waitingForRoom
    case writing
    case ended
  }

  /// How long the server may take to say more after everything has come back: its end, if it ends, or
  /// something that nobody sent.
  private static let grace = Duration.milliseconds(200)
  /// Less room than this is not worth a write.
  private static let worthwhile = 65_536
  private static let standardTimeout = Duration.seconds(10)

  private let connection: Connection
  private let input: StandardInput
  private let output: StandardOutput
  private var messages: EchoMessages?
  /// What is wrong with the input: told when all that was before it has come back.
  private var inputFault: Complaint?
  private var window = EchoWindow()
  private var sending = Sending.waitingForInput
  /// Whether the receiver waits for the server.
  private var isReceiving = false
  /// Whether it waits for whoever reads the output.
  private var isWriting = false
  /// Whether sending has found that the server reset the connection.
  private var wasReset = false
  /// Opened when there is more room in the window.
  private let room = Gate()
  /// Opened when everything is back and written.
  private let settled = Gate()
  /// The last bytes that came back right: what a wrong one is shown behind.
  private var recent: [UInt8] = []
  /// When a byte last moved.
  private var moved: Nanoseconds
  private let say: (String) -> Void

  init(_ connection: Connection, _ options: EchoOptions) throws {
    self.connection = connection
    input = try StandardInput(on: connection.loop)
    output = try StandardOutput(on: connection.loop)
    messages = options.framing.map { EchoMessages($0) }
    moved = connection.loop.now
    say = options.isVerbose ? { Output.error.write("parley echo: \($0)\n") } : { _ in }
  }

  static func run(_ options: EchoOptions) -> ExitCode {
    Program.run("echo") { loop in
      let timeout = options.timeout.orStandard(standardTimeout)
      var dialling = Connect.Options()
      dialling.timeout = timeout
      let address = try Address(server: options.address)
      do {
        try await Connect.to(address, on: loop, resolver: Resolver(), options: dialling) {
          let client = try EchoClient($0, options)
          client.say("connected to \($0.peerAddress)")
          try await client.run(timeout)
        }
        return .done
      } catch let fault as EchoFault {
        return try fault.said()
      }
    }
  }

  /// Runs until everything is back; the first task that knows the end ends the others.
  func run(_ timeout: Timeout) async throws {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await self.send()
        return false
      }
      group.addTask { try await self.receive() }
      group.addTask {
        try await self.wait(self.settled)
        try await self.connection.loop.sleep(for: Self.grace)
        return true
      }
      if case .after(let limit) = timeout {
        group.addTask { try await self.watch(limit) }
      }
      defer { group.cancelAll() }
      while try await group.next() == false {}
    }
    say("all \(window.verified) bytes have come back")
    if let inputFault { throw inputFault }
  }

  private func note(_ sending: Sending) {
    self.sending = sending
    moved = connection.loop.now
  }

  private func wait(_ gate: Gate) async throws {
    await withTaskCancellationHandler {
      await gate.wait()
    } onCancel: {
      connection.loop.execute { gate.open() }
    }
    try Task.checkCancellation()
  }

  private func settleIfDone() {
    if sending == .ended, window.count == 0, !isWriting { settled.open() }
  }
}

// MARK: - Sending

extension EchoClient {
  /// Sends all of the input, or until the connection breaks: what came back before that tells more, and
  /// the receiver finds the end.
  private func send() async throws {
    var piece: [UInt8] = []
    piece.reserveCapacity(65_536)
    var isOpen = true
    while isOpen {
      note(.waitingForInput)
      piece.removeAll(keepingCapacity: true)
      var isLast = try await input.read(into: &piece) == 0
      do {
        if messages == nil { try await send(piece) } else { try await send(text: piece) }
        if inputFault != nil { isLast = true }
        if isLast { try await connection.shutdownWrite() }
        isOpen = !isLast
      } catch let error as SocketError {
        say("\(error)")
        // Whoever hears of a reset first is the only one: reading then gives an end.
        wasReset = error.code == ECONNRESET
        isOpen = false
      }
    }
    say("the input ended after \(window.sent) bytes")
    note(.ended)
    settleIfDone()
  }

  private func send(_ bytes: [UInt8]) async throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      while window.room < min(rest.count, Self.worthwhile) { try await waitForRoom() }
      let piece = rest.prefix(window.room)
      try await send(piece.count == bytes.count ? bytes : Array(piece), expecting: piece)
      rest = rest.dropFirst(piece.count)
    }
  }

  private func send(text: [UInt8]) async throws {
    messages?.receive(text: text)
    while let next = nextMessages() {
      if next.echo.isEmpty { try await waitForRoom() }
      try await send(next.messages, expecting: next.echo[...])
    }
  }

  private func nextMessages() -> (messages: [UInt8], echo: [UInt8])? {
    do throws(WireError) {
      return try messages?.next(room: window.room)
    } catch {
      inputFault = Complaint("line \((messages?.lineCount ?? 0) + 1) of the input: \(error)")
      return nil
    }
  }

  /// Sends bytes; before the first of them can come back, the window knows what to expect.
  private func send(_ bytes: [UInt8], expecting echo: ArraySlice<UInt8>) async throws {
    window.append(echo)
    note(.writing)
    try await connection.write(bytes, timeout: nil)
    note(.waitingForInput)
  }

  private func waitForRoom() async throws {
    note(.waitingForRoom)
    try await wait(room)
  }
}

// MARK: - Receiving

extension EchoClient {
  /// Receives until the server ends the stream; true when everything is back by then.
  private func receive() async throws -> Bool {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(65_536)
    while try await read(into: &bytes) > 0 {
      if messages == nil { try await accept(bytes) } else { try await accept(lines(from: bytes)) }
      bytes.removeAll(keepingCapacity: true)
    }
    if sending == .waitingForInput, window.count == 0 {
      // The input may have ended, and only nobody has heard of it yet.
      try await connection.loop.sleep(for: Self.grace)
      if sending == .waitingForInput { throw EchoFault.closed(offset: window.verified) }
    }
    guard sending == .ended, window.count == 0 else {
      if wasReset { throw EchoFault.reset(offset: window.verified, sent: window.sent) }
      throw EchoFault.shorter(offset: window.verified, sent: window.sent)
    }
    return true
  }

  private func read(into bytes: inout [UInt8]) async throws -> Int {
    isReceiving = true
    defer { isReceiving = false }
    do {
      return try await connection.read(into: &bytes, timeout: nil)
    } catch let error as SocketError where ExitCode(error) == .reset {
      // Who has everything back need not care how the server ends.
      if sending == .ended, window.count == 0 { return 0 }
      throw EchoFault.reset(offset: window.verified, sent: window.sent)
    }
  }

  private func lines(from bytes: [UInt8]) throws -> [UInt8] {
    do throws(WireError) {
      return try messages?.receive(echo: bytes) ?? []
    } catch {
      throw Complaint("what came back after offset \(window.verified): \(error)")
    }
  }

  /// Compares what came back, and writes what is right of it.
  private func accept(_ echo: [UInt8]) async throws {
    let right = window.receive(echo[...])
    recent = Array((recent + echo[max(0, right - 8)..<right])[...].suffix(8))
    room.open()
    isWriting = true
    try await output.write(right == echo.count ? echo : Array(echo[..<right]))
    isWriting = false
    if right < echo.count { throw fault(in: echo, at: right) }
    moved = connection.loop.now
    settleIfDone()
  }

  private func fault(in echo: [UInt8], at right: Int) -> EchoFault {
    let remote = echo[right..<min(right + 16, echo.count)]
    let local = window.expected(atMost: 16)
    guard !local.isEmpty else {
      return .longer(extra: Array(remote), offset: window.verified)
    }
    return .wrong(
      local: recent + local, remote: recent + remote, offset: window.verified)
  }

  /// Waits until for so long nothing has moved although something should: with the receiver waiting, and
  /// the sender as well, but not for its input.
  private func watch(_ limit: Duration) async throws -> Bool {
    let loop = connection.loop
    var pause = limit
    while true {
      try await loop.sleep(for: pause)
      let still = Duration.nanoseconds(loop.now - min(moved, loop.now))
      guard still >= limit, isReceiving, window.count > 0 else {
        pause = max(limit - still, .milliseconds(10))
        continue
      }
      let (offset, sent) = (window.verified, window.sent)
      switch sending {
      case .waitingForInput: pause = limit
      case .waitingForRoom:
        throw EchoFault.standstill(limit, offset: offset, sent: sent, isFull: true)
      case .writing:
        throw EchoFault.standstill(limit, offset: offset, sent: sent, isFull: false)
      case .ended: throw EchoFault.silent(limit, offset: offset, sent: sent)
      }
    }
  }
}
