import Glibc

/// What went wrong on a socket: the operation, the address where there is one, and the reason.
///
/// The end of a stream is not an error, and cancellation is always `CancellationError`.
public struct SocketError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Why an operation failed.
  @nonexhaustive
  public enum Reason: Hashable, Sendable {
    /// The kernel refused; the value is an `errno`.
    case system(CInt)
    /// The time allowed for the operation passed first.
    case timedOut(after: Duration)
    /// The stream ended inside something that has a length: a read of exactly n bytes, a frame.
    case endOfStream(received: Int, expected: Int)
    /// More arrived than the caller allowed, in bytes.
    case tooLong(limit: Int)
    /// The socket was closed here before or during the operation.
    case closed
    /// A name did not resolve; the text is the resolver's.
    case unresolved(String)
    /// Every attempt failed, in the order in which they were started.
    case attempts([SocketError])
  }

  /// The system call or the operation, such as `connect`.
  public var operation: String

  /// The address that the operation was about, when there is one.
  public var address: String?

  /// Why it failed.
  public var reason: Reason

  /// Creates an error.
  public init(operation: String, address: String? = nil, reason: Reason) {
    self.operation = operation
    self.address = address
    self.reason = reason
  }

  /// Creates an error from an `errno`.
  public init(operation: String, address: String? = nil, code: CInt) {
    self.init(operation: operation, address: address, reason: .system(code))
  }

  /// The `errno` of a system error, `ETIMEDOUT` for a time-out, otherwise nil.
  ///
  /// Of several attempts it is the code that they share, if they share one.
  public var code: CInt? {
    switch reason {
    case .system(let code): return code
    case .timedOut: return ETIMEDOUT
    case .attempts(let errors):
      guard let first = errors.first?.code, errors.allSatisfy({ $0.code == first }) else {
        return nil
      }
      return first
    case .endOfStream, .tooLong, .closed, .unresolved: return nil
    }
  }

  /// Whether the machine does not have the address or its family.
  package var isMissingAddress: Bool {
    code == EADDRNOTAVAIL || code == EAFNOSUPPORT
  }

  /// The same error about `address`, unless it names one already.
  public func about(_ address: String) -> SocketError {
    var error = self
    error.address = error.address ?? address
    return error
  }

  /// One line: `connect 10.0.0.1:7000: Connection refused`.
  public var description: String {
    var text = operation
    if let address { text += " \(address)" }
    switch reason {
    case .system(let code):
      text += ": \(systemMessage(code))"
    case .timedOut(let duration):
      text += ": timed out after \(duration)"
    case .endOfStream(let received, let expected):
      text += ": the stream ended after \(received) of \(expected) bytes"
    case .tooLong(let limit):
      text += ": more than \(limit) bytes"
    case .closed:
      text += ": the socket is closed"
    case .unresolved(let message):
      text += ": \(message)"
    case .attempts(let errors):
      let lines = errors.map { error in
        guard error.operation == operation, error.address != nil else { return error.description }
        return String(error.description.dropFirst(operation.utf8.count + 1))
      }
      text += ": \(lines.joined(separator: "; "))"
    }
    return text
  }
}

/// The C library's text for an `errno`.
private func systemMessage(_ code: CInt) -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
    guard let start = buffer.baseAddress, strerror_r(code, start, buffer.count) == 0 else {
      return "error \(code)"
    }
    return String(cString: start)
  }
}
