import Testing

@testable import Sockets

/// Tasks that are not where the socket is, or do not stay there.
@Suite("a connection used by tasks from elsewhere", .timeLimit(.minutes(5)))
struct StrayTaskTests {
  private actor Desk {
    private var visits = 0
    func visit() { visits += 1 }

    func read(_ connection: Connection) async throws -> Int {
      let bytes = try await connection.read(exactly: 10)
      visits += 1
      return bytes.count
    }

    func serve(_ connection: Connection) async throws {
      try await connection.forEach { bytes, replies in
        visits += bytes.count
        replies.write(bytes)
      }
    }

    func write(_ connection: Connection, _ pieces: [[UInt8]]) async throws {
      try await connection.write(vectored: pieces)
    }
  }

  @Test("serves an actor that tasks of other threads are in as well")
  func busyActor() async throws {
    try await EventLoop.run { loop in
      let desk = Desk()
      let visitors = Task(executorPreference: globalConcurrentExecutor) {
        while !Task.isCancelled { await desk.visit() }
      }
      for _ in 0..<200 {
        try await Sandbox.scope(on: loop) { one, other in
          async let count = desk.read(one)
          try await other.write("hello")
          await Task.yield()
          try await other.write("world")
          #expect(try await count == 10)
          async let served: Void = desk.serve(one)
          try await desk.write(other, [Array("ab".utf8), Array("c".utf8)])
          #expect(try await other.read(exactly: 3) == Array("abc".utf8))
          try await other.shutdownWrite()
          try await served
        }
      }
      visitors.cancel()
      await visitors.value
    }
  }

  @MainActor private func onMain(_ connection: Connection) async throws -> [UInt8] {
    var bytes = try await connection.read(exactly: 1)
    try await connection.write("m")
    try await connection.forEach { chunk, replies in
      MainActor.assertIsolated()
      chunk.withUnsafeBytes { bytes.append(contentsOf: $0) }
      replies.write("n")
    }
    return bytes
  }

  @Test("serves the main actor")
  func mainActor() async throws {
    try await EventLoop.run { loop in
      try await Sandbox.scope(on: loop) { one, other in
        async let read = onMain(one)
        try await other.write("x")
        #expect(try await other.read(exactly: 1) == Array("m".utf8))
        try await other.write("y")
        #expect(try await other.read(exactly: 1) == Array("n".utf8))
        try await other.shutdownWrite()
        #expect(try await read == Array("xy".utf8))
      }
    }
  }

  @Test("serves its own task when that has gone to another loop, and come back")
  func goesAndComes() async throws {
    try await EventLoop.run { home in
      try await EventLoop.run { away in
        let listener = try await Listener.bind(.ipv4(.loopback, port: 0), on: home)
        async let serving: Void = listener.run { connection in
          for _ in 0..<50 {
            try await withTaskExecutorPreference(away) {
              var buffer: [UInt8] = []
              _ = try await connection.read(into: &buffer)
              try await connection.write(buffer)
            }
            try await connection.write(try await connection.read())
          }
        }
        let target = Address(listener.localAddress)
        try await Connect.to(target, on: away, resolver: Resolver()) { client in
          for round in 0..<100 {
            try await client.write([UInt8(round)])
            if round % 3 == 0 {
              let echo = try await withTaskExecutorPreference(home) { try await client.read() }
              #expect(echo == [UInt8(round)])
            } else {
              #expect(try await client.read() == [UInt8(round)])
            }
          }
        }
        listener.close()
        try await serving
      }
    }
  }

  @Test("is told goodbye on its own loop, wherever its body ended")
  func endsElsewhere() async throws {
    struct Oops: Error {}
    try await EventLoop.run { home in
      try await EventLoop.run { away in
        let listener = try await Listener.bind(.ipv4(.loopback, port: 0), on: home)
        let reported = Gate()
        async let serving: Void = listener.run { _ in
          #expect(home.isCurrent)
          reported.open()
        } _: { _ in
          try await withTaskExecutorPreference(away) {
            await Task.yield()
            #expect(away.isCurrent)
            throw Oops()
          }
        }
        let target = Address(listener.localAddress)
        try await Connect.to(target, on: away, resolver: Resolver()) { client in
          _ = try? await client.read()
        }
        await reported.wait()
        listener.close()
        try await serving
      }
    }
  }
}
