import Glibc

/// The two ends of something that bytes go through, closed with this value.
final class Ends: Sendable {
  let reading: CInt
  let writing: CInt

  private init(_ reading: CInt, _ writing: CInt) {
    (self.reading, self.writing) = (reading, writing)
  }

  deinit {
    close(reading)
    if writing != reading { close(writing) }
  }

  /// Lets go of both, at once; the numbers stay taken, so that no other test gets them.
  func letGo() {
    letGoOfWriting()
    Self.replace(reading)
  }

  func letGoOfWriting() { Self.replace(writing) }

  private static func replace(_ number: CInt) {
    let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
    _ = dup2(nothing, number)
    close(nothing)
  }

  static func pipe() throws -> Ends {
    let ends = try Spawned.pipe()
    return Ends(ends.read, ends.write)
  }

  static func sockets() throws -> Ends {
    var ends: [CInt] = [-1, -1]
    let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw ToolError("socketpair", errno) }
    return Ends(ends[0], ends[1])
  }

  /// A file that has no name any more, open twice.
  static func file() throws -> Ends {
    var path = Array("/tmp/parley-ends-XXXXXX".utf8CString)
    let writing = mkstemp(&path)
    let reading = open(path, O_RDONLY | O_CLOEXEC)
    guard writing >= 0, reading >= 0 else { throw ToolError("mkstemp", errno) }
    unlink(path)
    return Ends(reading, writing)
  }

  static func device(_ path: String) throws -> Ends {
    let number = open(path, O_RDWR | O_CLOEXEC)
    guard number >= 0 else { throw ToolError("open \(path)", errno) }
    return Ends(number, number)
  }

  /// The descriptor flags and the file status flags.
  static func flags(_ number: CInt) -> [CInt] { [fcntl(number, F_GETFD), fcntl(number, F_GETFL)] }
}

extension CInt {
  /// Writes all of it, blocking.
  func fill(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(self, $0.baseAddress, $0.count) }
      guard count >= 0 else { throw ToolError("write", errno) }
      rest = rest.dropFirst(count)
    }
  }

  /// Reads until the end or `most` bytes, blocking.
  func drain(_ most: Int = .max) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while bytes.count < most {
      let count = Glibc.read(self, &piece, Swift.min(piece.count, most - bytes.count))
      guard count >= 0 else { throw ToolError("read", errno) }
      if count == 0 { break }
      bytes += piece.prefix(count)
    }
    return bytes
  }
}
