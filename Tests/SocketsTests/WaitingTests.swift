import Glibc
import Testing

@testable import Sockets

@Suite("a task that waits for a socket", .timeLimit(.minutes(5)))
struct WaitingTests {
  /// What a task may be in the middle of.
  enum Moment: CaseIterable, Sendable {
    case beforeTheWait, reading, readingOff, inLine, writing, serving, replying

    func act(_ connection: Connection, _ peer: Connection, _ isThere: Gate) async throws {
      let much = [UInt8](repeating: 1, count: 5_000_000)
      switch self {
      case .beforeTheWait:
        isThere.open()
        while !Task.isCancelled { await Task.yield() }
        _ = try await connection.read()
      case .reading:
        isThere.open()
        _ = try await connection.read()
      case .readingOff:
        isThere.open()
        try await withTaskExecutorPreference(globalConcurrentExecutor) {
          _ = try await connection.read()
        }
      case .inLine:
        #expect(connection.source.take(.reading))
        defer { connection.source.end(.reading) }
        isThere.open()
        _ = try await connection.read()
      case .writing:
        isThere.open()
        try await connection.write(much)
      case .serving:
        isThere.open()
        try await connection.forEach { _, _ in }
      case .replying:
        try await peer.write("x")
        try await connection.forEach { _, replies in
          replies.write(much)
          isThere.open()
        }
      }
    }
  }

  @Test(
    "hears at once that it was cancelled, closed or reset, whatever it is doing",
    arguments: Moment.allCases, [true, false])
  func ends(_ moment: Moment, ownsTheSocket: Bool) async throws {
    try await EventLoop.run { loop in
      for end in ["cancel", "close", "abort", "peer"] {
        // These hear of nothing but the cancellation.
        if end != "cancel", moment == .beforeTheWait { continue }
        let (one, other) = try Sandbox.pair(.tcp, on: loop)
        let isThere = Gate()
        let task = Task(executorPreference: loop) {
          defer { one.close() }
          guard ownsTheSocket else { return try await moment.act(one, other, isThere) }
          let source = one.source
          source.enterScope()
          try await withTaskCancellationHandler {
            try await moment.act(one, other, isThere)
          } onCancel: {
            source.cancelScope()
          }
        }
        await isThere.wait()
        for _ in 0..<3 { await Task.yield() }
        switch end {
        case "cancel": task.cancel()
        case "close": try await Sandbox.blocking { one.close() }
        case "abort": try await Sandbox.blocking { one.abort() }
        case _ where moment == .inLine: task.cancel()
        default: other.abort()
        }
        do {
          try await task.value
          Issue.record("it went on after: \(end)")
        } catch {
          let isCancelled = end == "cancel" || (end == "peer" && moment == .inLine)
          #expect(error is CancellationError == isCancelled)
        }
        other.close()
      }
    }
  }

  @Test("goes on when only a child, or only its owner, was cancelled", arguments: [true, false])
  func goesOn(childIsCancelled: Bool) async throws {
    let much = [UInt8](repeating: 1, count: 3_000_000)
    try await EventLoop.run { loop in
      let (one, other) = try Sandbox.pair(.unix, on: loop)
      let owner = Task(executorPreference: loop) {
        let source = one.source
        source.enterScope()
        try await withTaskCancellationHandler {
          if childIsCancelled { try await one.write(much) } else { _ = try await one.read() }
        } onCancel: {
          source.cancelScope()
        }
      }
      await Task.yield()
      let child = Task(executorPreference: loop) {
        if childIsCancelled { _ = try await one.read() } else { try await one.write(much) }
      }
      await Task.yield()
      await Task.yield()
      let (cancelled, remaining) = childIsCancelled ? (child, owner) : (owner, child)
      cancelled.cancel()
      await #expect(throws: CancellationError.self) { try await cancelled.value }
      #expect(try await other.read(exactly: much.count) == much)
      try await remaining.value
      one.close()
      other.close()
    }
  }

  @Test("comes back once when a task of higher priority waits for it")
  func escalates() async throws {
    try await EventLoop.run { loop in
      let (one, other) = try Sandbox.pair(.unix, on: loop)
      let isThere = Gate()
      let low = Task(executorPreference: loop, priority: .background) {
        one.source.enterScope()
        isThere.open()
        return try await one.read(exactly: 2)
      }
      await isThere.wait()
      let high = Task(executorPreference: globalConcurrentExecutor, priority: .high) {
        try await low.value
      }
      try await other.write("a")
      try await loop.sleep(for: .milliseconds(1))
      try await other.write("b")
      #expect(try await high.value == Array("ab".utf8))
      one.close()
      other.close()
    }
  }

