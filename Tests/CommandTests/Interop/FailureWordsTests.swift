import Testing

/// What a client says, and ends with, when it does not come to a conversation.
@Suite("Failures of clients")
struct FailureWordsTests {
  private static let verbs = ["connect", "echo", "time", "get"]

  private static func start(
    _ verb: String, _ address: String, _ options: String...
  ) throws -> ChildProcess {
    let target = verb == "get" ? "http://\(address)/" : address
    return try ChildProcess(try Tree.parley(), [verb] + options + [target])
  }

  /// The one line that it says, which begins with its name.
  private static func words(_ verb: String, _ end: Finished) -> String {
    #expect(end.errors.hasPrefix("parley \(verb): ") && end.errors.hasSuffix("\n"), "\(end)")
    #expect(end.errors.split(separator: "\n").count == 1 && end.output.isEmpty, "\(end)")
    return end.errors
  }

  @Test("refused is 10 and names the address", arguments: verbs)
  func refused(_ verb: String) async throws {
    let nobody = try HeldPort()
    let end = try await Self.start(verb, nobody.place.address).finished()
    #expect(end.ending == .exited(10), "\(end)")
    let words = Self.words(verb, end)
    #expect(words.contains("refused") && words.contains(nobody.place.address), "\(words)")
  }

  @Test("unresolvable is 11 and names the name", arguments: verbs)
  func unresolvable(_ verb: String) async throws {
    let end = try await Self.start(verb, "nosuch.invalid:80").finished()
    #expect(end.ending == .exited(11), "\(end)")
    #expect(Self.words(verb, end).contains("nosuch.invalid"))
  }

  @Test("timed out is 13 and says after how long", .needs(.python3), arguments: verbs)
  func timedOut(_ verb: String) async throws {
    let full = try await Scripted("full", .v4, [])
    let end = try await Self.start(verb, full.place.address, "--timeout", "1").finished()
    #expect(end.ending == .exited(13), "\(end)")
    let words = Self.words(verb, end)
    #expect(words.contains(full.place.address) && words.contains("after 1"), "\(words)")
  }

  @Test("reset is 14 and names the address", .needs(.python3), arguments: verbs)
  func reset(_ verb: String) async throws {
    let rude = try await Scripted("go", "rst")
    let client = try Self.start(verb, rude.place.address, "--timeout", "none")
    try client.write("hello\n")
    try await rude.expect("connected")
    try rude.go()
    let end = try await client.finished()
    #expect(end.ending == .exited(14), "\(end)")
    #expect(Self.words(verb, end).contains("reset"), "\(end)")
  }

  @Test("a port that is in use is 4, and named", arguments: ["listen", "echo", "time"])
  func inUse(_ verb: String) async throws {
    let holder = try await Listening("time", on: .v4)
    let arguments = verb == "listen" ? [verb] : [verb, "--listen"]
    let end = try await ChildProcess(try Tree.parley(), arguments + [holder.place.address])
      .finished()
    #expect(end.ending == .exited(4), "\(end)")
    #expect(Self.words(verb, end).contains(holder.place.address))
  }
}
