extension Connection {
  /// Appends to `buffer` what is there, waiting until there is something or the stream has ended.
  ///
  /// With a buffer that is used again nothing is allocated.
  ///
  /// - Parameters:
  ///   - buffer: Grows by what was read.
  ///   - maximum: The most bytes to read, from 1; more than 65,536 is treated as that.
  ///   - timeout: How long to wait.
  /// - Returns: The number of bytes appended. Zero means that the peer will send no more.
  /// - Throws: ``SocketError``, or `CancellationError`.
  ///
  /// The corresponding C function is `recv`.
  public func read(
    into buffer: inout [UInt8], atMost maximum: Int = 65_536, timeout: Timeout = .inherited
  ) async throws -> Int {
    let source = source
    // What every idle connection is in: the fewer variables live here, the smaller it is.
    if source.loop.isCurrent, source.isHome, source.take(.reading) {
      var deadline: Nanoseconds?
      var outcome = source.isCancelled ? Outcome.cancelled : .ready
      // A task that prefers another loop can be here for the moment, and comes back over there after a wait.
      while outcome == .ready, source.loop.isCurrent {
        if let result = readNow(into: &buffer, maximum) {
          source.end(.reading)
          return try result.get()
        }
        let end = deadline ?? source.deadline(timeout)
        deadline = end
        if let known = source.prepareStay(.reading, until: end) {
          outcome = known
        } else {
          outcome = await source.loop.lounge.stay(source, .reading)
        }
      }
      source.end(.reading)
      try source.check(outcome, "read", timeout)
    }
    return try await readInLine(into: &buffer, maximum, timeout)
  }

  /// Reads for a task that is not that of the connection's scope, or not on the loop's thread.
  private func readInLine(
    into buffer: inout [UInt8], _ maximum: Int, _ timeout: Timeout
  ) async throws -> Int {
    guard loop.isHome else { return try await readElsewhere(into: &buffer, maximum, timeout) }
    let limit = source.limit("read", timeout)
    try await source.begin(.reading, limit)
    defer { source.end(.reading) }
    while true {
      if let result = readNow(into: &buffer, maximum) { return try result.get() }
      try await source.wait(.reading, limit)
    }
  }

  /// Reads for a task that is not on the loop's thread.
  private func readElsewhere(
    into buffer: inout [UInt8], _ maximum: Int, _ timeout: Timeout
  ) async throws -> Int {
    let bytes = try await loop.perform {
      try await self.read(atMost: maximum, timeout: timeout)
    }
    buffer += bytes
    return bytes.count
  }

  /// Reads once, appending to `buffer`; 0 at the end of the stream, nil when it would block.
  @inline(__always)
  private func readNow(
    into buffer: inout [UInt8], _ maximum: Int
  ) -> Result<Int, SocketError>? {
    let size = min(max(maximum, 1), source.loop.scratch.count)
    let outcome: StreamCore.ReadOutcome?
    if buffer.capacity - buffer.count < size {
      // Memory grows with what arrives, not with what might have.
      let scratch = UnsafeMutableRawBufferPointer(rebasing: source.loop.scratch[..<size])
      outcome = source.core?.read(into: scratch)
      if case .bytes(let count) = outcome { buffer.append(copying: scratch, count) }
    } else {
      outcome = source.core?.read(size, into: &buffer)
    }
    switch outcome {
    case nil: return .failure(closedError("read"))
    case .bytes(let count): return .success(count)
    case .end: return .success(0)
    case .failed(let code): return .failure(source.failure("read", .system(code)))
    case .wouldBlock: return nil
    }
  }

