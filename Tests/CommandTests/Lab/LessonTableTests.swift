import Glibc
import Testing

@testable import parley

@Suite("The table of lessons")
struct LessonTableTests {
  /// The rows that must run with the lessons' own lines.
  private static let programs = [
    1, 2, 3, 5, 7, 8, 9, 18, 21, 22, 23, 24, 25, 27, 28, 29, 30, 35, 36, 40, 41, 42, 44, 45, 46,
  ]

  @Test("has the rows 1 to 46, each once")
  func rows() {
    #expect(Lesson.all.map(\.row) == Array(1...46))
    #expect(Lesson.all.allSatisfy { (1...4).contains($0.lesson) && !$0.note.isEmpty })
  }

  @Test("every row has a command or an example")
  func nothingMissing() {
    #expect(Lesson.all.filter { $0.commands.isEmpty && $0.example == nil }.map(\.row).isEmpty)
    #expect(Lesson.all.filter { LessonProgram.of(row: $0.row) != nil }.map(\.row) == Self.programs)
  }

  /// Splits as a shell does: at blanks, but for those in single quotes.
  private func words(_ command: some StringProtocol) -> [String] {
    var words: [String] = []
    for (index, part) in command.split(separator: "'", omittingEmptySubsequences: false)
      .enumerated()
    {
      words += index % 2 == 1 ? [String(part)] : String(part).blankSeparated
    }
    return words
  }

  @Test("every command that it names can be typed", arguments: Lesson.all.flatMap(\.commands))
  func commands(line: String) throws {
    for command in line.split(separator: "|") {
      let words = words(command)
      try #require(words.first == "parley" && words.count > 1)
      guard case .run = try Invocation(Array(words.dropFirst())) else {
        throw ToolError("\(words) only shows help")
      }
    }
  }

  @Test(
    "every example that it names is there, and is run", arguments: Lesson.all.compactMap(\.example))
  func examples(name: String) throws {
    #expect(access("\(Tree.root)/Examples/Sources/\(name)/main.swift", R_OK) == 0)
    let check = try text(of: "Examples/check")
    #expect(check.contains("run(\"\(name)\"") || check.contains("Running(\"\(name)\""))
  }

  @Test("the list shows every row, and marks those with a program")
  func list() throws {
    let lines = LessonPages.list.split(separator: "\n").map(String.init)
    for lesson in Lesson.all {
      let mark = Self.programs.contains(lesson.row) ? "*" : " "
      let number = lesson.row < 10 ? " \(lesson.row)" : "\(lesson.row)"
      #expect(lines.contains("  \(number) \(mark) \(lesson.name)"))
    }
    #expect(lines.allSatisfy { $0.utf8.count <= 80 })
  }

  @Test("every line that it shows of the five classes is compiled and run in Examples")
  func classes() throws {
    let source = try text(of: "Examples/Sources/FiveClasses/main.swift")
    #expect(LessonClass.all.map(\.name) == ["Peer", "AsyncPeer", "Connection", "Client", "Server"])
    for member in LessonClass.all.flatMap(\.members) {
      #expect(source.contains(member.here), "\(member.here)")
    }
    #expect(try text(of: "Examples/check").contains("run(\"FiveClasses\""))
  }

  @Test("docs/lessons.md is what 'parley lab --lessons' prints; write it anew when this fails")
  func document() throws {
    #expect(try text(of: "docs/lessons.md") == LessonPages.document)
  }

  private func text(of path: String) throws -> String {
    let file = try #require(fopen("\(Tree.root)/\(path)", "r"))
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension String {
  fileprivate var blankSeparated: [String] { split(separator: " ").map(String.init) }
}
