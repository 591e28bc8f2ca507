import Glibc
import Sockets
import Testing

@testable import parley

/// What comes in, whatever the descriptor is.
@Suite("Standard input")
struct StandardInputTests {
  /// Over what a pipe and a piece hold, and no multiple of a page.
  static let content = (0..<700_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }

  enum Kind: CaseIterable {
    case pipe, sockets, file

    func make() throws -> Ends {
      switch self {
      case .pipe: try .pipe()
      case .sockets: try .sockets()
      case .file: try .file()
      }
    }
  }

  @Test("every byte comes, then the end, and the flags stay as they were", arguments: Kind.allCases)
  func everything(of kind: Kind) async throws {
    let ends = try kind.make()
    let before = Ends.flags(ends.reading)
    if kind == .file { try ends.writing.fill(Self.content) }
    let got = try await EventLoop.run { loop in
      let input = try StandardInput(ends.reading, on: loop)
      if kind != .file {
        try parley.startThread {
          try? ends.writing.fill(Self.content)
          ends.letGoOfWriting()
        }
      }
      var got: [UInt8] = []
      while case let bytes = try await input.next(), !bytes.isEmpty {
        #expect(Ends.flags(ends.reading) == before)
        got += bytes
      }
      let afterwards = try await input.next()
      #expect(afterwards.isEmpty)
      return got
    }
    #expect(got == Self.content)
    #expect(Ends.flags(ends.reading) == before)
  }

  @Test("/dev/null is at its end", arguments: ["/dev/null"])
  func nothing(_ path: String) async throws {
    let ends = try Ends.device(path)
    try await EventLoop.run { loop in
      let input = try StandardInput(ends.reading, on: loop)
      let bytes = try await input.next()
      #expect(bytes.isEmpty)
    }
  }

  @Test("a line of a terminal comes when it is complete, and Ctrl-D is the end")
  func terminal() async throws {
    let terminal = try PseudoTerminal(columns: 80, rows: 24)
    let (person, program) = (terminal.person, terminal.program)
    let before = Ends.flags(program)
    try await EventLoop.run { loop in
      let input = try StandardInput(program, on: loop)
      try person.fill(Array("one\ntwo\nthr".utf8))
      var got: [UInt8] = []
      while got.count < 8 { got += try await input.next() }
      #expect(got == Array("one\ntwo\n".utf8))
      try person.fill(Array("ee\n\u{4}".utf8))
      #expect(try await input.next() == Array("three\n".utf8))
      #expect(try await input.next().isEmpty)
    }
    #expect(Ends.flags(program) == before)
    withExtendedLifetime(terminal) {}
  }

  @Test("what cannot be read is an error with words, then the end")
  func unreadable() async throws {
    let folder = open("/", O_RDONLY | O_CLOEXEC)
    defer { close(folder) }
    let ends = try Ends.pipe()
    try await EventLoop.run { loop in
      let input = try StandardInput(folder, on: loop)
      let error = await #expect(throws: SocketError.self) { try await input.next() }
      #expect(error?.description == "read standard input: Is a directory")
      #expect(try await input.next().isEmpty)
      // The end of a pipe that is for writing would be readable once it is opened anew.
      #expect(throws: SocketError(operation: "read standard input", code: EBADF)) {
        try StandardInput(ends.writing, on: loop)
      }
    }
  }

  @Test("a cancelled read takes nothing, and the next one goes on", arguments: [false, true])
  func cancelled(onThread: Bool) async throws {
    let ends = try Ends.pipe()
    try await EventLoop.run { loop in
      let next: @Sendable () async throws -> [UInt8]
      if onThread {
        let input = try BlockingInput(ends.reading)
        next = { try await input.next() }
      } else {
        let input = try StandardInput(ends.reading, on: loop)
        next = { try await input.next() }
      }
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          await #expect(throws: CancellationError.self) { try await next() }
        }
        await Task.yield()
        group.cancelAll()
      }
      try ends.writing.fill([1, 2, 3])
      #expect(try await next() == [1, 2, 3])
    }
  }

  @Test("a socket that is input and output is both, and is let go of", arguments: [1, 3])
  func sharedSocket(_ rounds: Int) async throws {
    let ends = try Ends.sockets()
    try await EventLoop.run { loop in
      for round in 1...rounds {
        let input = try StandardInput(ends.reading, on: loop)
        let output = try StandardOutput(ends.reading, on: loop)
        try ends.writing.fill([UInt8(round)])
        let bytes = try await input.next()
        try await output.write(bytes)
        #expect(try ends.writing.drain(1) == [UInt8(round)])
        input.stop()
      }
    }
  }
}
