import Testing

/// What hostile inputs are tried on: the pure core, or the program.
protocol HostileBench {
  /// Sends from a source of that name, which stays itself.
  mutating func send(_ bytes: [UInt8], from source: String) async throws
  mutating func type(_ line: String) async throws
  /// The lines that came of what was done since the last time.
  mutating func shown() async throws -> [String]
  /// Where a source is, as it is shown.
  func place(of source: String) -> String
  /// How many datagrams a source has been sent in all.
  mutating func count(sentTo source: String) async throws -> Int
}

extension HostileFile {
  /// Goes through all steps; what is shown and not expected is wrong as well.
  func run(on bench: inout some HostileBench) async throws {
    var shown: [String] = []
    func mustBeEmpty(before step: Step?) {
      #expect(shown.isEmpty, "\(name): shown, but not expected before \(String(describing: step))")
      shown = []
    }
    for step in steps {
      switch step {
      case .send(let source, let count, let bytes):
        mustBeEmpty(before: step)
        for source in sources(source, count) { try await bench.send(bytes.bytes, from: source) }
        shown = try await bench.shown()
      case .type(let line):
        mustBeEmpty(before: step)
        try await bench.type(line)
        shown = try await bench.shown()
      case .shows(let line, let count):
        let wanted = line.replacingPlaces(bench.place)
        for _ in 0..<count {
          #expect(shown.first == wanted, "\(name)")
          if !shown.isEmpty { shown.removeFirst() }
        }
      case .showsAnything: shown = []
      case .got(let source, let count):
        #expect(try await bench.count(sentTo: source) == count, "\(name): \(source)")
      case .reached(let name, let count):
        var reached = 0
        for source in sources(name, self.count(of: name)) {
          reached += try await bench.count(sentTo: source) > 0 ? 1 : 0
        }
        #expect(reached == count, "\(self.name): \(name)")
      default: throw ToolError("\(name): there is no connection")
      }
    }
    mustBeEmpty(before: nil)
  }

  /// `A` alone, or `A1` to `A9` of nine.
  private func sources(_ name: String, _ count: Int) -> [String] {
    count == 1 ? [name] : (1...count).map { "\(name)\($0)" }
  }

  /// How many sources of a name there are.
  private func count(of name: String) -> Int {
    steps.reduce(1) { count, step in
      if case .send(name, let number, _) = step { max(count, number) } else { count }
    }
  }
}

extension String {
  /// Puts places where `{A}` stands.
  func replacingPlaces(_ place: (String) -> String) -> String {
    var result = ""
    for (index, part) in split(separator: "{", omittingEmptySubsequences: false).enumerated() {
      let pieces = part.split(separator: "}", maxSplits: 1, omittingEmptySubsequences: false)
      if index == 0 || pieces.count < 2 {
        result += part
      } else {
        result += place(String(pieces[0])) + pieces[1]
      }
    }
    return result
  }
}
