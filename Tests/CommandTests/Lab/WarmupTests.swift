import Messaging
import Sockets
import Testing

@testable import parley

/// What two programs of the first lesson print, without their seconds.
@Suite("Two things at the same time")
struct WarmupTests {
  /// What was printed, and how often somebody waited for a second.
  private final class Transcript: Sendable {
    private let state = Locked((lines: [String](), pauses: 0))

    var lines: [String] { state.withLock { $0.lines } }
    var pauses: Int { state.withLock { $0.pauses } }

    func say(_ line: String) { state.withLock { $0.lines.append(line) } }
    func pause() { state.withLock { $0.pauses += 1 } }
  }

  private func run(
    _ program:
      @Sendable @escaping (@escaping Warmup.Say, @escaping Warmup.Pause) async throws -> Void
  ) async throws -> Transcript {
    let transcript = Transcript()
    try await EventLoop.run { _ in
      try await program({ transcript.say($0) }) {
        transcript.pause()
        await Task.yield()
      }
    }
    return transcript
  }

  @Test("both counters count to their ends, in step, and the farewell is the last line")
  func countdowns() async throws {
    let transcript = try await run { try await Warmup.countdowns($0, $1) }
    let lines = transcript.lines
    #expect(
      lines.filter { $0.hasPrefix("T-minus") } == (1...10).reversed().map { "T-minus \($0)" })
    #expect(lines.filter { $0.hasPrefix("Up") } == (0..<5).map { "Up we go \($0)" })
    #expect(lines.count == 17 && lines.contains("Waiting") && lines.last == "Goodbye")
    #expect(transcript.pauses == 15)
    // At the same time: the slower counter has not ended before the other begins.
    let begin = try #require(lines.firstIndex(of: "Up we go 0"))
    let end = try #require(lines.firstIndex(of: "T-minus 1"))
    #expect(begin < end)
  }

  @Test("what is consumed was produced before, in the same order, and all of it")
  func queue() async throws {
    let transcript = try await run { try await Warmup.queue($0, $1) }
    let lines = transcript.lines
    for number in 0..<10 {
      let made = try #require(lines.firstIndex(of: "Producing \(number)"))
      let used = try #require(lines.firstIndex(of: "Consuming \(number)"))
      #expect(made < used)
    }
    #expect(
      lines.filter { $0.hasPrefix("Cons") } == (0..<10).map { "Consuming \($0)" } + [
        "Consumer goodbye"
      ])
    #expect(lines.contains("Waiting") && lines.contains("Producer done") && lines.last == "Done")
    #expect(lines.count == 24 && transcript.pauses == 10)
  }

  @Test("the built program prints the same lines")
  func built() async throws {
    for (row, last, count) in [("8", "Goodbye", 17), ("9", "Done", 24)] {
      let end = try await ChildProcess.parley("lab", "row", row, "--pace", "0.001").finished()
      let lines = end.text.split(separator: "\n")
      #expect(lines.last == last[...] && lines.count == count)
      #expect(end.ending == .exited(0) && end.errors.isEmpty)
    }
  }
}
