import Sockets

/// The way to one peer and back: messages, line ends, rate and dumps on top of a connection.
///
/// For the loop's thread. One task reads while another writes.
final class Passage: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  let connection: Connection
  private let tap: Dumps.Tap?
  private var ends: LineEnds?
  private var messages: MessageLines?
  private var raw: [UInt8] = []
  private var outward: TokenBucket?
  private var inward: TokenBucket?

  init(_ connection: Connection, _ options: TransferOptions, _ dumps: Dumps?) {
    self.connection = connection
    tap = dumps?.tap(connection.peerAddress)
    ends = options.crlf ? LineEnds() : nil
    messages = options.frame.map { MessageLines($0.format, options.isHex ? .hex : .plain) }
    outward = options.rate.map {
      TokenBucket(rate: $0, at: connection.loop.deadline(.after(.zero)))
    }
    inward = outward
  }

  private var loop: EventLoop { connection.loop }
  private var now: UInt64 { loop.deadline(.after(.zero)) }

  /// Reads what is there onto the end of `buffer`, waiting until there is something to show.
  ///
  /// - Returns: How many bytes came; 0 at the end.
  func read(into buffer: inout [UInt8], timeout: Timeout = .inherited) async throws -> Int {
    guard messages != nil else { return try await readRaw(into: &buffer, timeout) }
    while true {
      // What is wrong comes after what was right, and without waiting.
      if messages?.isSpoilt == true { try messages?.receiveEnd() }
      raw.removeAll(keepingCapacity: true)
      guard try await readRaw(into: &raw, timeout) > 0 else {
        try messages?.receiveEnd()
        return 0
      }
      let lines = try messages?.receive(raw) ?? []
      buffer += lines
      if !lines.isEmpty { return lines.count }
    }
  }

  private func readRaw(into buffer: inout [UInt8], _ timeout: Timeout) async throws -> Int {
    let before = buffer.count
    let count: Int
    if inward == nil {
      count = try await connection.read(into: &buffer, timeout: timeout)
    } else {
      let allowed = try await grant(\.inward, 65_536)
      count = try await connection.read(into: &buffer, atMost: allowed, timeout: timeout)
      inward?.giveBack(allowed - count)
    }
    if let tap { try tap.note(Array(buffer[before...]), .received) }
    return count
  }

  /// Writes all of `bytes`.
  func write(_ bytes: [UInt8], timeout: Timeout = .inherited) async throws {
    guard ends != nil || messages != nil else { return try await writeRaw(bytes, timeout) }
    let bytes = try messages?.send(bytes) ?? bytes
    try await writeRaw(ends?.translate(bytes) ?? bytes, timeout)
  }

  /// Says that nothing more will be written.
  func shutdownWrite() async throws {
    if let rest = try messages?.sendEnd(), !rest.isEmpty {
      try await writeRaw(rest, .inherited)
      // The error of a line behind that one.
      _ = try messages?.send([])
    }
    try await connection.shutdownWrite()
  }

  private func writeRaw(_ bytes: [UInt8], _ timeout: Timeout) async throws {
    guard outward != nil else {
      try await connection.write(bytes, timeout: timeout)
      try tap?.note(bytes, .sent)
      return
    }
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = Array(rest.prefix(try await grant(\.outward, rest.count)))
      try await connection.write(piece, timeout: timeout)
      try tap?.note(piece, .sent)
      rest = rest.dropFirst(piece.count)
    }
  }

  /// Waits until some of the wanted bytes may go, and tells how many.
  private func grant(
    _ bucket: ReferenceWritableKeyPath<Passage, TokenBucket?>, _ wanted: Int
  ) async throws -> Int {
    while true {
      let granted = self[keyPath: bucket]?.take(wanted, at: now) ?? wanted
      if granted > 0 { return granted }
      let delay = self[keyPath: bucket]?.delay(at: now) ?? 0
      try await loop.sleep(for: .nanoseconds(Int64(clamping: delay)))
    }
  }
}
