import Glibc

/// A terminal in raw mode for as long as this value lives: every key arrives at once, nothing is echoed.
///
/// Output processing stays on, because other programs may write to the same terminal. The descriptor is
/// inherited and shared, so its blocking mode is left alone. What is being written is not waited for:
/// it does not depend on these modes, and a terminal that stands still holds nobody up. `exit` runs no
/// `deinit`: let the value go first.
struct TerminalMode: ~Copyable {
  private let descriptor: CInt
  private let saved: termios

  /// nil when the descriptor is no terminal.
  init?(descriptor: CInt) {
    var settings = termios()
    guard tcgetattr(descriptor, &settings) == 0 else { return nil }
    let saved = settings
    settings.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG | IEXTEN)
    settings.c_iflag &= ~tcflag_t(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON)
    withUnsafeMutableBytes(of: &settings.c_cc) { characters in
      characters[Int(VMIN)] = 1
      characters[Int(VTIME)] = 0
    }
    guard tcsetattr(descriptor, TCSANOW, &settings) == 0 else { return nil }
    self.saved = saved
    self.descriptor = descriptor
  }

  deinit {
    var settings = saved
    _ = tcsetattr(descriptor, TCSANOW, &settings)
  }

  /// The size of a terminal; nil when the descriptor is none or does not know.
  static func size(of descriptor: CInt) -> (columns: Int, rows: Int)? {
    var window = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0 else { return nil }
    return (Int(window.ws_col), Int(window.ws_row))
  }
}
