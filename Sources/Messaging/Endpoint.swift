public import Sockets

/// A place where messages are exchanged: others dial it, or this program listens there.
///
///     try await Endpoint("127.0.0.1:7000").listen(on: loop, framing: .u32) { peer in
///       for try await message in peer { try await peer.send(message) }
///     }
///
///     let answer = try await Endpoint("example.org:7000").dial(on: loop, framing: .u32) { peer in
///       try await peer.send("hello")
///       return try await peer.receive()
///     }
///
/// Every connection lives in the scope of the closure that it was given to, on the loop's thread,
/// and is closed when that returns, throws or is cancelled.
public struct Endpoint: Sendable, CustomStringConvertible {
  /// The address; a name is resolved anew each time.
  public var address: Address

  /// The longest message in either direction, in bytes; nil for the framing's
  /// ``Framing/defaultLimit``.
  public var limit: Int?

  /// How to listen: backlog, who may connect, and how many, the numbers for each resolved address.
  public var listening = Listener.Options()

  /// How long dialling may take.
  public var dialling = Connect.Options()

  let resolver: Resolver

  /// Makes an endpoint of an address.
  ///
  /// - Parameters:
  ///   - address: Where.
  ///   - resolver: Who resolves names.
  public init(_ address: Address, resolver: Resolver = .shared) {
    self.address = address
    self.resolver = resolver
  }

  /// Makes an endpoint of an address as people type it.
  ///
  /// - Parameter text: Such as `example.org:7000`, `[::1]:7000`, `7000` or `unix:/run/chat`; see
  ///   `Address`.
  /// - Throws: `AddressError` that says what is wrong with the text.
  public init(_ text: String) throws(AddressError) {
    self.init(try Address(text))
  }

  /// Makes an endpoint of an address that the kernel knows by number.
  ///
  /// - Parameter address: Where, such as one that a listening endpoint told.
  public init(_ address: SocketAddress) {
    self.init(Address(address))
  }

  /// The address.
  public var description: String { address.description }
}

extension Endpoint {
  /// Connects, lends the connection to `body`, and closes it when the body has returned or thrown.
  ///
  /// All addresses of a name are tried, by the rules of RFC 8305; the first that answers is taken.
  ///
  /// - Parameters:
  ///   - loop: Where the connection lives.
  ///   - framing: How the peer tells messages apart.
  ///   - body: Runs on the loop's thread.
  /// - Returns: What `body` returned.
  /// - Throws: What `body` threw; `SocketError` of the operation `resolve` or `connect`;
  ///   `CancellationError` at once when the task is cancelled.
  ///
  /// The corresponding C function is `connect`.
  public func dial<Result: Sendable>(
    on loop: EventLoop, framing: Framing,
    _ body: @escaping @Sendable @concurrent (MessageConnection) async throws -> Result
  ) async throws -> Result {
    try await Connect.to(address, on: loop, resolver: resolver, options: dialling) {
      [limit] connection in
      try await body(MessageConnection(connection, framing: framing, limit: limit))
    }
  }
}
