import Testing

@testable import parley

@Suite("parley lab")
struct LabRunnerTests {
  private func lab(_ arguments: String..., input: String = "") async throws -> Finished {
    try await ChildProcess(try Tree.parley(), ["lab"] + arguments).finished(fed: Array(input.utf8))
  }

  @Test("the course's numbers are the rows")
  func numbers() {
    let rows = Example.all.map { [$0.lab, $0.number, $0.server, $0.client] }
    #expect(
      rows == [
        [2, 1, 18, 18], [2, 2, 21, 21], [2, 3, 23, 23], [2, 4, 22, 22], [3, 1, 28, 29],
        [3, 2, 28, 30], [3, 3, 36, 35],
      ])
    #expect(Example.all(lab: nil, number: 3).map(\.lab) == [2, 3])
  }

  @Test("numbers that nothing has find nothing")
  func none() async throws {
    let end = try await lab("-l", "7", "-e", "1")
    #expect(end.text == "No examples found\n" && end.errors.isEmpty && end.ending == .exited(1))
  }

  @Test("of several one is picked, and a wrong number asks again")
  func several() async throws {
    let end = try await lab("-l", "3", input: "0\nx\n4\n3\n")
    #expect(
      end.text == """
        # Multiple examples found, pick one:
        #    1) lab3.example1-tcp-echo-half-duplex
        #    2) lab3.example2-tcp-echo-full-duplex
        #    3) lab3.example3-tcp-chat
        # > # > # > # > # Running module lab3.example3-tcp-chat from parley lab row 36 with args: \


        """)
    #expect(end.errors == "parley lab: row 36 takes server PORT\n")
    #expect(end.ending == .exited(2))
  }

  @Test("an example runs with its arguments behind one more line", .needs(.python3))
  func runs() async throws {
    let server = try await LessonServer("logging-echo")
    let address = "localhost:\(server.place.port)"
    let end = try await lab("-l", "3", "-e", "1", "client", address, input: "hello")
    #expect(
      end.text == """
        # Running module lab3.example1-tcp-echo-half-duplex from parley lab row 29 with args: \
        client \(address)
        # connected to ('localhost', \(server.place.port))
        hello# connection closed

        """)
    #expect(end.ending == .exited(0) && end.errors.isEmpty)
  }

  @Test(
    "the chats and the stream run by the course's numbers",
    arguments: [
      ("2", "1", ["0"], "by-turns from parley lab row 18 with args: 0\nBound to: ('127.0.0.1', "),
      ("2", "2", ["0"], "chat from parley lab row 21 with args: 0\nBound to: ('127.0.0.1', "),
      ("2", "3", ["1", "127.0.0.1:9"], "args: 1 127.0.0.1:9\nSent message 0\n"),
      ("2", "4", ["0"], "farewell from parley lab row 22 with args: 0\nBound to: ('127.0.0.1', "),
      ("3", "3", ["server", "0"], "args: server 0\nServer listening on port "),
    ])
  func chats(lab: String, example: String, words: [String], begin: String) async throws {
    let arguments = ["lab", "-l", lab, "-e", example] + words + ["--at", "127.0.0.1:0"]
    let end = try await ChildProcess(try Tree.parley(), arguments).finished(fed: [])
    #expect(end.text.contains(begin), "\(end)")
    #expect(end.ending == .exited(0) && end.errors.isEmpty, "\(end)")
  }

  @Test("every row can be walked: it runs, says what it needs, or names what replaces it")
  func walk() async throws {
    for lesson in Lesson.all {
      // No row takes these three arguments, so none begins to serve or to connect.
      let end = try await lab("row", "\(lesson.row)", "a", "b", "c")
      if [18, 21, 22, 23].contains(lesson.row) {
        #expect(end.ending == .exited(2) && end.output.isEmpty && !end.errors.isEmpty)
      } else if LessonProgram.of(row: lesson.row) == nil {
        #expect(end.text == lesson.replacement && end.ending == .exited(0))
      } else {
        #expect(end.errors.hasPrefix("parley lab: row \(lesson.row) takes "))
        #expect(end.ending == .exited(2) && end.output.isEmpty)
      }
    }
  }

  @Test("pages go to standard output; nothing to do is a usage error")
  func pages() async throws {
    #expect(try await lab("--list").text == LessonPages.list)
    #expect(try await lab("--lessons").text == LessonPages.document)
    #expect(try await lab().ending == .exited(2))
    #expect(try await lab("row").ending == .exited(2))
    #expect(try await lab("row", "47").ending == .exited(2))
    #expect(try await lab("--list", "row", "1").ending == .exited(2))
    #expect(try await lab("row", "8", "--pace", "none").ending == .exited(2))
  }

  @Test("whoever reads the output may stop reading")
  func brokenPipe() async throws {
    let shell = try ChildProcess(
      "/bin/sh", ["-c", "\(try Tree.parley()) lab row 8 --pace 0.01 | head -n 1"])
    let end = try await shell.finished()
    #expect(end.text == "Waiting\n" && end.errors.isEmpty)
  }
}
