import Sockets
import Testing

/// `parley time ADDRESS`, with servers of every kind.
@Suite("Time client")
struct TimeClientTests {
  private static let time = "Sat Nov 21 03:20:21 2026"

  private func ask(_ pieces: [String]) async throws -> Run {
    try await withServer { client in
      for piece in pieces { try await client.write(piece) }
    } _: { port, _ in
      try await Run(["time", "127.0.0.1:\(port)"])
    }
  }

  @Test(
    "a time is printed with a line end, however it came",
    arguments: [[time], time.map(String.init), [time, "\n"], [time + "\r\n"]])
  func prints(pieces: [String]) async throws {
    let run = try await ask(pieces)
    #expect(run.text == Self.time + "\n")
    #expect(run.errors.isEmpty && run.ending == .exited(0))
  }

  @Test(
    "what is no time is an error that shows it without its control characters",
    arguments: [
      ([], "closed without a word"), (["hello\u{1b}[2J"], "but 'hello<U+001B>[2J'"),
      ([time, "!"], "but '\(time)!'"),
      ([String(repeating: "x", count: 1000)], "more than 256 bytes"),
    ])
  func wrong(pieces: [String], words: String) async throws {
    let run = try await ask(pieces)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("parley time: ") && run.errors.contains(words), "\(run.errors)")
    #expect(run.ending == .exited(1))
  }

  @Test("a server that keeps silent is left after the time limit")
  func silent() async throws {
    let run = try await withServer { client in
      _ = try await client.read()
    } _: { port, _ in
      try await Run(["time", "127.0.0.1:\(port)", "--timeout", "0.2"])
    }
    #expect(run.errors.contains("timed out") && run.ending == .exited(13))
  }

  @Test("our client understands our server")
  func ours() async throws {
    let server = try ChildProcess(try Tree.parley(), ["time", "--listen", "127.0.0.1:0"])
    let port = try await server.ports()[0]
    let run = try await Run(["time", "127.0.0.1:\(port)"])
    #expect(run.output.count == 25 && run.ending == .exited(0))
  }
}
