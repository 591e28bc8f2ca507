import Testing

@testable import parley

/// Programs that wait for somebody to type, and how that may end.
@Suite("The prompts of the lessons")
struct LabPromptTests {
  /// A program, what it prints before it waits, and the server that it talks to.
  struct Prompting: CustomTestStringConvertible, Sendable {
    var arguments: [String]
    var prompt: String
    var server: String?

    var testDescription: String { arguments.joined(separator: " ") }

    func start(on connection: ChildProcess.Connection) async throws -> (ChildProcess, LessonServer?)
    {
      var server: LessonServer?
      if let name = self.server { server = try await LessonServer(name) }
      let words = arguments.map { $0 == "ADDRESS" ? server?.place.address ?? "" : $0 }
      let process = try ChildProcess(try Tree.parley(), ["lab"] + words, on: connection)
      try await process.expect(prompt)
      return (process, server)
    }
  }

  static let all = [
    Prompting(arguments: ["row", "5", "--at", "ADDRESS"], prompt: "Say >", server: "raw-echo"),
    Prompting(
      arguments: ["row", "7", "client", "--at", "ADDRESS"], prompt: "Say >", server: "framed-echo"),
    Prompting(
      arguments: ["row", "29", "client", "ADDRESS"], prompt: "# connected to", server: "raw-echo"),
    Prompting(
      arguments: ["row", "30", "client", "ADDRESS"], prompt: "# connected to", server: "raw-echo"),
    Prompting(
      arguments: ["row", "41", "--at", "ADDRESS"], prompt: "Enter message to send: ",
      server: "raw-echo"),
    Prompting(
      arguments: ["row", "42", "--at", "ADDRESS"], prompt: "Enter message to send: ",
      server: "raw-echo"),
    Prompting(arguments: ["-l", "3"], prompt: "# > ", server: nil),
    Prompting(arguments: ["row", "18", "0", "--at", "127.0.0.1:0"], prompt: "chat:", server: nil),
    Prompting(arguments: ["row", "21", "0", "--at", "127.0.0.1:0"], prompt: "chat:", server: nil),
    Prompting(arguments: ["row", "22", "0", "--at", "127.0.0.1:0"], prompt: "chat:", server: nil),
    Prompting(
      arguments: ["row", "36", "server", "0", "--at", "127.0.0.1:0"], prompt: "chat:", server: nil),
  ]

  @Test("the end of the input ends them in order", .needs(.python3), arguments: all)
  func end(_ prompting: Prompting) async throws {
    let (process, server) = try await prompting.start(on: .pipes)
    process.closeInput()
    let end = try await process.finished()
    #expect(end.ending == .exited(0) && end.errors.isEmpty)
    withExtendedLifetime(server) {}
  }

  @Test("Ctrl+D and Ctrl+C end them in order on a terminal", .needs(.python3), arguments: all)
  func keys(_ prompting: Prompting) async throws {
    for key in ["\u{4}", "\u{3}"] {
      let (process, server) = try await prompting.start(on: .terminal(columns: 80, rows: 24))
      try process.write(key)
      let end = try await process.finished()
      #expect(end.ending == .exited(0), "\(end.text)")
      #expect(!end.text.contains("parley lab:"))
      #expect(end.output.last == UInt8(ascii: "\n"))
      withExtendedLifetime(server) {}
    }
  }

  @Test("what is typed at a prompt is answered at once", .needs(.python3))
  func typed() async throws {
    let (process, server) = try await Self.all[4].start(on: .terminal(columns: 80, rows: 24))
    for word in ["one", "tw\u{f6}"] {
      try process.write(word + "\n")
      let answer = try await process.expect("Enter message to send: ")
      // The terminal shows what is typed.
      #expect(answer == "\(word)\r\nResponse \(word)\r\nEnter message to send: ")
    }
    withExtendedLifetime(server) {}
  }
}
