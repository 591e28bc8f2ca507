import Glibc
import Sockets

/// A file of settings: regular, and not large.
enum SmallFile {
  static func bytes(of path: String) throws -> [UInt8] {
    // A pipe would be waited for, here and on every SIGHUP: only a regular file will do.
    let number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { throw SocketError(operation: "open", address: path, code: errno) }
    defer { close(number) }
    var information = stat()
    guard fstat(number, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
      throw Complaint("\(path): not a file", .local)
    }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(number, &piece, piece.count)
      guard count >= 0 else { throw SocketError(operation: "read", address: path, code: errno) }
      if count == 0 { return bytes }
      bytes += piece[..<count]
      guard bytes.count <= limit else { throw Complaint("\(path): more than 4 MiB", .local) }
    }
  }

  private static let limit = 4 << 20
}
