/// A `parley serve` of this build that listens.
final class RunningServer: Sendable {
  let process: ChildProcess
  /// One for each `--listen`, in their order.
  let ports: [String]
  /// What was printed until it listened.
  let welcome: String

  /// Starts it on free ports of 127.0.0.1.
  ///
  /// - Parameters:
  ///   - doors: What each listener is fixed to; "any" tells doors apart.
  ///   - options: More of the command line.
  /// - Throws: When it does not listen.
  init(_ doors: [String], _ options: [String] = []) async throws {
    let listening = doors.flatMap {
      ["--listen", $0 == "any" ? "127.0.0.1:0" : "127.0.0.1:0,frame=\($0)"]
    }
    process = try ChildProcess(try Tree.parley(), ["serve"] + listening + options)
    let welcome = try await process.expect(
      "Ctrl+C ends it.\n", from: .errors)
    let places = welcome.utf8.split(separator: UInt8(ascii: "\n")).map { String(Substring($0)) }
    ports = places.filter { $0.hasPrefix("parley serves 127.0.0.1:") }.compactMap {
      $0.split(separator: ":").dropFirst().first.map(String.init)
    }
    self.welcome = welcome
    guard ports.count == doors.count else { throw ToolError("no ports in \(welcome)") }
  }

  /// What it logged since the welcome.
  var log: [String] {
    let text = String(decoding: process.transcript(.errors), as: UTF8.self)
    return text.dropFirst(welcome.count).split(separator: "\n").map(String.init)
  }

  /// Ends it in order.
  func end() async throws -> ChildProcess.Ending {
    process.signal(15)
    return try await process.ending()
  }
}