  @Test("does not keep its loop from ending")
  func loopEnds() async {
    await #expect(processExitsWith: .success) {
      for ownsTheSocket in [true, false] {
        try await EventLoop.run { loop in
          let (one, other) = try Sandbox.pair(.unix, on: loop)
          let isThere = Gate()
          Task(executorPreference: loop) {
            if ownsTheSocket { one.source.enterScope() }
            isThere.open()
            try await one.forEach { _, _ in }
            _ = other
          }
          await isThere.wait()
          await Task.yield()
        }
      }
    }
  }

  @Test("is served whole and in its turn, however many read", arguments: [true, false])
  func manyReaders(onLoop: Bool) async throws {
    try await EventLoop.run { loop in
      let (one, other) = try Sandbox.pair(.unix, on: loop)
      var readers: [Task<[UInt8], any Error>] = []
      for _ in 0..<50 {
        readers.append(
          Task(executorPreference: onLoop ? loop : globalConcurrentExecutor) {
            try await one.read(exactly: 3)
          })
        // Off the loop nobody knows who comes first.
        if onLoop { await Task.yield() }
      }
      for number in 0..<150 { try await other.write([UInt8(number)]) }
      var all: [[UInt8]] = []
      for reader in readers { all.append(try await reader.value) }
      if !onLoop { all.sort { $0[0] < $1[0] } }
      let expected: [[UInt8]] = (0..<50).map { number in
        let first = UInt8(3 * number)
        return [first, first + 1, first + 2]
      }
      #expect(all == expected)
      one.close()
      other.close()
    }
  }

  @Test(
    "reads as much as it asked for, into memory old and new",
    arguments: [65_535, 65_536, 65_537, 131_072], [0, 1, 65_536, 100_000])
  func sizes(total: Int, maximum: Int) async throws {
    let sent = (0..<total).map { UInt8(truncatingIfNeeded: $0 / 7) }
    try await EventLoop.run { loop in
      try await Sandbox.scope(on: loop) { one, other in
        async let written: Void = {
          try await other.write(sent)
          try await other.shutdownWrite()
        }()
        var buffer: [UInt8] = []
        if total % 2 == 0 { buffer.reserveCapacity(total + 65_536) }
        var count = 0
        repeat {
          count = try await one.read(into: &buffer, atMost: maximum)
          #expect(count <= max(1, min(maximum, 65_536)))
        } while count > 0
        #expect(buffer == sent)
        try await written
      }
    }
  }

  @Test("is never lost, with sockets closed and tasks cancelled at random", arguments: 0..<8)
  func chaos(seed: UInt64) async throws {
    try await EventLoop.run { loop in
      var random = SplitMix(seed)
      var tasks: [(Task<Void, any Error>, Connection, Connection)] = []
      for _ in 0..<125 {
        let (one, other) = try Sandbox.pair(.unix, on: loop)
        let ownsTheSocket = random.next() % 2 == 0
        let isAway = random.next() % 4 == 0
        let task = Task(executorPreference: isAway ? globalConcurrentExecutor : loop) {
          let source = one.source
          if ownsTheSocket && !isAway { source.enterScope() }
          try await withTaskCancellationHandler {
            try await one.forEach { bytes, replies in replies.write(bytes) }
          } onCancel: {
            source.cancelScope()
          }
        }
        tasks.append((task, one, other))
      }
      for _ in 0..<2_000 {
        let (task, one, other) = tasks[Int(random.next() % UInt64(tasks.count))]
        switch random.next() % 64 {
        case 0: task.cancel()
        case 1: one.close()
        case 2: other.close()
        case 3: try? await other.shutdownWrite()
        case 4...15: await Task.yield()
        default:
          let bytes = [UInt8](repeating: 1, count: Int(random.next() % 100_000))
          try? await other.write(bytes, timeout: .after(.zero))
        }
      }
      for (task, one, other) in tasks {
        if random.next() % 2 == 0 { task.cancel() } else { one.close() }
        _ = await task.result
        one.close()
        other.close()
      }
    }
  }
}

@Suite("a loop that looks before it sleeps", .timeLimit(.minutes(5)))
struct SpinningLoopTests {
  @Test("takes timers, sockets and the calls of other threads at once, and ends when asked")
  func spins() async throws {
    try await EventLoop.run(spin: .seconds(86_400)) { loop in
      try await Sandbox.scope(on: loop) { one, other in
        for _ in 0..<20 {
          try await other.write("x")
          #expect(try await one.read() == Array("x".utf8))
          try await loop.sleep(for: .milliseconds(1))
          try await Sandbox.blocking {}
          await #expect(throws: SocketError.self) { try await one.read(timeout: .milliseconds(1)) }
        }
      }
    }
  }

  @Test("may look for ever")
  func forEver() async throws {
    try await EventLoop.run(spin: .seconds(Int64.max)) { loop in
      try await Sandbox.blocking {}
      try await loop.sleep(for: .milliseconds(1))
    }
  }
}
