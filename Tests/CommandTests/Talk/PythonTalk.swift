/// A chat for two as a second course writes it, see Peers/lessons/talk.py.
enum PythonTalk {
  static func server(_ name: String, wide: Bool = false) async throws -> (ChildProcess, Place) {
    let process = try python(name, [wide ? "server32" : "server"])
    let port = try await process.expect("\n", from: .errors).dropLast()
    return (process, Place(host: "127.0.0.1", port: String(port)))
  }

  static func client(_ name: String, _ place: Place, wide: Bool = false) throws -> ChildProcess {
    try python(name, [wide ? "client32" : "client", place.host, place.port])
  }

  private static func python(_ name: String, _ words: [String]) throws -> ChildProcess {
    try ChildProcess(
      try Peer.python3.find(), ["-BSu", Tree.script("lessons/talk.py"), name] + words)
  }
}
