/// What was wrong with an echo, and where.
enum EchoFault: Error, Equatable {
  /// Another byte than was sent; both extracts begin at the same place, some bytes before it.
  case wrong(local: [UInt8], remote: [UInt8], offset: Int)
  /// More than was sent, or earlier.
  case longer(extra: [UInt8], offset: Int)
  /// The server ended the stream before everything was back.
  case shorter(offset: Int, sent: Int)
  /// The server ended the stream, with everything back, while there may be more to send.
  case closed(offset: Int)
  case reset(offset: Int, sent: Int)
  /// The server neither takes more nor sends something back.
  case standstill(Duration, offset: Int, sent: Int, isFull: Bool)
  /// Everything was sent, and the rest of it does not come back.
  case silent(Duration, offset: Int, sent: Int)

  var code: ExitCode {
    switch self {
    case .wrong, .longer, .shorter, .closed, .standstill: .wrong
    case .reset: .reset
    case .silent: .timedOut
    }
  }

  /// Says what was wrong: the lines of a wrong byte stand alone, as in the lessons.
  ///
  /// - Throws: ``Complaint`` for whoever says the rest.
  func said() throws(Complaint) -> ExitCode {
    guard case .wrong = self else { throw Complaint("\(self)", code) }
    Output.error.write("\(self)\n")
    return code
  }
}

extension EchoFault: CustomStringConvertible {
  var description: String {
    switch self {
    case .wrong(let local, let remote, let offset):
      """
      Wrong echoed data:
           local: \(local.asPythonBytes)
          remote: \(remote.asPythonBytes)
          offset: \(offset)
      """
    case .longer(let extra, let offset):
      "more came back than was sent: \(extra.asPythonBytes) at offset \(offset)"
    case .shorter(let offset, let sent):
      "the server closed before the whole echo: at offset \(offset), of \(sent) bytes sent"
    case .closed(let offset):
      "the server closed before the input ended: at offset \(offset)"
    case .reset(let offset, let sent):
      "the server reset the connection: at offset \(offset), of \(sent) bytes sent"
    case .standstill(let limit, let offset, let sent, let isFull):
      """
      both directions have stood still for \(limit.inSeconds) s after \(sent) bytes sent and \
      \(offset) echoed: \(isFull ? Self.full : Self.blocked)
      """
    case .silent(let limit, let offset, let sent):
      "nothing came back for \(limit.inSeconds) s: at offset \(offset), of \(sent) bytes sent"
    }
  }

  private static let full = """
    the server sends nothing back before it has more, and no more than \(EchoWindow.capacity) bytes \
    may be under way
    """
  private static let blocked = "the server does not read on"
}

extension Duration {
  /// As a number of seconds, without zeros at its end: `10`, `0.25`.
  var inSeconds: String {
    let seconds = self / .seconds(1)
    return seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
  }
}
