/// A client in a room, what it is called there, and what its user has seen.
struct Guest: Sendable {
  /// How it goes.
  enum Leaving {
    case endOfInput
    case typed(String)
    case killed
  }

  let nick: String
  let process: ChildProcess
  let style: Sight.Style
  /// What ends a line here.
  var lineEnd = "\n"
  let leaving: Leaving
  /// Whether it shows what its own user says; only our own client does, to give it a time.
  var showsOwn = false

  var seen: [Sight] { Sight.all(in: process.transcript(), style) }

  func say(_ text: String) throws { try process.write(text + lineEnd) }

  func leave() throws {
    switch leaving {
    case .endOfInput: process.closeInput()
    case .typed(let text): try process.write(text)
    case .killed: process.signal(9)
    }
  }

  /// Waits until what its user has seen, and the test has not taken, satisfies a condition.
  func awaits(
    _ wish: String, within limit: Duration = ChildProcess.patience,
    _ condition: @escaping @Sendable ([Sight]) -> Bool
  ) async throws {
    do {
      try await process.output(within: limit) { condition(Sight.all(in: Array($0.utf8), style)) }
    } catch {
      throw ToolError("\(nick) never saw \(wish): \(error)")
    }
  }
}
