import Glibc

/// A file of its own for one test, gone when the last reference to it is.
final class ScratchFile: Sendable {
  let path: String

  init(_ text: String = "") throws {
    var template = Array("/tmp/parley-test-XXXXXX".utf8CString)
    let number = mkstemp(&template)
    guard number >= 0 else { throw ToolError("mkstemp", errno) }
    close(number)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    try write(text)
  }

  deinit { unlink(path) }

  /// Replaces what is in it.
  func write(_ text: String) throws {
    let number = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
    guard number >= 0 else { throw ToolError("open \(path)", errno) }
    defer { close(number) }
    let bytes = Array(text.utf8)
    guard bytes.isEmpty || Glibc.write(number, bytes, bytes.count) == bytes.count else {
      throw ToolError("write \(path)", errno)
    }
  }

  /// What is in it now.
  func read() throws -> [UInt8] {
    let number = open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { throw ToolError("open \(path)", errno) }
    defer { close(number) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while case let count = Glibc.read(number, &piece, piece.count), count > 0 {
      bytes += piece[..<count]
    }
    return bytes
  }
}
