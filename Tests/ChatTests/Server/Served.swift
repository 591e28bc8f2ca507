import Rooms
import Sockets
import Wire

@testable import Chat

/// A running server of a test, and a loop for its clients.
struct Served: Sendable {
  let server: ChatServer
  let reports: Reports
  let loop: EventLoop
  private let opened = Opened()
  private let resolver = Resolver(threads: 1)

  private final class Opened: @unchecked Sendable {
    // @unchecked: confined to the thread of the clients' loop.
    var connections: [Connection] = []
  }

  /// Serves on a free port of loopback, runs `body` on the clients' loop, and ends both.
  ///
  /// What the clients still have open is closed when `body` has returned.
  @discardableResult
  static func run<Result: Sendable>(
    _ change: (inout ServerOptions) -> Void = { _ in },
    _ body: @escaping @Sendable @concurrent (Served) async throws -> Result
  ) async throws -> Result {
    var options = ServerOptions()
    options.listening = [.init(address: .ipv4(.loopback, port: 0))]
    options.patience = .seconds(30)
    options.grace = .zero
    change(&options)
    let reports = Reports()
    return try await ChatServer.run(options, report: reports.add) { server in
      try await EventLoop.run(name: "clients", defaultTimeout: .seconds(30)) { loop in
        let served = Served(server: server, reports: reports, loop: loop)
        defer { for connection in served.opened.connections { connection.close() } }
        return try await body(served)
      }
    }
  }

  private init(server: ChatServer, reports: Reports, loop: EventLoop) {
    self.server = server
    self.reports = reports
    self.loop = loop
  }

  /// A connection that has said nothing yet.
  func connect(_ listener: Int = 0) async throws -> Connection {
    let connection = try await Connect.open(
      Address(server.addresses[listener].address), on: loop, resolver: resolver)
    opened.connections.append(connection)
    return connection
  }

  /// A client that is in the lobby, or, on the native door, in another room.
  func enter(
    _ kind: DoorKind, _ nick: String, room: String = "", resume: NativeResume? = nil
  ) async throws -> Peer {
    let peer = Peer(try await connect(), kind, nick: nick)
    try await peer.enter(resume: resume, room: room)
    if resume == nil { await reports.waitForEntry(of: nick) }
    return peer
  }

  /// Listens on a new socket file instead of a port, where the kernel's buffers have a fixed size.
  static func onFile(_ options: inout ServerOptions) {
    let path = "/tmp/parley-chat-\(UInt64.random(in: 0 ... .max)).sock"
    guard let address = UnixAddress(path: path) else { return }
    options.listening = [.init(address: .unix(address))]
  }
}
