import Sockets

/// A program for a peer: what the peer sends is its input, and what it prints goes to the peer.
struct ExecSession: Equatable, Sendable {
  /// The program and its arguments.
  var words: [String]

  /// `--exec`: without a shell.
  init(command: String) throws(UsageError) { words = try CommandWords.split(command) }

  /// `--sh-exec`: whatever a shell makes of it.
  init(shell command: String) { words = ["/bin/sh", "-c", command] }

  /// How long a peer may go on sending to a program that has ended: closing with unread input would
  /// reset the connection, and could cost the peer the end of the output.
  private static let patience = Duration.seconds(1)

  private enum Event: Sendable {
    case fed
    case drained
    case ended(Child.Ending)
    case late
  }

  /// Runs the program until it has ended and all that it printed is sent.
  ///
  /// Each end is passed on: the peer's half-close is the end of the program's input, and when it closes
  /// its output the peer is told. A peer that is gone, and cancellation, end the program.
  ///
  /// - Throws: ``SocketError`` when the program cannot be started or the peer is gone.
  func run(_ passage: Passage) async throws -> Child.Ending {
    let child = try Child(
      words, environment: Self.environment(passage.connection), on: passage.connection.loop)
    do {
      return try await Self.join(child, passage)
    } catch {
      await child.stop()
      throw error
    }
  }

  private static func join(_ child: Child, _ passage: Passage) async throws -> Child.Ending {
    try await withThrowingTaskGroup(of: Event.self) { group in
      group.addTask {
        try await feed(child, from: passage)
        return .fed
      }
      group.addTask {
        try await drain(child, into: passage)
        return .drained
      }
      group.addTask { .ended(try await child.wait()) }
      var (isFed, isDrained) = (false, false)
      var ending: Child.Ending?
      while true {
        if let ending, isDrained {
          if !isFed { await linger(&group, on: passage.connection.loop) }
          group.cancelAll()
          return ending
        }
        switch try await group.next() {
        case .fed: isFed = true
        case .drained: isDrained = true
        case .ended(let how): ending = how
        case .late, nil: break
        }
      }
    }
  }

  /// Waits for the peer's end, or for a moment.
  private static func linger(
    _ group: inout ThrowingTaskGroup<Event, any Error>, on loop: EventLoop
  ) async {
    group.addTask {
      try await loop.sleep(for: patience)
      return .late
    }
    _ = await group.nextResult()
  }

  private static func feed(_ child: Child, from passage: Passage) async throws {
    var buffer: [UInt8] = []
    buffer.reserveCapacity(65_536)
    var isHeard = true
    while true {
      buffer.removeAll(keepingCapacity: true)
      guard try await passage.read(into: &buffer) > 0 else { break }
      guard isHeard else { continue }
      do {
        try await child.input.write(buffer)
      } catch is SocketError {
        // It does not read, or not any more: what comes is for nobody.
        isHeard = false
      }
    }
    child.input.close()
  }

  private static func drain(_ child: Child, into passage: Passage) async throws {
    var buffer: [UInt8] = []
    buffer.reserveCapacity(65_536)
    while true {
      buffer.removeAll(keepingCapacity: true)
      guard try await child.output.read(into: &buffer) > 0 else { break }
      try await passage.write(buffer)
    }
    try await passage.shutdownWrite()
  }

  /// Who is at the other end, in the variables that programs for ncat know.
  private static func environment(_ connection: Connection) -> [String: String] {
    var variables: [String: String] = [:]
    func add(_ side: String, _ address: SocketAddress) {
      let address = Address(address)
      switch address.target {
      case .host(let host, let port):
        variables["NCAT_\(side)_ADDR"] = "\(host)"
        variables["NCAT_\(side)_PORT"] = "\(port)"
      case .unix: variables["NCAT_\(side)_ADDR"] = "\(address)"
      }
    }
    add("REMOTE", connection.peerAddress)
    if let local = connection.localAddress { add("LOCAL", local) }
    variables["NCAT_PROTO"] = connection.peerAddress.family == .unix ? "UNIX" : "TCP"
    return variables
  }
}

extension Child.Ending {
  /// Complains of an end that is not a success.
  func check(_ session: ExecSession) throws(Complaint) {
    guard self != .exited(0) else { return }
    throw Complaint("\(session.words.joined(separator: " ")) \(self)")
  }
}
