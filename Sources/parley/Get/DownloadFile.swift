import Glibc
import Rooms
import Sockets
import Wire

/// The file that a body goes to: kept when something goes wrong, so that it can be continued.
final class DownloadFile: @unchecked Sendable {
  // @unchecked: confined to the loop's thread once it runs.

  /// What told this content from others, while the file is not whole; an attribute, so that no second
  /// file lies about, and so that it goes where the file goes.
  private static let validator = "user.parley.validator"

  private let path: String
  private var descriptor: CInt = -1
  /// How many bytes the file holds, once it is open.
  private(set) var count = 0

  init(_ path: String) { self.path = path }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The path, as it can be shown.
  var name: String { SafeText.safe(path) }

  /// What is left of a download that has not come to its end; nil when nothing was begun.
  var kept: String? {
    guard descriptor >= 0 else { return nil }
    return "\(name) holds \(count) byte\(count == 1 ? "" : "s"), and --continue goes on from there"
  }

  /// How many bytes of an earlier download are there.
  func size() throws(SocketError) -> Int {
    var information = stat()
    guard stat(path, &information) == 0 else {
      if errno == ENOENT { return 0 }
      throw failure("open")
    }
    return Int(information.st_size)
  }

  /// Opens the file for what comes at an offset, 0 for a new beginning.
  func open(at offset: Int) throws(SocketError) {
    let begin = offset == 0 ? O_TRUNC : 0
    // A pipe that nobody reads is then an error instead of a wait that no signal could end.
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | begin
    descriptor = Glibc.open(path, flags, 0o666)
    guard descriptor >= 0 else { throw failure("open") }
    _ = fcntl(descriptor, F_SETFL, 0)
    guard offset == 0 || lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
      throw failure("seek")
    }
    count = offset
  }

  func write(_ bytes: [UInt8]) throws(SocketError) {
    var written = 0
    while written < bytes.count {
      let result = bytes.withUnsafeBytes { all in
        Glibc.write(descriptor, all.baseAddress.map { $0 + written }, all.count - written)
      }
      guard result >= 0 || errno == EINTR else { throw failure("write") }
      written += max(result, 0)
      count += max(result, 0)
    }
  }

  /// Closes the file, which is whole.
  func finish() throws(SocketError) {
    FileAttribute.set(DownloadFile.validator, of: descriptor, to: nil)
    let result = close(descriptor)
    descriptor = -1
    guard result == 0 else { throw failure("close") }
  }

  private func failure(_ operation: String) -> SocketError {
    SocketError(operation: operation, address: name, code: errno)
  }

  // MARK: - Continuing

  /// Asks for what comes behind the file's bytes, as long as they are still those of the server.
  func rangeFields(from start: Int) -> [HTTPHead.Field] {
    let range = HTTPHead.Field(name: "Range", value: Array("bytes=\(start)-".utf8))
    let value = FileAttribute.value(of: DownloadFile.validator, at: path) ?? []
    // Who may write the file may write the attribute: it must not become more than one field.
    let isField = !value.isEmpty && value.allSatisfy { (0x20..<0x7F).contains($0) }
    return isField ? [range, HTTPHead.Field(name: "If-Range", value: value)] : [range]
  }

  /// Keeps what tells the content of an answer from others, if the server says so.
  func keepValidator(of head: HTTPHead) {
    let tag = head.value(of: "ETag").flatMap { $0.starts(with: "W/".utf8) ? nil : $0 }
    FileAttribute.set(
      DownloadFile.validator, of: descriptor, to: tag ?? head.value(of: "Last-Modified"))
  }
}
