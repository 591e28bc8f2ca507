import Testing

/// What hostile bytes over connections are tried on: the pure core of `parley talk`, or the program.
protocol TalkBench {
  /// Sends over the connection of that name, which calls first if it has not yet.
  mutating func send(_ bytes: [UInt8], from source: String) async throws
  mutating func end(_ source: String) async throws
  /// Lets as much time go by as a source may take.
  mutating func wait(for source: String) async throws
  /// Whether the connection has been ended in order, and nothing was said before.
  mutating func isClosed(_ source: String) async throws -> Bool
  /// The next line that is shown; nil if there is none.
  mutating func line() async throws -> String?
  func place(of source: String) -> String
}

extension HostileFile {
  /// Goes through all steps.
  ///
  /// - Returns: How many lines were expected.
  func run(on bench: inout some TalkBench) async throws -> Int {
    var lines = 0
    for step in steps {
      switch step {
      case .send(let source, _, let bytes): try await bench.send(bytes.bytes, from: source)
      case .end(let source): try await bench.end(source)
      case .silence(let source, _): try await bench.wait(for: source)
      case .closed(let source): #expect(try await bench.isClosed(source), "\(name): \(source)")
      case .shows(let line, let count):
        lines += count
        for _ in 0..<count {
          #expect(try await bench.line() == line.replacingPlaces(bench.place), "\(name)")
        }
      default: throw ToolError("\(name): not for connections")
      }
    }
    return lines
  }
}
