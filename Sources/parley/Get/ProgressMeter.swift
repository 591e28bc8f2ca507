import Glibc
import Sockets
import Wire

/// The progress bar on standard error, where that is a terminal; otherwise nothing.
final class ProgressMeter: @unchecked Sendable {
  // @unchecked: confined to the loop's thread once it runs.

  private static let pause = Duration.milliseconds(200)
  private var progress: Progress?
  private var nextDrawing = Instant.zero

  /// nil where nobody would see it.
  init?() {
    guard isatty(2) == 1 else { return nil }
  }

  func begin(at start: Int, of whole: Int?, now: Nanoseconds) {
    progress = Progress(start: start, whole: whole, at: Instant(nanoseconds: now))
    draw(Instant(nanoseconds: now))
  }

  func advance(by count: Int, now: Nanoseconds) {
    progress?.done += count
    let now = Instant(nanoseconds: now)
    if now >= nextDrawing { draw(now) }
  }

  /// Leaves the bar as it is in the end.
  func end(now: Nanoseconds) {
    draw(Instant(nanoseconds: now))
    leave()
  }

  /// Leaves the bar, so that words can be written below it.
  func leave() {
    if progress != nil { Output.error.write("\n") }
    progress = nil
  }

  private func draw(_ now: Instant) {
    nextDrawing = now + ProgressMeter.pause
    let columns = TerminalMode.size(of: 2)?.columns ?? 80
    guard let line = progress?.line(columns: columns, at: now) else { return }
    Output.error.write("\r\(line)\u{1b}[K")
  }
}
