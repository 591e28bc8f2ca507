import Wire

/// What happens to bytes on their way, and who is told: options that `connect` and `listen` share.
struct TransferOptions: Equatable, Sendable {
  /// Bytes per second, each way.
  var rate: Int?
  var hexDump: String?
  var textDump: String?
  /// Whether line ends are sent as CR LF.
  var crlf = false
  /// What a message is, when lines of input and output stand for messages.
  var frame: Frame?
  /// Whether those lines are in hexadecimal.
  var isHex = false

  enum Frame: String, CaseIterable {
    case line, dec10, u16, u32

    var format: FrameFormat {
      switch self {
      case .line: .line
      case .dec10: .dec10
      case .u16: .u16
      case .u32: .u32
      }
    }
  }

  static func options<Options>(
    _ field: WritableKeyPath<Options, TransferOptions>
  ) -> [Verb<Options>.Option] {
    [
      .flag("-C, --crlf", "send every line end as CR LF; one that is CR LF already stays") {
        $0[keyPath: field].crlf = true
      },
      .value(
        "--frame", "KIND",
        """
        each line of input is sent as one message, and each message that comes is printed as one line; \
        KIND is line, dec10, u16 or u32
        """, value: .words(Frame.allCases.map(\.rawValue))
      ) { (options, text) throws(UsageError) in
        options[keyPath: field].frame = try choice(text)
      },
      .flag("--hex", "with --frame or -u, those lines are the messages in hexadecimal") {
        $0[keyPath: field].isHex = true
      },
      .value(
        "--rate", "BYTES",
        "at most so many bytes a second each way, of each connection; 10k and 1m are known"
      ) {
        (options, text) throws(UsageError) in
        options[keyPath: field].rate = try count(text, in: 1...1_000_000_000_000)
      },
      .value(
        "--hex-dump", "FILE", "write down all bytes in hexadecimal, with times and directions",
        value: .file
      ) { $0[keyPath: field].hexDump = $1 },
      .value(
        "--text-dump", "FILE", "write down all bytes as text, with times and directions",
        value: .file
      ) { $0[keyPath: field].textDump = $1 },
    ]
  }

  func validate(isUDP: Bool) throws(UsageError) {
    if frame != nil, isUDP { throw UsageError("a datagram is a message: -u needs no --frame") }
    if isHex, frame == nil, !isUDP { throw UsageError("--hex needs --frame or -u") }
    if crlf, isHex || frame != nil {
      throw UsageError("-C is for text: with --frame and --hex it would change the messages")
    }
  }

  /// The files to write down in, if any.
  func dumps() throws -> Dumps? {
    hexDump == nil && textDump == nil ? nil : try Dumps(hex: hexDump, text: textDump)
  }
}
