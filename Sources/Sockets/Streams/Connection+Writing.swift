extension Connection {
  /// Writes all of `bytes`, waiting for room as often as it takes.
  ///
  /// - Parameters:
  ///   - bytes: What to send; nothing is a harmless no-op.
  ///   - timeout: How long it may take in all.
  /// - Throws: ``SocketError``, or `CancellationError`; see ``Connection`` for what holds afterwards.
  ///
  /// The corresponding C function is `send`.
  public func write(_ bytes: [UInt8], timeout: Timeout = .inherited) async throws {
    let source = source
    // A task that prefers another loop can be here for the moment: after a wait the thread is asked again.
    guard source.loop.isCurrent else {
      return try await loop.perform { try await self.write(bytes, timeout: timeout) }
    }
    guard source.take(.writing) else {
      let limit = source.limit("write", timeout)
      try await source.begin(.writing, limit)
      return try await writeRest(of: bytes, from: 0, limit)
    }
    let sent: Int
    do {
      if source.isCancelled { throw CancellationError() }
      sent = try writeNow(bytes, from: 0)
    } catch {
      source.end(.writing)
      throw error
    }
    if sent == bytes.count { return source.end(.writing) }
    try await writeRest(of: bytes, from: sent, source.limit("write", timeout))
  }

  /// Writes what is left, by a task that has the turn, and gives the turn back.
  ///
  /// `midway` says that something before these bytes belongs to the same message and has been sent.
  func writeRest(
    of bytes: [UInt8], from start: Int, _ limit: Limit, midway: Bool = false
  ) async throws {
    var sent = start
    do {
      while sent < bytes.count, source.loop.isCurrent {
        let count = try writeNow(bytes, from: sent)
        sent += count
        if count == 0 { try await source.wait(.writing, limit) }
      }
    } catch {
      if midway || sent > 0 { source.spoilWriting() }
      source.end(.writing)
      throw error
    }
    guard sent < bytes.count else { return source.end(.writing) }
    let reached = sent
    try await loop.perform {
      try await self.writeRest(of: bytes, from: reached, limit, midway: midway)
    }
  }

  /// Writes once from an offset: how many bytes went, 0 when there is no room.
  private func writeNow(_ bytes: [UInt8], from sent: Int) throws -> Int {
    let outcome = bytes.withUnsafeBytes { all in
      source.core?.write(UnsafeRawBufferPointer(rebasing: all[sent...]))
    }
    switch outcome {
    case nil: throw closedError("write")
    case .wrote(let count): return count
    case .wouldBlock: return 0
    case .failed(let code):
      throw SocketError(operation: "write", address: peerAddress.description, code: code)
    }
  }

  /// Writes all of `text` as UTF-8.
  ///
  /// - Parameters:
  ///   - text: What to send; no line end is added.
  ///   - timeout: How long it may take in all.
  /// - Throws: As ``write(_:timeout:)-([UInt8],_)``.
  public func write(_ text: String, timeout: Timeout = .inherited) async throws {
    try await write(Array(text.utf8), timeout: timeout)
  }

  /// Writes all pieces one after the other, with as few system calls as possible and nothing between them.
  ///
  /// - Parameters:
  ///   - pieces: What to send, such as a header and its payload.
  ///   - timeout: How long it may take in all.
  /// - Throws: As ``write(_:timeout:)-([UInt8],_)``.
  ///
  /// The corresponding C function is `sendmsg`.
  public func write(vectored pieces: [[UInt8]], timeout: Timeout = .inherited) async throws {
    guard loop.isHome else {
      return try await loop.perform { try await self.write(vectored: pieces, timeout: timeout) }
    }
    let limit = source.limit("write", timeout)
    try await source.begin(.writing, limit)
    defer { source.end(.writing) }
    var index = 0
    var offset = 0
    var started = false
    while index < pieces.count {
      let outcome = withPieces(pieces[index...].prefix(64), from: offset, gathered: []) {
        source.core?.write($0, total: $1)
      }
      var sent = try await progress(outcome, limit, midway: started)
      started = started || sent > 0
      while index < pieces.count, sent >= pieces[index].count - offset {
        sent -= pieces[index].count - offset
        index += 1
        offset = 0
      }
      offset += sent
    }
  }

  /// Turns a write's outcome into the bytes that went, waiting when none did.
  private func progress(
    _ outcome: StreamCore.WriteOutcome?, _ limit: Limit, midway: Bool
  ) async throws -> Int {
    switch outcome {
    case nil: throw closedError("write")
    case .wrote(let count): return count
    case .failed(let code): throw error(limit, code)
    case .wouldBlock:
      do {
        try await source.wait(.writing, limit)
      } catch {
        if midway { source.spoilWriting() }
        throw error
      }
      return 0
    }
  }
}

/// Calls `body` with the memory of all pieces, which stays where it is only during the call.
private func withPieces<Result>(
  _ pieces: ArraySlice<[UInt8]>, from offset: Int, gathered: [Piece],
  _ body: (UnsafeBufferPointer<Piece>, _ total: Int) -> Result
) -> Result {
  guard let first = pieces.first else {
    return gathered.withUnsafeBufferPointer { body($0, gathered.reduce(0) { $0 + $1.count }) }
  }
  return first.withUnsafeBytes { bytes in
    var gathered = gathered
    if let start = bytes.baseAddress, bytes.count > offset {
      gathered.append(Piece(start: start + offset, count: bytes.count - offset))
    }
    return withPieces(pieces.dropFirst(), from: 0, gathered: gathered, body)
  }
}
