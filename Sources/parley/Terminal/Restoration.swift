internal import CLinux
import Glibc

/// Sees to it that a terminal that is ours is given back however this program ends, but for SIGKILL.
///
/// A crash is a signal, after which nothing of Swift can be trusted: what then happens is written in C, is prepared
/// here, and is no more than a `write` and an `ioctl`. The signal goes its way afterwards.
enum Restoration {
  private static let watching: Void = parley_watch_ends()

  /// Remembers how the terminal is now; call it before anything is changed.
  static func begin(input: CInt, output: CInt) {
    _ = watching
    Array(Escape.leave.utf8).withUnsafeBytes {
      parley_lend(input, output, $0.baseAddress, $0.count)
    }
  }

  /// The terminal has been given back already.
  static func end() { parley_forget_lent() }
}
