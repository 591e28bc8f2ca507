import Glibc
import Testing

@testable import parley

@Suite("TerminalMode")
struct TerminalModeTests {
  private func settings(_ descriptor: CInt) -> termios {
    var settings = termios()
    tcgetattr(descriptor, &settings)
    return settings
  }

  @Test("a terminal is raw as long as the value lives, and as before afterwards")
  func restores() throws {
    let terminal = try PseudoTerminal(columns: 33, rows: 7)
    let before = settings(terminal.program)
    let cooked = tcflag_t(ECHO | ICANON | ISIG)
    #expect(before.c_lflag & cooked == cooked)
    do {
      let mode = TerminalMode(descriptor: terminal.program)
      #expect(settings(terminal.program).c_lflag & cooked == 0)
      // Others that write to this terminal still get their line ends.
      #expect(settings(terminal.program).c_oflag == before.c_oflag)
      _ = consume mode
    }
    #expect(settings(terminal.program).c_lflag == before.c_lflag)
    #expect(settings(terminal.program).c_iflag == before.c_iflag)
    #expect(fcntl(terminal.program, F_GETFL) & O_NONBLOCK == 0)
  }

  @Test("the size is the terminal's own")
  func size() throws {
    let terminal = try PseudoTerminal(columns: 33, rows: 7)
    let size = try #require(TerminalMode.size(of: terminal.program))
    #expect(size == (33, 7))
  }

  @Test("what is no terminal has no mode and no size")
  func noTerminal() throws {
    let descriptor = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(descriptor) }
    let isTerminal = TerminalMode(descriptor: descriptor) != nil
    #expect(!isTerminal)
    #expect(TerminalMode.size(of: descriptor) == nil)
  }
}
