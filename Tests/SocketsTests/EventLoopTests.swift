import Glibc
import Testing

@testable import Sockets

@Suite("an event loop")
struct EventLoopTests {
  @Test("runs its body and all child tasks on its own thread")
  func ownThread() async throws {
    try await EventLoop.run { loop in
      #expect(loop.isCurrent)
      await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<100 {
          group.addTask {
            await Task.yield()
            return loop.isCurrent
          }
        }
        for await isCurrent in group { #expect(isCurrent) }
      }
      try await loop.sleep(for: .milliseconds(1))
      #expect(loop.isCurrent)
    }
  }

  @Test("runs a closure that its body does nothing but call on its own thread")
  func ownThreadFromAnother() async throws {
    let isThere: @Sendable (EventLoop) async throws -> Bool = { $0.isCurrent }
    try await EventLoop.run { home in
      let wasThere = try await EventLoop.run { away in try await isThere(away) }
      #expect(wasThere)
      #expect(home.isCurrent)
    }
  }

  @Test("is a whole program, which ends with status 0, or with 1 and one line that says why")
  func program() async throws {
    await #expect(processExitsWith: .success) {
      EventLoop.runProgram { loop in try await loop.sleep(for: .zero) }
    }
    let failed = await #expect(
      processExitsWith: .exitCode(1), observing: [\.standardErrorContent]
    ) {
      EventLoop.runProgram { _ in throw SocketError(operation: "listen", code: EADDRINUSE) }
    }
    let words = String(decoding: failed?.standardErrorContent ?? [], as: UTF8.self)
    #expect(words.hasSuffix(": listen: Address already in use\n"))
    #expect(words.split(separator: "\n").count == 1)
  }

  @Test("gives back what its body returned, and throws what it threw")
  func results() async throws {
    struct Oops: Error {}
    #expect(try await EventLoop.run { _ in 42 } == 42)
    await #expect(throws: Oops.self) { try await EventLoop.run { _ in throw Oops() } }
  }

  @Test("leaves no descriptor and no thread behind")
  func leavesNothing() async throws {
    // In a process of its own: other tests open and close descriptors at the same time.
    await #expect(processExitsWith: .success) {
      try await EventLoop.run { _ in }
      let before = Sandbox.openDescriptors()
      for _ in 0..<50 { try await EventLoop.run { _ in } }
      // The runtime's own pool opens a few when it first needs them; one a loop would be fifty.
      #expect(Sandbox.openDescriptors() < before + 10)
    }
  }

  @Test("closes what was left open on it, once nobody holds that any more")
  func leftOpen() async {
    await #expect(processExitsWith: .success) {
      try await EventLoop.run { _ in }
      let before = Sandbox.openDescriptors()
      for _ in 0..<10 {
        try await EventLoop.run { loop in
          _ = try Sandbox.pair(.unix, on: loop)
          _ = try await Listener.bind(.ipv4(.loopback, port: 0), on: loop)
        }
      }
      #expect(Sandbox.openDescriptors() < before + 10)
    }
  }

  @Test("is the executor of actors that ask for it, called from the loop and from elsewhere")
  func actors() async throws {
    actor Resident {
      private let loop: EventLoop
      private var count = 0
      init(_ loop: EventLoop) { self.loop = loop }
      nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
      func visit() async throws -> Int {
        assertIsolated()
        count += 1
        try await loop.sleep(for: .zero)
        preconditionIsolated()
        #expect(loop.isCurrent)
        return count
      }
    }
    try await EventLoop.run { loop in
      let resident = Resident(loop)
      #expect(try await resident.visit() == 1)
      let elsewhere = try await withThrowingTaskGroup(of: Int.self) { group in
        group.addTask(executorPreference: globalConcurrentExecutor) { try await resident.visit() }
        return try await group.next()
      }
      #expect(elsewhere == 2)
      #expect(loop.isCurrent)
    }
  }

  @Test("a sleep of an hour ends at once when cancelled")
  func cancelsSleep() async throws {
    try await EventLoop.run { loop in
      await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await loop.sleep(for: .seconds(3600)) }
        await Task.yield()
        group.cancelAll()
        await #expect(throws: CancellationError.self) { try await group.waitForAll() }
      }
    }
  }

  @Test("receives a blocked signal as a value")
  func signals() async throws {
    try await EventLoop.run { loop in
      Signals.block([SIGUSR1])
      let signals = try await Signals([SIGUSR1], on: loop)
      pthread_kill(pthread_self(), SIGUSR1)
      #expect(try await signals.next() == SIGUSR1)
    }
  }
}

@Suite("timers")
struct TimersTests {
  @Test("come in the order of their deadlines, less the cancelled ones", arguments: 0..<20)
  func order(seed: UInt64) {
    var random = SplitMix(seed)
    var timers = Timers<Int>()
    var model: [(deadline: Nanoseconds, payload: Int, id: Timers<Int>.ID)] = []
    var now: Nanoseconds = 0
    for step in 0..<500 {
      switch random.next() % 4 {
      case 0, 1:
        let deadline = now + random.next() % 100
        model.append((deadline, step, timers.insert(step, at: deadline)))
      case 2 where !model.isEmpty:
        timers.cancel(model.remove(at: Int(random.next() % UInt64(model.count))).id)
      default:
        now += random.next() % 20
        var due: [Nanoseconds] = []
        while let payload = timers.next(at: now) {
          guard let place = model.firstIndex(where: { $0.payload == payload }) else {
            Issue.record("timer \(payload) came twice or after its cancellation")
            return
          }
          due.append(model.remove(at: place).deadline)
        }
        #expect(due == due.sorted())
        #expect(model.allSatisfy { $0.deadline > now })
      }
      #expect(timers.count == model.count)
      #expect(timers.earliest == model.map(\.deadline).min())
    }
  }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
