import Glibc
import Sockets
import Testing
import Wire

@testable import Chat

@Suite("A link of chat texts", .timeLimit(.minutes(5)))
struct FrameLinkTests {
  /// A link, and the other end of its connection.
  private func withLink(
    _ limits: FrameLane.Limits = FrameLane.Limits(), window: Int? = nil,
    _ body: @escaping @Sendable (FrameLink, Connection) async throws -> Void
  ) async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let (link, other) = try self.pair(limits, window, on: loop)
      defer { other.close() }
      try await body(link, other)
    }
  }

  private func pair(
    _ limits: FrameLane.Limits, _ window: Int?, on loop: EventLoop
  ) throws -> (FrameLink, Connection) {
    let listening = try AcceptCore.listen(on: .ipv4(.loopback, port: 0), backlog: 1)
    let address = try SocketAddress.local(of: listening)
    let dialling = try Descriptor.socket(
      family: AF_INET, type: CInt(bitPattern: SOCK_STREAM.rawValue))
    if let window { try dialling.set(.receiveBuffer, to: window) }
    _ = address.withSockaddr {
      connect(dialling.rawValue, $0.assumingMemoryBound(to: sockaddr.self), $1)
    }
    guard case .accepted(let accepted, let peer) = AcceptCore.accept(listening.rawValue) else {
      throw Ended()
    }
    return (
      FrameLink(Connection(try Source(accepted, on: loop), peer: peer), .u16, limits),
      Connection(try Source(dialling, on: loop), peer: address)
    )
  }

  @Test(
    "an orderly end: everything arrives, then the end, and ours comes behind the peer's last words")
  func orderly() async throws {
    try await withLink { link, other in
      for number in 0..<100 { #expect(link.send(Array("\(number)".utf8))) }
      link.finish()
      #expect(!link.send([0x61]))
      let texts = Texts()
      let running = link.running { texts.all.append(String(decoding: $0, as: UTF8.self)) }
      let stream = try await other.readToEnd(atMost: 1 << 20)
      #expect(frames(of: stream) == (0..<100).map { "\($0)" })
      try await other.write([0, 2, 0x6f, 0x6b])
      try await other.shutdownWrite()
      let end = await running.value
      #expect(end == .left)
      #expect(texts.all == ["ok"])
      #expect(link.unsentCount == 0)
    }
  }

  @Test("a peer that does not answer the end is not waited for longer than allowed")
  func noAnswer() async throws {
    var limits = FrameLane.Limits()
    limits.farewell = .milliseconds(10)
    try await withLink(limits) { link, other in
      link.finish()
      let end = await link.run { _ in }
      #expect(end == .left)
      let rest = try await other.read()
      #expect(rest.isEmpty)
    }
  }

  @Test("a reset is a failure, also when it is a write that hears of it")
  func resetWhenWriting() async throws {
    try await withLink { link, other in
      let (began, goOn) = (Gate(), Gate())
      let running = link.running { _ in
        began.open()
        await goOn.wait()
      }
      try await other.write([0, 1, 0x61])
      await began.wait()
      other.abort()
      link.send([0x62])
      // A write that comes later finds what reading finds: that is right as well.
      for _ in 0..<1000 { await Task.yield() }
      goOn.open()
      let end = await running.value
      #expect(end.code == ECONNRESET)
      #expect(link.unsentCount == 1)
    }
  }

  @Test("a reset is a failure, also while frames wait for a peer that does not read")
  func reset() async throws {
    try await withLink(window: 4096) { link, other in
      // More than a small window and 16 KiB take: the rest waits for acknowledgements.
      for _ in 0..<100 { #expect(link.send([UInt8](repeating: 0x61, count: 1000))) }
      let running = link.running { _ in }
      while link.unsentCount == 100 { try await link.connection.loop.sleep(for: .zero) }
      other.abort()
      let end = await running.value
      #expect(end.code == ECONNRESET)
      #expect(link.unsentCount > 0)
    }
  }

  @Test("a peer that does not read has little on its way to it, and is cut off when too much waits")
  func slow() async throws {
    try await withLink(FrameLane.Limits(queuedBytes: 200_000), window: 4096) { link, other in
      let running = link.running { _ in }
      while link.send([UInt8](repeating: 0x61, count: 1000)) {
        try await link.connection.loop.sleep(for: .zero)
        #expect(link.connection.unconfirmed <= 16_384 + 1002)
      }
      let end = await running.value
      #expect(end == .tooSlow)
    }
  }

  @Test("who can wait is told when there is room, and then nothing is lost")
  func room() async throws {
    try await withLink(FrameLane.Limits(queuedBytes: 40_000), window: 4096) { link, other in
      let gate = Gate()
      link.onRoom = { gate.open() }
      let running = link.running { _ in }
      let received = Task { try await other.readToEnd(atMost: 1 << 20).count }
      for _ in 0..<300 {
        while !link.isRoomy { await gate.wait() }
        #expect(link.send([UInt8](repeating: 0x61, count: 1000)))
      }
      link.finish(within: .seconds(20))
      let count = try await received.value
      #expect(count == 300 * 1002)
      other.close()
      let end = await running.value
      #expect(end == .left)
    }
  }

  @Test("while what came waits to be shown, nothing more is read")
  func backPressure() async throws {
    try await withLink { link, other in
      let gate = Gate()
      let texts = Texts()
      let running = link.running {
        texts.all.append(String(decoding: $0, as: UTF8.self))
        await gate.wait()
      }
      try await other.write([0, 1, 0x61, 0, 1, 0x62])
      while texts.all.isEmpty { try await link.connection.loop.sleep(for: .zero) }
      #expect(texts.all == ["a"])
      gate.open()
      while texts.all.count < 2 { try await link.connection.loop.sleep(for: .zero) }
      gate.open()
      other.close()
      let end = await running.value
      #expect(end == .closed)
    }
  }

  @Test("cancelled, it ends at once")
  func cancelled() async throws {
    try await withLink { link, other in
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          let end = await link.run { _ in }
          #expect(end == .left)
        }
        group.cancelAll()
      }
      let rest = try await other.read()
      #expect(rest.isEmpty)
    }
  }
}

/// What came; on one loop, as the link is.
private final class Texts: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.
  var all: [String] = []
}

extension FrameLink {
  /// Runs it beside the test.
  fileprivate func running(
    _ receive: @escaping @Sendable ([UInt8]) async -> Void
  ) -> Task<LinkEnding, Never> {
    Task(executorPreference: connection.loop) { await self.run(receive) }
  }
}

extension LinkEnding {
  /// The `errno` of a failure.
  fileprivate var code: CInt? {
    guard case .failed(let error) = self else { return nil }
    return error.code
  }
}

/// What a stream of `u16` says.
private func frames(of stream: [UInt8]) -> [String] {
  var decoder = FrameDecoder(.u16, limit: 65_535)
  decoder.receive(stream.span)
  var texts: [String] = []
  while let frame = try? decoder.nextFrame() {
    texts.append(String(decoding: frame, as: UTF8.self))
  }
  return texts
}
