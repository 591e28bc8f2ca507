import Glibc
import Testing

@testable import Sockets

@Suite("a connection's chunks and their replies", .timeLimit(.minutes(5)))
struct ForEachTests {
  private struct Oops: Error {}

  @Test(
    "send back every byte in order to a peer that reads slowly", arguments: Transport.allCases,
    [1, 7, 64])
  func echoes(transport: Transport, times: Int) async throws {
    let sent = (0..<500_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
    try await EventLoop.run { loop in
      try await Sandbox.scope(transport, on: loop) { one, other in
        async let written: Void = {
          try await other.write(sent)
          try await other.shutdownWrite()
        }()
        async let expected = {
          var received = 0
          while case let bytes = try await other.read(atMost: 9_999), !bytes.isEmpty {
            received += bytes.count
            // A chunk is repeated as a whole, so only the echo says which byte comes where.
            if times == 1 {
              #expect(bytes[...] == sent[(received - bytes.count)..<received])
            }
          }
          return received
        }()
        try await one.forEach { bytes, replies in
          for _ in 0..<times { replies.write(bytes) }
        }
        try await one.shutdownWrite()
        try await written
        #expect(try await expected == times * sent.count)
      }
    }
  }

  @Test("send text, nothing, and more than the socket takes, in the order of the calls")
  func kinds() async throws {
    try await EventLoop.run { loop in
      try await Sandbox.scope(on: loop) { one, other in
        let large = [UInt8](repeating: 1, count: 3_000_000)
        try await other.write("x")
        try await other.shutdownWrite()
        async let received = other.readToEnd(atMost: 10_000_000)
        try await one.forEach { _, replies in
          replies.write("aé")
          replies.write([])
          replies.write(large)
          replies.write("")
          replies.write("z")
        }
        try await one.shutdownWrite()
        #expect(try await received == Array("aé".utf8) + large + Array("z".utf8))
      }
    }
  }

  @Test(
    "are not cut by a task that comes to write when only a part has left", arguments: [100, 5_000])
  func keepsTurn(size: Int) async throws {
    let size = size
    try await EventLoop.run { loop in
      try await Sandbox.scope(on: loop) { one, other in
        let hasReplied = Gate()
        let total = 5_000_000 / size * size
        async let asked: Void = {
          // When it comes the reader waits already, so its task is woken to send the rest: behind the other one.
          for _ in 0..<3 { await Task.yield() }
          try await other.write("x")
        }()
        async let intruding: Void = {
          await hasReplied.wait()
          try await one.write([2])
        }()
        async let received = other.read(exactly: total + 1)
        async let served: Void = one.forEach { _, replies in
          for _ in 0..<(total / size) { replies.write([UInt8](repeating: 1, count: size)) }
          hasReplied.open()
        }
        let bytes = try await received
        #expect(bytes.firstIndex(of: 2) == total)
        try await asked
        try await intruding
        try await other.shutdownWrite()
        try await served
      }
    }
  }

  @Test("are never mixed with what another task writes", arguments: [100, 3_000, 300_000])
  func neverMixes(size: Int) async throws {
    let rounds = 60
    try await EventLoop.run { loop in
      try await Sandbox.scope(on: loop) { one, other in
        async let asked: Void = {
          for round in 0..<rounds {
            try await other.write([UInt8(round)])
            await Task.yield()
          }
        }()
        async let written: Void = {
          for _ in 0..<rounds { try await one.write([UInt8](repeating: 255, count: size)) }
        }()
        async let served: Void = {
          try await one.forEach { bytes, replies in
            for index in bytes.indices {
              // Two pieces of one reply, on both sides of the size from which bytes leave at once.
              replies.write([UInt8](repeating: bytes[index], count: size - size / 3))
              replies.write([UInt8](repeating: bytes[index], count: size / 3))
            }
          }
        }()
        for _ in 0..<(2 * rounds) {
          let message = try await other.read(exactly: size)
          let first = try #require(message.first)
          guard message.allSatisfy({ $0 == first }) else {
            Issue.record("a message is cut by another")
            break
          }
        }
        other.close()
        _ = try? await (asked, written, served)
      }
    }
  }

  @Test("end with the closure's error, after the earlier replies, and with no further call")
  func fails() async throws {
    try await EventLoop.run { loop in
      try await Sandbox.scope(on: loop) { one, other in
        var calls = 0
        // A chunk that fills the loop's memory: more may be there.
        async let asked: Void = other.write([UInt8](repeating: 0, count: 65_536))
        await #expect(throws: Oops.self) {
          try await one.forEach { _, replies in
            calls += 1
            // There is more to read by the time the task hears of the error.
            var byte: UInt8 = 1
            if let peer = other.source.core?.number { _ = send(peer, &byte, 1, 0) }
            replies.write("last words")
            throw Oops()
          }
        }
        try await asked
        #expect(calls == 1)
        #expect(try await other.read() == Array("last words".utf8))
        // The bytes that came afterwards are still there.
        #expect(try await one.read() == [1])
      }
    }
  }

