import Glibc
import Messaging
import Sockets

/// The files of `--hex-dump` and `--text-dump`: what they say of all connections, line by line.
final class Dumps: Sendable {
  private struct File {
    let style: DumpText.Style
    let path: String
    let number: CInt
  }

  private let files: [File]

  /// Makes the files, or empties those that are there.
  init(hex: String?, text: String?) throws {
    var files: [File] = []
    for (style, path) in [(DumpText.Style.hex, hex), (.text, text)] {
      guard let path else { continue }
      // A FIFO that nobody reads is an error: to wait for a reader would be deaf to signals.
      let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY
      let number = open(path, flags | O_NONBLOCK, 0o666)
      guard number >= 0 else {
        let error = SocketError(operation: "open", address: path, code: errno)
        for file in files { close(file.number) }
        throw Complaint("\(error)", .local)
      }
      _ = fcntl(number, F_SETFL, 0)
      files.append(File(style: style, path: path, number: number))
    }
    self.files = files
  }

  deinit { for file in files { close(file.number) } }

  /// Begins what is said of one connection.
  func tap(_ peer: SocketAddress) -> Tap {
    Tap(self, files.map { DumpText($0.style, peer: "\(peer)") })
  }

  /// One connection in the dumps; for the loop's thread.
  final class Tap: @unchecked Sendable {
    // @unchecked: confined to the loop's thread.
    private let dumps: Dumps
    private var texts: [DumpText]

    fileprivate init(_ dumps: Dumps, _ texts: [DumpText]) {
      self.dumps = dumps
      self.texts = texts
    }

    /// Writes down what has just gone or come.
    func note(_ bytes: [UInt8], _ direction: DumpText.Direction) throws {
      guard !bytes.isEmpty else { return }
      let now = LocalTime.now
      for (index, file) in dumps.files.enumerated() {
        try dumps.write(texts[index].lines(for: bytes, direction, at: now), to: file)
      }
    }
  }

  private func write(_ bytes: [UInt8], to file: File) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file.number, $0.baseAddress, $0.count) }
      let code = errno
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if code != EINTR {
        throw Complaint(
          "\(SocketError(operation: "write", address: file.path, code: code))", .local)
      }
    }
  }
}
