import Rooms
import Sockets
import Testing

/// The rows that are sent to `parley serve`.
@Suite("Hostile clients", .timeLimit(.minutes(10)))
struct HostileServerTests {
  @Test(
    "the pure core takes each row as it says, however it is cut",
    arguments: try HostileFile.all(at: "serve"))
  func core(file: HostileFile) async throws {
    for variant in 0..<file.variants {
      var bench = PureServeBench(.whole)
      var run = ServeRun(file, variant: variant)
      try await run.go(on: &bench)
      try check(bench.overheard, file)
      // However it is cut, everybody gets the same: two doors of five are enough for that.
      let doors = [DoorKind.line, .native]
      var whole: [String]?
      for cut in [.whole] + file.cuts {
        // There are other tests, and not many threads.
        await Task.yield()
        var bench = PureServeBench(cut, doors: doors)
        var run = ServeRun(file, variant: variant)
        try await run.goBlindly(on: &bench)
        let outcome = bench.outcome
        #expect(outcome == whole ?? outcome, "\(file), door \(variant + 1), cut \(cut)")
        whole = outcome
      }
    }
  }

  @Test("the server takes each row as it says, and is none the worse for it")
  func server() async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      var bench = try await LiveServeBench([], on: loop)
      for file in try HostileFile.all(at: "serve") where !file.needsItsOwn {
        try await go(through: file, on: &bench)
      }
      #expect(try await bench.end() == .exited(0))
    }
  }

  @Test(
    "so does a server of its own for a row that waits or has options",
    arguments: try HostileFile.all(at: "serve").filter(\.needsItsOwn)
      + HostileFile.all(at: "live-serve"))
  func ownServer(file: HostileFile) async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      var bench = try await LiveServeBench(file.options, on: loop)
      try await go(through: file, on: &bench)
      #expect(try await bench.end() == .exited(0))
    }
  }

  private func go(through file: HostileFile, on bench: inout LiveServeBench) async throws {
    var before = try await bench.settle()
    // What a row of floods leaves for the first time may be more, if it is not so the second time.
    for time in file.isFlood ? 1...2 : 2...2 {
      var roundTrip = Duration.zero
      for variant in 0..<file.variants {
        var run = ServeRun(file, variant: variant)
        try await run.go(on: &bench)
        let after = try await bench.settle()
        try check(after.overheard, file)
        #expect(bench.isLogInOrder, "\(file)")
        roundTrip = max(roundTrip, after.roundTrip)
        if variant == file.variants - 1 {
          var grown = after.memory - before.memory
          // The sanitizer keeps books of its own.
          if time == 2, !Tree.isSanitized {
            if grown > 1024 {
              grown = try await bench.memoryGivenBack(to: before.memory + 1024) - before.memory
            }
            #expect(grown <= 1024, "\(file): \(grown) KiB")
          }
          print("hostile row \(file.row): honest client in after \(roundTrip), \(grown) KiB more")
          before = after
        }
      }
    }
  }

  private func check(_ overheard: [(kind: DoorKind, text: String?)], _ file: HostileFile) throws {
    for (kind, text) in overheard where text == nil || text != overheard.first?.text {
      throw ToolError("\(file): behind the \(kind) door \(text ?? "something else") was heard")
    }
  }
}

extension HostileFile {
  /// Whether other rows would wait for it, or be served otherwise.
  fileprivate var needsItsOwn: Bool {
    !options.isEmpty
      || steps.contains { if case .silence = $0 { true } else { false } }
  }

  /// Whether it may leave something the first time.
  fileprivate var isFlood: Bool { place == "live-serve" }

  /// Every place where an input can be cut; of a long one those where something may change.
  fileprivate var cuts: [PureServeBench.Cut] {
    let longest = steps.reduce(0) { longest, step in
      switch step {
      case .send(_, _, let bytes), .say(_, let bytes): max(longest, bytes.count + 40)
      default: longest
      }
    }
    if longest < 256 { return [.everywhere] + (1..<max(2, longest)).map { .behind($0) } }
    let places = [1, 2, 3, 100, longest / 2, 4095, 4096, 4097, longest - 41, longest - 1]
    return places.filter { $0 < longest }.map { .behind($0) }
  }
}
