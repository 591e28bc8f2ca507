import Glibc

/// Both ends of a terminal that no window shows; they are closed with this value.
struct PseudoTerminal: ~Copyable {
  /// Where a person would sit.
  let person: CInt
  /// What a program has as its terminal.
  let program: CInt

  init(columns: UInt16, rows: UInt16) throws {
    let (person, path) = try Self.open(columns: columns, rows: rows)
    let program = Glibc.open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard program >= 0 else {
      close(person)
      throw ToolError("open \(path)", errno)
    }
    (self.person, self.program) = (person, program)
  }

  deinit {
    close(person)
    close(program)
  }

  /// Opens the person's end.
  ///
  /// - Returns: It, and the path that a program opens to have the other end.
  /// - Throws: ``ToolError`` when the machine has no more terminals.
  static func open(columns: UInt16, rows: UInt16) throws -> (person: CInt, path: String) {
    let person = Glibc.open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard person >= 0 else { throw ToolError("open /dev/ptmx", errno) }
    // TIOCSPTLCK and TIOCGPTN, which are what unlockpt and ptsname do.
    var lock: CInt = 0
    var number: CUnsignedInt = 0
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    guard ioctl(person, 0x4004_5431, &lock) == 0, ioctl(person, 0x8004_5430, &number) == 0,
      ioctl(person, UInt(TIOCSWINSZ), &size) == 0
    else {
      let code = errno
      close(person)
      throw ToolError("ioctl", code)
    }
    return (person, "/dev/pts/\(number)")
  }
}
