import Glibc
import Rooms
import Sockets
import Wire

/// The file that a body goes to: kept when something goes wrong, so that it can be continued.
final class DownloadFile: @unchecked Sendable {
  // @unchecked: confined to the loop's thread once it runs.

  /// What told this content from others, of a whole file, too, as it may have grown at the server; an
  /// attribute, so that no second file lies about, and so that it goes where the file goes.
  private static let validatorName = "user.parley.validator"

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
  ///
  /// - Throws: ``Complaint`` for a pipe or a terminal, whose reader could hold up the program.
  func open(at offset: Int) throws {
    guard !canKeepWaiting else {
      throw Complaint("\(name): not a file; without -o, standard output may be anything", .local)
    }
    let begin = offset == 0 ? O_TRUNC : 0
    // Not even a pipe that came in the same moment is waited for.
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | begin
    descriptor = Glibc.open(path, flags, 0o666)
    guard descriptor >= 0 else { throw failure("open") }
    if offset == 0 { FileAttribute.set(DownloadFile.validatorName, of: descriptor, to: nil) }
    guard offset == 0 || lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
      throw failure("seek")
    }
    count = offset
  }

  /// Whether it is there, and neither a file nor a device like /dev/null.
  private var canKeepWaiting: Bool {
    var information = stat()
    guard stat(path, &information) == 0 else { return false }
    switch information.st_mode & S_IFMT {
    case S_IFREG, S_IFBLK, S_IFDIR: return false
    case S_IFCHR: return isTerminal
    default: return true
    }
  }

  private var isTerminal: Bool {
    let number = Glibc.open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard number >= 0 else { return false }
    defer { close(number) }
    return isatty(number) == 1
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
    let result = close(descriptor)
    descriptor = -1
    guard result == 0 else { throw failure("close") }
  }

  private func failure(_ operation: String) -> SocketError {
    SocketError(operation: operation, address: name, code: errno)
  }

  // MARK: - Continuing

  /// What told the content of the answer that began the file from others, if that was kept.
  var validator: [UInt8]? {
    let value = FileAttribute.value(of: DownloadFile.validatorName, at: path) ?? []
    // Who may write the file may write the attribute: it must not become more than one field.
    return !value.isEmpty && value.allSatisfy { (0x20..<0x7F).contains($0) } ? value : nil
  }

  /// Keeps what tells the content of an answer from others, if the server says so.
  func keepValidator(of head: HTTPHead) {
    // A weak tag (W/"…") does not tell each byte from others.
    let tag = head.value(of: "ETag").flatMap { DownloadFile.isTag($0) ? $0 : nil }
    FileAttribute.set(
      DownloadFile.validatorName, of: descriptor, to: tag ?? head.value(of: "Last-Modified"))
  }

  /// Asks for what comes behind the file's bytes, as long as they are still those of the server.
  static func rangeFields(from start: Int, validator: [UInt8]?) -> [HTTPHead.Field] {
    let range = HTTPHead.Field(name: "Range", value: Array("bytes=\(start)-".utf8))
    return [range] + (validator.map { [HTTPHead.Field(name: "If-Range", value: $0)] } ?? [])
  }

  /// Whether an answer says that it is about another content than the one of a validator.
  static func isOther(_ head: HTTPHead, than validator: [UInt8]) -> Bool {
    let value = head.value(of: isTag(validator) ? "ETag" : "Last-Modified")
    return value != nil && value != validator
  }

  private static func isTag(_ value: [UInt8]) -> Bool { value.first == UInt8(ascii: "\"") }
}
