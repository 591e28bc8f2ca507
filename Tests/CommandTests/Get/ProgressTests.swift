import Testing
import Wire

@testable import parley

@Suite("Progress")
struct ProgressTests {
  private func second(_ number: Int) -> Instant { .zero + .seconds(number) }

  @Test("a line never fills the terminal, and is the longer the more room there is")
  func width() {
    for whole in [nil, 0, 1, 1_000_000_000, Int.max] {
      var progress = Progress(start: 0, whole: whole, at: second(0))
      progress.done = (whole ?? 5000) / 3
      var longest = 0
      for columns in 0...200 {
        let line = progress.line(columns: columns, at: second(1))
        #expect(line.utf8.count < max(columns, 1))
        #expect(line.utf8.count >= longest)
        longest = line.utf8.count
      }
    }
  }

  @Test("percent, sizes, rate and time to go are those of the bytes")
  func words() {
    var progress = Progress(start: 0, whole: 10_000_000, at: second(0))
    progress.done = 2_500_000
    #expect(
      progress.line(columns: 70, at: second(1))
        == "25%  [######...................]  2.4 MiB of 9.5 MiB  2.4 MiB/s  0:03")
    var unknown = Progress(start: 0, whole: nil, at: second(0))
    unknown.done = 2048
    #expect(unknown.line(columns: 70, at: second(2)) == "2.0 KiB  1.0 KiB/s")
  }

  @Test("what was there before counts as done, but not as fast")
  func continued() {
    var progress = Progress(start: 1_000_000, whole: 1_002_000, at: second(0))
    progress.done += 1000
    #expect(progress.line(columns: 50, at: second(1)).hasSuffix("  1.0 KiB/s  0:01"))
    #expect(progress.line(columns: 50, at: second(1)).hasPrefix("99%"))
  }

  @Test("the rate is that of the last moments, not of the whole time")
  func rate() {
    var progress = Progress(start: 0, whole: nil, at: second(0))
    progress.done = 1_000_000
    for step in 1...40 { _ = progress.line(columns: 80, at: second(step)) }
    #expect(progress.line(columns: 80, at: second(41)).hasSuffix("  0 B/s"))
  }

  @Test(
    "sizes and times are short",
    arguments: [
      (0, "0 B", "0:00"), (999, "999 B", "16:39"), (1000, "1.0 KiB", "16:40"),
      (59, "59 B", "0:59"), (3600, "3.5 KiB", "1:00:00"), (360_000, "351.6 KiB", "days"),
      (1_072_693_248, "1.0 GiB", "days"), (Int.max, "8388608.0 TiB", "days"),
    ])
  func short(number: Int, size: String, clock: String) {
    #expect(Progress.size(number) == size)
    #expect(Progress.clock(Double(number)) == clock)
  }
}