  @Test("are not asked for while replies wait for room")
  func holdsBack() async throws {
    try await EventLoop.run { loop in
      try await Sandbox.scope(on: loop) { one, other in
        var calls = 0
        // A chunk that fills the loop's memory: more may be there.
        async let asked: Void = other.write([UInt8](repeating: 0, count: 65_536))
        await #expect {
          try await one.forEach(timeout: .milliseconds(20)) { _, replies in
            calls += 1
            var byte: UInt8 = 1
            if let peer = other.source.core?.number { _ = send(peer, &byte, 1, 0) }
            replies.write([UInt8](repeating: 1, count: 5_000_000))
          }
        } throws: { error in
          (error as? SocketError)?.operation == "write"
        }
        try await asked
        #expect(calls == 1)
      }
    }
  }

  @Test("make all later writes fail when a reply was cut half-way", arguments: [3_000, 5_000_000])
  func spoils(size: Int) async throws {
    try await EventLoop.run { loop in
      try await Sandbox.scope(on: loop) { one, other in
        async let asked: Void = other.write("x")
        await #expect(throws: SocketError.self) {
          try await one.forEach(timeout: .milliseconds(1)) { _, replies in
            for _ in 0..<(5_000_000 / size) {
              replies.write([UInt8](repeating: 1, count: size))
            }
          }
        }
        try await asked
        // There is room again.
        while case .bytes = other.source.core?.read(into: loop.scratch) {}
        try await loop.sleep(for: .zero)
        await #expect(throws: SocketError.self) {
          try await one.write("next", timeout: .seconds(1))
        }
      }
    }
  }

  @Test("tell of a reset, waiting or not", arguments: [true, false])
  func resets(waiting: Bool) async throws {
    try await EventLoop.run { loop in
      try await Sandbox.scope(.tcp, on: loop) { one, other in
        async let aborted: Void = {
          if waiting { for _ in 0..<3 { await Task.yield() } }
          other.abort()
        }()
        if !waiting { await aborted }
        await #expect {
          try await one.forEach { _, _ in }
        } throws: { error in
          (error as? SocketError)?.code == ECONNRESET
        }
        await aborted
      }
    }
  }

  @Test("end at once when the task is cancelled, however much there is to read")
  func cancelsInFlood() async throws {
    try await EventLoop.run { loop in
      let hasStarted = Gate()
      await withThrowingTaskGroup { group in
        group.addTask {
          try await Sandbox.scope(on: loop) { one, other in
            // Chunks that fill the loop's memory: the task looks for more instead of waiting.
            try await other.write([UInt8](repeating: 0, count: 65_536))
            try await one.forEach { bytes, replies in
              hasStarted.open()
              // Never nothing to read.
              if let peer = other.source.core?.number {
                bytes.withUnsafeBytes { _ = send(peer, $0.baseAddress, $0.count, 0) }
              }
            }
          }
        }
        await hasStarted.wait()
        group.cancelAll()
        await #expect(throws: CancellationError.self) { try await group.waitForAll() }
      }
    }
  }

  @Test("end when the closure closes or resets the connection", arguments: [true, false])
  func closesInside(byReset: Bool) async throws {
    try await EventLoop.run { loop in
      try await Sandbox.scope(.tcp, on: loop) { one, other in
        async let asked: Void = other.write("x")
        await #expect(throws: SocketError.self) {
          try await one.forEach { _, replies in
            replies.write([UInt8](repeating: 1, count: 1_000_000))
            if byReset { one.abort() } else { one.close() }
          }
        }
        try await asked
        await #expect(throws: SocketError.self) { try await one.write("x") }
      }
    }
  }

  @Test("stay what they are during the call, whoever reads meanwhile", arguments: [true, false])
  func keepsBytes(onLoop: Bool) async throws {
    try await EventLoop.run { loop in
      try await Sandbox.scope(on: loop) { one, other in
        let (third, fourth) = try Sandbox.pair(.unix, on: loop)
        try await fourth.write("intruder")
        async let asked: Void = {
          try await other.write("chunk")
          try await other.shutdownWrite()
        }()
        var immediate: Task<[UInt8], any Error>?
        try await one.forEach { bytes, replies in
          immediate = Task.immediate(executorPreference: onLoop ? loop : nil) {
            var buffer: [UInt8] = []
            _ = try await third.read(into: &buffer)
            return buffer
          }
          replies.write(bytes)
        }
        try await asked
        #expect(try await immediate?.value == Array("intruder".utf8))
        #expect(try await other.read() == Array("chunk".utf8))
        third.close()
        fourth.close()
      }
    }
  }

  @Test("wait in line with the other tasks that read", arguments: [true, false])
  func standsInLine(onLoop: Bool) async throws {
    try await EventLoop.run { loop in
      let (one, other) = try Sandbox.pair(.unix, on: loop)
      let first = Task(executorPreference: loop) { try await one.read(exactly: 3) }
      await Task.yield()
      let all = Task(executorPreference: onLoop ? loop : globalConcurrentExecutor) {
        var bytes: [UInt8] = []
        try await one.forEach { chunk, _ in
          chunk.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        return bytes
      }
      try await other.write("ab")
      await Task.yield()
      try await other.write("cdefg")
      #expect(try await first.value == Array("abc".utf8))
      try await other.shutdownWrite()
      #expect(try await all.value == Array("defg".utf8))
      one.close()
      other.close()
    }
  }
}
