import Glibc
import Testing

@testable import Sockets

@Suite("a connection")
struct ConnectionTests {
  @Test("ending the writing says that the peer has reset the connection, and so does reading")
  func shutdownAfterReset() async throws {
    try await EventLoop.run { loop in
      let (one, other) = try Sandbox.pair(.tcp, on: loop)
      defer { one.close() }
      other.abort()
      for operation in [{ try await one.shutdownWrite() }, { _ = try await one.read() }] {
        _ = await #expect {
          try await operation()
        } throws: { error in
          (error as? SocketError)?.code == ECONNRESET
        }
      }
    }
  }

  @Test("delivers what was written, then the end", arguments: Transport.allCases)
  func delivers(transport: Transport) async throws {
    try await EventLoop.run { loop in
      let (one, other) = try Sandbox.pair(transport, on: loop)
      try await one.write("hello")
      try await one.shutdownWrite()
      #expect(try await other.readToEnd(atMost: 100) == Array("hello".utf8))
      #expect(try await other.read() == [])
      // The other direction is still open.
      try await other.write("world")
      #expect(try await one.read(exactly: 5) == Array("world".utf8))
      one.close()
      other.close()
    }
  }

  @Test("never mixes the writes of several tasks", arguments: Transport.allCases)
  func neverMixes(transport: Transport) async throws {
    let size = 60_000
    try await EventLoop.run { loop in
      let (one, other) = try Sandbox.pair(transport, on: loop)
      try await withThrowingTaskGroup { group in
        for writer in 0..<4 {
          group.addTask {
            for _ in 0..<20 {
              let message = [UInt8](repeating: UInt8(writer), count: size)
              try await one.write(message)
              try await one.write(vectored: [Array(message[..<10]), Array(message[10...])])
            }
          }
        }
        for _ in 0..<(4 * 20 * 2) {
          let message = try await other.read(exactly: size)
          #expect(message.allSatisfy { $0 == message[0] })
        }
        try await group.waitForAll()
      }
      one.close()
      other.close()
    }
  }

  @Test("may be used from another loop and from no loop at all")
  func crossesLoops() async throws {
    let echoed = try await EventLoop.run { home in
      let (one, other) = try Sandbox.pair(.tcp, on: home)
      return try await EventLoop.run { away in
        async let sent: Void = one.write([UInt8](repeating: 7, count: 1_000_000))
        let bytes = try await other.read(exactly: 1_000_000)
        try await sent
        one.close()
        other.close()
        return bytes.count
      }
    }
    #expect(echoed == 1_000_000)
  }

  @Test("leaves a task that uses it from elsewhere where that task was")
  func comesBack() async throws {
    try await EventLoop.run { home in
      let (one, other) = try Sandbox.pair(.unix, on: home)
      try await EventLoop.run { away in
        try await one.write("x")
        #expect(away.isCurrent)
        #expect(try await other.read(timeout: nil) == Array("x".utf8))
        #expect(away.isCurrent)
        await #expect(throws: SocketError.self) { try await one.read(timeout: .milliseconds(1)) }
        #expect(away.isCurrent)
      }
      #expect(home.isCurrent)
      one.close()
      other.close()
    }
  }

  @Test("says how much came when the stream ends too soon", arguments: Transport.allCases)
  func endsTooSoon(transport: Transport) async throws {
    try await EventLoop.run { loop in
      let (one, other) = try Sandbox.pair(transport, on: loop)
      try await one.write("abc")
      try await one.shutdownWrite()
      await #expect {
        try await other.read(exactly: 5)
      } throws: { error in
        (error as? SocketError)?.reason == .endOfStream(received: 3, expected: 5)
      }
      one.close()
      other.close()
    }
  }

  @Test("refuses more than the cap of a read to the end")
  func caps() async throws {
    try await EventLoop.run { loop in
      let (one, other) = try Sandbox.pair(.unix, on: loop)
      try await one.write("abcdef")
      await #expect {
        try await other.readToEnd(atMost: 5)
      } throws: { error in
        (error as? SocketError)?.reason == .tooLong(limit: 5)
      }
      one.close()
      other.close()
    }
  }

  @Test("ends a wait when its time is over", arguments: [true, false])
  func timesOut(ofTheCall: Bool) async throws {
    try await EventLoop.run(defaultTimeout: ofTheCall ? .none : .milliseconds(1)) { loop in
      let (one, other) = try Sandbox.pair(.unix, on: loop)
      await #expect {
        try await one.read(timeout: ofTheCall ? .milliseconds(1) : .inherited)
      } throws: { error in
        (error as? SocketError)?.reason == .timedOut(after: .milliseconds(1))
      }
      // It is as good as new afterwards.
      try await other.write("x")
      #expect(try await one.read(timeout: nil) == Array("x".utf8))
      one.close()
      other.close()
    }
  }

  @Test(
    "ends a wait at once when its task is cancelled, on and off the loop", arguments: [true, false])
  func cancels(onLoop: Bool) async throws {
    try await EventLoop.run { loop in
      let (one, other) = try Sandbox.pair(.unix, on: loop)
      let isReading = Gate()
      let read: @Sendable () async -> Bool = {
        isReading.open()
        do {
          _ = try await one.read()
          return false
        } catch { return error is CancellationError }
      }
      await withTaskGroup(of: Bool.self) { group in
        if onLoop {
          group.addTask { await read() }
        } else {
          group.addTask(executorPreference: globalConcurrentExecutor) { await read() }
        }
        await isReading.wait()
        group.cancelAll()
        for await wasCancelled in group { #expect(wasCancelled) }
      }
      one.close()
      other.close()
    }
  }

  @Test("fails all writes after one that was cut half-way")
  func spoilt() async throws {
    try await EventLoop.run { loop in
      let (one, other) = try Sandbox.pair(.unix, on: loop)
      await #expect(throws: SocketError.self) {
        try await one.write([UInt8](repeating: 1, count: 10_000_000), timeout: .milliseconds(1))
      }
      await #expect {
        try await one.write("next")
      } throws: { error in
        (error as? SocketError)?.operation == "write"
      }
      one.close()
      other.close()
    }
  }

  @Test("closing it wakes everybody who waits")
  func closes() async throws {
    try await EventLoop.run { loop in
      let (one, other) = try Sandbox.pair(.unix, on: loop)
      await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<3 {
          group.addTask {
            do {
              _ = try await one.read()
              return false
            } catch { return (error as? SocketError)?.reason == .closed }
          }
        }
        await Task.yield()
        await Task.yield()
        one.close()
        for await wasClosed in group { #expect(wasClosed) }
      }
      other.close()
    }
  }

  @Test("an abort is an error at the other side")
  func aborts() async throws {
    try await EventLoop.run { loop in
      let (one, other) = try Sandbox.pair(.tcp, on: loop)
      one.abort()
      await #expect {
        try await other.read()
      } throws: { error in
        (error as? SocketError)?.code == 104  // ECONNRESET
      }
      other.close()
    }
  }
}

/// Lets one task wait until another has come to a place.
final class Gate: Sendable {
  private let stream = AsyncStream<Void>.makeStream()
  func open() { stream.continuation.yield() }
  func wait() async { for await _ in stream.stream { return } }
}
