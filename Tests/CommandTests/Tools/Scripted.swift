/// The other end of a connection, which does what the test says, see Peers/scripted.py.
final class Scripted: Sendable {
  let process: ChildProcess
  /// Where it listens, or where it has connected to.
  let place: Place

  /// Listens, on one connection after the other.
  convenience init(_ steps: String..., on loopback: Loopback = .v4) async throws {
    try await self.init("listen", loopback, steps)
  }

  /// Listens in another way: `udp` or `full`.
  init(_ mode: String, _ loopback: Loopback, _ steps: [String]) async throws {
    process = try ChildProcess(
      try Peer.python3.find(), ["-Su", Tree.script("scripted.py"), mode, loopback.rawValue] + steps)
    let port = try await process.expect("\n", from: .errors)
    place = Place(host: loopback.rawValue, port: String(port.dropLast()))
  }

  /// Connects, or in UDP speaks, to a place.
  convenience init(to place: Place, mode: String = "connect", _ steps: String...) throws {
    try self.init(to: place, mode: mode, steps: steps)
  }

  init(to place: Place, mode: String = "connect", steps: [String]) throws {
    process = try ChildProcess(
      try Peer.python3.find(),
      ["-Su", Tree.script("scripted.py"), mode, place.host, place.port] + steps)
    self.place = place
  }

  /// Lets it go on behind a step `go`.
  func go() throws { try process.write("\n") }

  func expect(_ line: String) async throws { try await process.expect(line + "\n") }

  /// Waits until it has done all its steps.
  func isDone() async throws -> Bool {
    let end = try await process.finished()
    if end.ending != .exited(0) { throw ToolError("\(end)") }
    return true
  }
}
