import Glibc
import Sockets

/// Lines on standard error, from the thread of a server that nobody may hold up for long.
///
/// When they are not taken, the server waits once, and then leaves out and counts until they are again.
final class EchoLog: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  /// How many bytes of a chunk are shown: with all of them escaped, a line still fits into `PIPE_BUF`, so
  /// that a pipe that is ready takes it whole.
  private static let shown = 960
  private static let patience: CInt = 100

  private var lost = 0

  func write(chunk: Span<UInt8>, of peer: SocketAddress) {
    let extract = chunk.extracting(..<min(chunk.count, Self.shown))
    let text = extract.withUnsafeBytes { $0.asPythonBytes }
    let more = chunk.count > Self.shown ? " and \(chunk.count - Self.shown) more" : ""
    write("\(peer) echoed \(chunk.count) bytes: \(text)\(more)")
  }

  func write(_ line: String) {
    guard isTaken() else {
      lost += 1
      return
    }
    if lost > 0 { Output.error.write("parley echo: \(lost) lines were left out\n") }
    lost = 0
    Output.error.write("parley echo: \(line)\n")
  }

  private func isTaken() -> Bool {
    var entry = pollfd(fd: Output.error.rawValue, events: Int16(POLLOUT), revents: 0)
    return poll(&entry, 1, lost > 0 ? 0 : Self.patience) > 0
  }
}
