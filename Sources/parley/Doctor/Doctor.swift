import Chat
import Sockets
import Wire

/// Announces a trial on every way that there is, and looks what comes back.
///
/// Lives on a loop.
final class Doctor: @unchecked Sendable {
  // @unchecked: confined to the loop's thread.

  /// How long until what may have been lost is sent again.
  private static let pause = Duration.milliseconds(300)

  private struct Trial {
    let link: DiscoveryLink
    let beacon: Beacon
    var result = Finding.Result.silent
  }

  private let loop: EventLoop
  private let limit: Duration
  private var trials: [Trial] = []
  private var round = 0
  private var heard: Set<HeardPeer> = []

  private init(on loop: EventLoop, for limit: Duration) { (self.loop, self.limit) = (loop, limit) }

  static func run(_ options: DoctorOptions) -> ExitCode {
    Program.run("doctor") { loop in
      let limit: Duration =
        switch options.timeout {
        case .standard: .seconds(2)
        case .after(let limit): limit
        case .none: .seconds(1 << 32)
        }
      return try await Doctor(on: loop, for: limit).examine()
    }
  }

  private func examine() async throws -> ExitCode {
    let interfaces = try NetworkInterface.all()
    let sockets = await open(interfaces.flatMap(DiscoveryLink.all).prefix(DiscoveryLink.limit))
    await withThrowingTaskGroup(of: Void.self) { group in
      for (_, socket) in sockets where socket.isListening {
        group.addTask { try await self.listen(socket) }
      }
      let end = now + limit
      repeat {
        for (index, socket) in sockets { await send(index, on: socket) }
        round += 1
        // A signal ends it earlier; what was seen until then is said.
        do { try await loop.sleep(for: min(Doctor.pause, end - now)) } catch { break }
      } while now < end
      group.cancelAll()
      // What they throw now is that they were cancelled.
      while let result = await group.nextResult() { _ = result }
    }
    let findings = trials.map { Finding(link: $0.link, result: $0.result) }
    let text = DoctorWords.report(
      interfaces, findings, heard.map { DoctorWords.line(for: $0) }.sorted(), after: limit.words)
    let code = Output.finish(text)
    return code == .done && DoctorWords.isBlocked(interfaces, findings) ? .wrong : code
  }

  private var now: Instant { Instant(nanoseconds: loop.deadline(.after(.zero))) }

  /// Opens a socket for each link, and one that hears all broadcasts; each with the place of its trial.
  private func open(_ links: some Sequence<DiscoveryLink>) async -> [(Int?, DiscoverySocket)] {
    var sockets: [(Int?, DiscoverySocket)] = []
    for link in links {
      let beacon = Beacon(.trial, port: 0, instance: .random(in: .min ... .max))
      trials.append(Trial(link: link, beacon: beacon))
      do {
        sockets.append((trials.count - 1, try await DiscoverySocket.open(link, on: loop)))
      } catch {
        fail(trials.count - 1, error, Finding.Result.unopened)
      }
    }
    do {
      if sockets.contains(where: { !$0.1.isListening }) {
        sockets.append((nil, try await DiscoverySocket.openBroadcasts(on: loop)))
      }
    } catch {
      for (index, socket) in sockets where !socket.isListening {
        if let index { fail(index, error, Finding.Result.unopened) }
      }
    }
    return sockets
  }

  private func fail(
    _ index: Int, _ error: any Error, _ result: (SocketError) -> Finding.Result
  ) {
    guard trials[index].result == .silent else { return }
    let error = error as? SocketError ?? SocketError(operation: "\(error)", reason: .closed)
    trials[index].result = result(error)
  }

  private func send(_ index: Int?, on socket: DiscoverySocket) async {
    // What came back is said again now and then, for others who try.
    guard let index, trials[index].result != .cameBack || round % 4 == 0 else { return }
    do {
      try await socket.send(trials[index].beacon)
      // What failed for a moment has not failed.
      if case .unsent = trials[index].result { trials[index].result = .silent }
    } catch {
      fail(index, error, Finding.Result.unsent)
    }
  }

  private func listen(_ socket: DiscoverySocket) async throws {
    while true {
      let (beacon, source) = try await socket.receive()
      if let index = trials.firstIndex(where: { $0.beacon == beacon }) {
        trials[index].result = .cameBack
        continue
      }
      let ways = socket.link.map { [$0] } ?? trials.map(\.link)
      guard ways.contains(where: { $0.path(from: source) != nil }), heard.count < 64 else {
        continue
      }
      heard.insert(HeardPeer(beacon, at: source))
    }
  }
}
