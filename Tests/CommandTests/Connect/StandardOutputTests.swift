import Glibc
import Sockets
import Testing

@testable import parley

/// What goes out, whatever the descriptor is.
@Suite("Standard output")
struct StandardOutputTests {
  private static let content = StandardInputTests.content

  init() { _ = signal(SIGPIPE) { _ in } }

  @Test(
    "every byte arrives, and the flags stay as they were",
    arguments: StandardInputTests.Kind.allCases)
  func everything(of kind: StandardInputTests.Kind) async throws {
    let ends = try kind.make()
    let before = Ends.flags(ends.writing)
    let (drained, hasRead) = AsyncStream.makeStream(of: [UInt8].self)
    try await EventLoop.run { loop in
      let output = try StandardOutput(ends.writing, on: loop)
      if kind != .file {
        try parley.startThread {
          hasRead.yield((try? ends.reading.drain(Self.content.count)) ?? [])
        }
      }
      for start in stride(from: 0, to: Self.content.count, by: 100_000) {
        try await output.write(Array(Self.content[start...].prefix(100_000)))
        #expect(Ends.flags(ends.writing) == before)
      }
    }
    if kind == .file { hasRead.yield(try ends.reading.drain()) }
    var all = drained.makeAsyncIterator()
    #expect(await all.next() == Self.content)
    #expect(Ends.flags(ends.writing) == before)
  }

  @Test("a write returns only when all is taken")
  func slowReader() async throws {
    let ends = try Ends.pipe()
    try await EventLoop.run { loop in
      let output = try StandardOutput(ends.writing, on: loop)
      let isDone = Flag()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await output.write(Self.content)
          isDone.value.withLock { $0 = true }
        }
        var count = 0
        // A pipe holds 64 KiB: so long as more is left, the writer waits.
        while count < Self.content.count - 65_536 {
          #expect(!isDone.value.withLock { $0 })
          var entry = pollfd(fd: ends.reading, events: Int16(POLLIN), revents: 0)
          var piece = [UInt8](repeating: 0, count: 1000)
          if poll(&entry, 1, 0) > 0 { count += max(0, read(ends.reading, &piece, 1000)) }
          await Task.yield()
        }
        let rest = Self.content.count - count
        try parley.startThread { _ = try? ends.reading.drain(rest) }
        try await group.next()
      }
    }
  }

  @Test("a full device is an error with words", arguments: ["/dev/full"])
  func full(_ path: String) async throws {
    let ends = try Ends.device(path)
    try await EventLoop.run { loop in
      let output = try StandardOutput(ends.writing, on: loop)
      let error = await #expect(throws: SocketError.self) { try await output.write([1]) }
      #expect(error?.description == "write standard output: No space left on device")
    }
  }

  @Test("a reader that is gone is told apart, before and while something is written")
  func gone() async throws {
    for kind in [StandardInputTests.Kind.pipe, .sockets] {
      let ends = try kind.make()
      let number = dup(ends.writing)
      defer { close(number) }
      try await EventLoop.run { loop in
        let output = try StandardOutput(number, on: loop)
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { await output.closing() }
          group.addTask {
            await #expect(throws: NobodyReads.self) { try await output.write(Self.content) }
          }
          await Task.yield()
          ends.letGo()
          try await group.waitForAll()
        }
        await #expect(throws: NobodyReads.self) { try await output.write([1]) }
      }
    }
  }

  @Test("a pipe whose reader was gone from the start is told apart")
  func goneBefore() async throws {
    let ends = try Spawned.pipe()
    close(ends.read)
    defer { close(ends.write) }
    try await EventLoop.run { loop in
      let output = try StandardOutput(ends.write, on: loop)
      await #expect(throws: NobodyReads.self) { try await output.write([1]) }
      await output.closing()
    }
  }

  @Test("a write that waits can be cancelled")
  func cancelled() async throws {
    let ends = try Ends.pipe()
    try await EventLoop.run { loop in
      let output = try StandardOutput(ends.writing, on: loop)
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          await #expect(throws: CancellationError.self) { try await output.write(Self.content) }
        }
        group.addTask { await output.closing() }
        await Task.yield()
        group.cancelAll()
      }
    }
  }

  @Test("what has ended is at its end for who reads it")
  func finished() async throws {
    let ends = try Ends.pipe()
    let number = dup(ends.writing)
    try await EventLoop.run { loop in
      let output = try StandardOutput(number, on: loop)
      try await output.write([7])
      output.finish()
    }
    ends.letGoOfWriting()
    #expect(try ends.reading.drain() == [7])
    close(number)
  }
}

private final class Flag: Sendable {
  let value = Locked(false)
}
