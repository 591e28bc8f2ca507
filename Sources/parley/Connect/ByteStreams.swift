/// Where bytes come from: standard input, a peer, a program that was started.
protocol ByteInput: Sendable {
  /// Reads what is there onto the end of `buffer`, waiting until there is something.
  ///
  /// - Returns: How many bytes came; 0 at the end.
  func read(into buffer: inout [UInt8]) async throws -> Int
}

/// Where bytes go.
protocol ByteOutput: Sendable {
  /// Writes all of `bytes`, and returns when they have been taken.
  func write(_ bytes: [UInt8]) async throws

  /// Says that nothing more comes.
  func finish()
}

extension StandardInput: ByteInput {}
extension StandardOutput: ByteOutput {}
