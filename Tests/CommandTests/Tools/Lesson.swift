/// A server as a first course writes it, see Peers/lessons/serve.py.
final class LessonServer: Sendable {
  let process: ChildProcess
  let place: Place

  init(_ program: String, on loopback: Loopback = .v4) async throws {
    process = try ChildProcess(
      try Peer.python3.find(), ["-Su", Tree.script("lessons/serve.py"), program, loopback.rawValue])
    let port = try await process.expect("\n", from: .errors)
    place = Place(host: loopback.rawValue, port: String(port.dropLast()))
  }
}

extension ChildProcess {
  /// A client as a first course writes it, see Peers/lessons/call.py.
  static func lesson(_ program: String, _ place: Place, _ words: String...) throws -> ChildProcess {
    try ChildProcess(
      try Peer.python3.find(),
      ["-Su", Tree.script("lessons/call.py"), program, place.host, place.port] + words)
  }
}
