internal import CLinux
import Rooms
package import Sockets

/// The chat server: listeners, loops, rooms and everybody in them.
package final class ChatServer: Sendable {
  /// Where it listens, with the real ports.
  package let addresses: [ServerOptions.Listening]
  let loops: [ServerLoop]
  let options: ServerOptions
  let doormen: [Doorman]
  let report: @Sendable (ServerEvent) -> Void

  private init(
    _ loops: [ServerLoop], _ doormen: [Doorman], _ addresses: [ServerOptions.Listening],
    _ options: ServerOptions, _ report: @escaping @Sendable (ServerEvent) -> Void
  ) {
    self.loops = loops
    self.doormen = doormen
    self.addresses = addresses
    self.options = options
    self.report = report
  }

  /// Serves until `body` returns, then ends in order: says goodbye to all, and gives them what is queued.
  ///
  /// - Parameters:
  ///   - options: How to serve.
  ///   - report: Told of what happens; called on the server's loops, so it must not wait.
  ///   - body: Gets the running server. Cancelling it ends the server as well.
  /// - Returns: What `body` returned.
  /// - Throws: ``ServerError`` when it cannot start, or what `body` threw.
  package static func run<Result: Sendable>(
    _ options: ServerOptions, report: @escaping @Sendable (ServerEvent) -> Void,
    _ body: @Sendable @concurrent (ChatServer) async throws -> Result
  ) async throws -> Result {
    try options.checkProtection()
    var options = options
    options.loops = max(1, options.loops)
    let directory = Directory(options)
    var loops: [ServerLoop] = []
    for index in 0..<options.loops {
      let loop = try EventLoop(name: "chat-\(index)", spin: options.spin)
      loops.append(
        ServerLoop(
          loop: loop, index: index, options: options, directory: directory, report: report))
    }
    for loop in loops { loop.all = loops }
    defer {
      for loop in loops {
        loop.loop.stop()
        loop.all = []
      }
    }
    for loop in loops { try loop.loop.start() }
    let server = try await open(loops, options, report)
    let result: Result
    do {
      result = try await body(server)
    } catch {
      await server.end()
      throw error
    }
    await server.end()
    return result
  }

  /// Replaces who may come, for those who come from now on.
  package func setFilter(_ filter: AddressFilter) { loops[0].directory.setFilter(filter) }

  /// Takes part from within the process: a connection to the native door, which lives on `loop`.
  ///
  /// It is the caller's to close. It counts among the clients, but is never refused.
  package func join(on loop: EventLoop) async throws -> Connection {
    var numbers: [CInt] = [-1, -1]
    try call("socketpair") { parley_socketpair(&numbers) }
    let (near, far) = (numbers[0], numbers[1])
    let first = loops[0]
    first.loop.execute {
      first.directory.add(.unix(.unnamed))
      first.adopt(Descriptor(owning: far), peer: .unix(.unnamed), kind: .native, isOurs: true)
    }
    return try await loop.perform {
      Connection(try Source(Descriptor(owning: near), on: loop), peer: .unix(.unnamed))
    }
  }

  private static func open(
    _ loops: [ServerLoop], _ options: ServerOptions,
    _ report: @escaping @Sendable (ServerEvent) -> Void
  ) async throws -> ChatServer {
    let first = loops[0]
    return try await first.loop.perform {
      var doormen: [Doorman] = []
      var addresses: [ServerOptions.Listening] = []
      do {
        let turn = Rotation(count: loops.count)
        for listening in options.listening {
          do throws(SocketError) {
            let descriptor = try AcceptCore.listen(
              on: listening.address, backlog: options.backlog)
            let doorman = try Doorman(
              descriptor, kind: listening.door, on: first.loop, directory: first.directory,
              options: options, report: report
            ) { descriptor, peer, kind in
              hand(descriptor, peer, kind, to: loops[turn.next()], from: first)
            }
            doormen.append(doorman)
            var bound = listening
            bound.address = doorman.address
            addresses.append(bound)
            report(.listening(doorman.address, door: listening.door))
          } catch {
            guard listening.isOptional, error.isMissingAddress else {
              throw ServerError.socket(error)
            }
            report(.skipped(error))
          }
        }
      } catch {
        for doorman in doormen { doorman.stop() }
        throw error
      }
      return ChatServer(loops, doormen, addresses, options, report)
    }
  }

  private static func hand(
    _ descriptor: consuming Descriptor, _ peer: SocketAddress, _ kind: DoorKind?,
    to loop: ServerLoop, from first: ServerLoop
  ) {
    guard loop !== first else { return first.adopt(descriptor, peer: peer, kind: kind) }
    let number = descriptor.release()
    loop.loop.execute { loop.adopt(Descriptor(owning: number), peer: peer, kind: kind) }
  }
}

/// Counts loops round and round.
private final class Rotation: @unchecked Sendable {
  // @unchecked: used on the accepting loop's thread only.
  private let count: Int
  private var last = -1
  init(count: Int) { self.count = count }
  func next() -> Int {
    last = (last + 1) % count
    return last
  }
}
