import Chat
import Sockets

/// The clients of `listen -k`: what any of them sends goes out, what comes in goes to all of them.
///
/// Lives on the loop. The slowest client sets the pace: nothing is stored for it.
final class Crowd: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  private let options: SessionOptions
  private let dumps: Dumps?
  private let loop: EventLoop
  private let remark: Remarks
  private let input: any ByteInput
  private let output: any ByteOutput
  private var clients: [Int: Passage] = [:]
  private var lastID = 0
  private let hasClients = Gate()
  private var lastSent: Nanoseconds = 0
  /// Whether a client is waited for that takes what comes in.
  private var isSending = false

  init(
    _ options: SessionOptions, _ dumps: Dumps?, _ input: any ByteInput, _ output: any ByteOutput,
    _ remark: Remarks, on loop: EventLoop
  ) {
    self.dumps = dumps
    (self.options, self.input, self.output) = (options, input, output)
    (self.remark, self.loop) = (remark, loop)
  }

  /// Serves one client until it ends, and then closes it: input is for all, so it is not waited for.
  func serve(_ client: Connection) async throws {
    let peer = client.peerAddress
    lastID += 1
    let id = lastID
    let passage = Passage(client, options.transfer, dumps)
    clients[id] = passage
    hasClients.open()
    defer { clients[id] = nil }
    remark("\(peer) has connected")
    var count = 0
    var buffer: [UInt8] = []
    while try await read(from: passage, into: &buffer) > 0 {
      count += buffer.count
      if !options.isSendOnly { try await output.write(buffer) }
      buffer.removeAll(keepingCapacity: true)
    }
    remark("\(peer) has ended after \(count) bytes")
  }

  private func read(from client: Passage, into buffer: inout [UInt8]) async throws -> Int {
    guard case .after(let limit) = options.idle else { return try await client.read(into: &buffer) }
    while true {
      do {
        return try await client.read(into: &buffer, timeout: .after(limit))
      } catch let error as SocketError {
        // It has been sent something meanwhile, or would have been, but for a slower one.
        guard case .timedOut = error.reason,
          isSending || lastSent &+ limit.clampedNanoseconds > loop.now
        else { throw error }
      }
    }
  }

  /// Sends all clients what comes in, to its end and beyond.
  ///
  /// - Returns: When it is time to end: never without `-q`.
  func spread() async throws {
    var buffer: [UInt8] = []
    while !options.isReceiveOnly {
      try await waitForClients()
      guard try await input.read(into: &buffer) > 0 else { break }
      isSending = true
      for client in clients.values { await send(buffer, to: client) }
      isSending = false
      lastSent = loop.now
      buffer.removeAll(keepingCapacity: true)
    }
    if !options.isReceiveOnly {
      remark("input has ended; \(clients.count) clients have been told")
      for client in clients.values { try? await client.shutdownWrite() }
    }
    guard case .after(let delay) = options.quit, !options.isReceiveOnly else {
      while true { try await loop.sleep(for: .seconds(86_400)) }
    }
    try await loop.sleep(for: delay)
  }

  /// Sends to one client; who takes nothing for as long as `-i` allows is closed.
  private func send(_ bytes: [UInt8], to client: Passage) async {
    let idle: Timeout = if case .after(let limit) = options.idle { .after(limit) } else { .none }
    do {
      try await client.write(bytes, timeout: idle)
    } catch {
      // Its own task hears of it.
      client.connection.close()
    }
  }

  /// Input is not read for nobody.
  private func waitForClients() async throws {
    while clients.isEmpty {
      await withTaskCancellationHandler {
        await hasClients.wait()
      } onCancel: {
        loop.execute { self.hasClients.open() }
      }
      try Task.checkCancellation()
    }
  }
}
