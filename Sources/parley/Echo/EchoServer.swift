import Sockets
import Wire

/// `parley echo --listen`: what a client sends comes back to it.
enum EchoServer {
  /// The longest message: of one that is cut, so much may have to be kept.
  private static let messageLimit = 16 << 20

  static func run(_ options: EchoOptions) -> ExitCode {
    var service = Service("echo", options.listening)
    service.spin = .microseconds(options.spin ?? 0)
    let log = options.logs ? EchoLog() : nil
    let timeout: Timeout =
      if case .after(let limit) = options.timeout { .after(limit) } else { nil }
    return service.run { connection in
      connection.timeout = timeout
      let peer = connection.peerAddress
      log?.write("\(peer) connected")
      var total = 0
      defer { log?.write("\(peer) ended after \(total) bytes") }
      if let format = options.framing {
        try await echoMessages(connection, format) { bytes in
          total += bytes.count
          log?.write(chunk: bytes, of: peer)
        }
      } else {
        try await connection.forEach { bytes, replies in
          replies.write(bytes)
          total += bytes.count
          log?.write(chunk: bytes, of: peer)
        }
      }
    }
  }

  /// Sends whole messages back exactly as they came, line ends and all.
  private static func echoMessages(
    _ connection: Connection, _ format: FrameFormat, _ note: (Span<UInt8>) -> Void
  ) async throws {
    var decoder = FrameDecoder(format, limit: messageLimit)
    try await connection.forEach { bytes, replies in
      decoder.receive(bytes)
      while let frame = try decoder.nextWhole() {
        let message = decoder.buffer.span.extracting(frame)
        replies.write(message)
        note(message)
      }
    }
    try decoder.finish()
  }
}
