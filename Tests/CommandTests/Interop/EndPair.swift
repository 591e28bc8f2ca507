/// Who calls whom.
enum EndRole: String, CaseIterable {
  case connect, listen
}

/// A `connect` or a `listen`, and the peer at the other end of its connection.
struct EndPair: Sendable {
  let ours: ChildProcess
  let peer: Scripted

  /// Starts both; `early` is what `listen` has on its input before there is a client, and `connect` at
  /// once, and with nil the input stays open.
  init(
    _ role: EndRole, _ options: [String] = [], early: [UInt8]? = nil, peer steps: String...
  ) async throws {
    switch role {
    case .connect:
      peer = try await Scripted("listen", .v4, steps)
      ours = try ChildProcess(try Tree.parley(), ["connect"] + options + [peer.place.address])
      if let early { ours.feed(early) }
    case .listen:
      let server = try await Listening(["listen"] + options + [Loopback.v4.anyPort])
      ours = server.process
      if let early { ours.feed(early) }
      peer = try Scripted(to: server.place, steps: steps)
    }
  }

  /// The same on a terminal.
  static func onTerminal(_ role: EndRole, peer steps: String...) async throws -> EndPair {
    let terminal = ChildProcess.Connection.terminal(columns: 80, rows: 24)
    switch role {
    case .connect:
      let peer = try await Scripted("listen", .v4, steps)
      let arguments = ["connect", peer.place.address]
      return EndPair(
        ours: try ChildProcess(try Tree.parley(), arguments, on: terminal), peer: peer)
    case .listen:
      let ours = try ChildProcess(
        try Tree.parley(), ["listen", Loopback.v4.anyPort], on: terminal)
      try await ours.expect(": listening on ")
      let place = try Place(try await ours.expect("\r\n").dropLast())
      return EndPair(ours: ours, peer: try Scripted(to: place, steps: steps))
    }
  }

  private init(ours: ChildProcess, peer: Scripted) { (self.ours, self.peer) = (ours, peer) }
}
