import Glibc
import Testing

@testable import parley

@Suite("README.md")
struct ReadmeTests {
  /// Every `parley …` of the blocks of commands, without what the shell does around it.
  private static func commands() throws -> [[String]] {
    let readme = try #require(fopen(Tree.root + "/README.md", "r"))
    defer { fclose(readme) }
    var commands: [[String]] = []
    var isCommands = false
    var buffer = [CChar](repeating: 0, count: 1000)
    while fgets(&buffer, CInt(buffer.count), readme) != nil {
      let line = String(
        decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      if line.hasPrefix("```") {
        isCommands = line == "```sh\n"
        continue
      }
      let code = line.prefix { $0 != "#" }
      guard isCommands, code.contains("parley") else { continue }
      for part in code.split(separator: "|") {
        let words = part.split { $0.isWhitespace }.map(String.init)
        guard words.first == "parley" else { continue }
        commands.append(Array(words.dropFirst().prefix { $0 != "<" && $0 != ">" }))
      }
    }
    return commands
  }

  @Test("every command that it shows is one")
  func commandsExist() throws {
    let commands = try Self.commands()
    #expect(commands.count >= 10)
    for arguments in commands {
      guard case .run = try Invocation(arguments) else {
        Issue.record("\(arguments) runs nothing")
        continue
      }
    }
  }
}