  /// Reads what is there, waiting until there is something or the stream has ended.
  ///
  /// - Parameters:
  ///   - maximum: The most bytes to read, from 1; more than 65,536 is treated as that.
  ///   - timeout: How long to wait.
  /// - Returns: The bytes; none means that the peer will send no more.
  /// - Throws: ``SocketError``, or `CancellationError`.
  ///
  /// The corresponding C function is `recv`.
  public func read(
    atMost maximum: Int = 65_536, timeout: Timeout = .inherited
  ) async throws -> [UInt8] {
    guard loop.isHome else {
      return try await loop.perform { try await self.read(atMost: maximum, timeout: timeout) }
    }
    var bytes: [UInt8] = []
    _ = try await read(into: &bytes, atMost: maximum, timeout: timeout)
    return bytes
  }

  /// Reads exactly `count` bytes.
  ///
  /// - Parameters:
  ///   - count: How many, from 0. Memory grows with what arrives, not with what was asked for.
  ///   - timeout: How long it may take in all.
  /// - Returns: The bytes.
  /// - Throws: ``SocketError`` with ``SocketError/Reason/endOfStream(received:expected:)`` when the stream ends before;
  ///   otherwise ``SocketError`` or `CancellationError`. What was read by then is lost.
  public func read(exactly count: Int, timeout: Timeout = .inherited) async throws -> [UInt8] {
    guard loop.isHome else {
      return try await loop.perform { try await self.read(exactly: count, timeout: timeout) }
    }
    let limit = source.limit("read", timeout)
    try await source.begin(.reading, limit)
    defer { source.end(.reading) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(max(count, 0), 65_536))
    while bytes.count < count {
      let got = try await next(count - bytes.count, limit) { bytes.append(contentsOf: $0) }
      if got == 0 {
        throw SocketError(
          operation: "read", address: peerAddress.description,
          reason: .endOfStream(received: bytes.count, expected: count))
      }
    }
    return bytes
  }

  /// Reads until the peer ends the stream.
  ///
  /// - Parameters:
  ///   - maximum: The most bytes that are accepted.
  ///   - timeout: How long it may take in all.
  /// - Returns: All bytes up to the end.
  /// - Throws: ``SocketError`` with ``SocketError/Reason/tooLong(limit:)`` when more comes; otherwise ``SocketError`` or
  ///   `CancellationError`.
  public func readToEnd(
    atMost maximum: Int, timeout: Timeout = .inherited
  ) async throws -> [UInt8] {
    guard loop.isHome else {
      return try await loop.perform { try await self.readToEnd(atMost: maximum, timeout: timeout) }
    }
    let limit = source.limit("read", timeout)
    try await source.begin(.reading, limit)
    defer { source.end(.reading) }
    var bytes: [UInt8] = []
    while try await next(65_536, limit, { bytes.append(contentsOf: $0) }) > 0 {
      guard bytes.count <= maximum else {
        throw SocketError(
          operation: "read", address: peerAddress.description, reason: .tooLong(limit: maximum))
      }
    }
    return bytes
  }

  /// Reads once into the loop's scratch memory and lends it to `take`; 0 at the end of the stream.
  package func next(
    _ maximum: Int, _ limit: Limit, _ take: (UnsafeRawBufferPointer) -> Void
  ) async throws -> Int {
    let scratch = UnsafeMutableRawBufferPointer(
      rebasing: loop.scratch[..<min(max(maximum, 1), loop.scratch.count)])
    while true {
      switch source.core?.read(into: scratch) {
      case nil: throw closedError("read")
      case .bytes(let count):
        take(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
        return count
      case .end: return 0
      case .failed(let code): throw error(limit, code)
      case .wouldBlock: try await source.wait(.reading, limit)
      }
    }
  }
}

extension [UInt8] {
  /// Appends the first bytes of a buffer: the library's own way through a slice costs three times as much.
  fileprivate mutating func append(copying source: UnsafeMutableRawBufferPointer, _ count: Int) {
    append(addingCapacity: count) { output in
      output.withUnsafeMutableBufferPointer { memory, initialized in
        let free = UnsafeMutableRawBufferPointer(memory.extracting(initialized...))
        free.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<count]))
        initialized += count
      }
    }
  }
}
