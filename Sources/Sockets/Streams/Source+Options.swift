extension Source {
  /// Reads an option of the socket, on the loop's thread.
  fileprivate func get<Value>(
    _ option: SocketOption<Value>, of address: SocketAddress
  ) async throws -> Value {
    try await onLoop("getsockopt", address) { number throws(SocketError) in
      try option.get(number)
    }
  }

  /// Changes an option of the socket, on the loop's thread.
  fileprivate func set<Value>(
    _ option: SocketOption<Value>, to value: Value, of address: SocketAddress
  ) async throws {
    try await onLoop("setsockopt", address) { number throws(SocketError) in
      try option.set(number, value)
    }
  }

  private func onLoop<Result: Sendable>(
    _ operation: StaticString, _ address: SocketAddress,
    _ body: @escaping @Sendable (CInt) throws(SocketError) -> Result
  ) async throws -> Result {
    guard loop.isHome else {
      return try await loop.perform { try await self.onLoop(operation, address, body) }
    }
    do throws(SocketError) {
      guard let number = core?.number else {
        throw SocketError(operation: "\(operation)", reason: .closed)
      }
      return try body(number)
    } catch {
      throw error.about(address.description)
    }
  }
}

extension Connection {
  /// Reads a socket option.
  ///
  /// - Parameter option: Which one.
  /// - Returns: What the kernel uses, which may be more or less than what was set.
  /// - Throws: ``SocketError`` when the socket has no such option or is closed.
  ///
  /// The corresponding C function is `getsockopt`.
  public func get<Value>(_ option: SocketOption<Value>) async throws -> Value {
    try await source.get(option, of: peerAddress)
  }

  /// Changes a socket option.
  ///
  /// - Parameters:
  ///   - option: Which one, such as `.keepAlive` or `.userTimeout`.
  ///   - value: Its new value.
  /// - Throws: ``SocketError``, with `EINVAL` for a value that the option cannot have.
  ///
  /// The corresponding C function is `setsockopt`.
  public func set<Value>(_ option: SocketOption<Value>, to value: Value) async throws {
    try await source.set(option, to: value, of: peerAddress)
  }
}

extension Datagrams {
  /// Reads a socket option.
  ///
  /// - Parameter option: Which one.
  /// - Returns: What the kernel uses, which may be more or less than what was set.
  /// - Throws: ``SocketError`` when the socket has no such option or is closed.
  ///
  /// The corresponding C function is `getsockopt`.
  public func get<Value>(_ option: SocketOption<Value>) async throws -> Value {
    try await source.get(option, of: localAddress)
  }

  /// Changes a socket option.
  ///
  /// - Parameters:
  ///   - option: Which one, such as `.receiveBuffer`.
  ///   - value: Its new value.
  /// - Throws: ``SocketError``, with `EINVAL` for a value that the option cannot have.
  ///
  /// The corresponding C function is `setsockopt`.
  public func set<Value>(_ option: SocketOption<Value>, to value: Value) async throws {
    try await source.set(option, to: value, of: localAddress)
  }
}
