import Glibc
import Testing

@testable import parley

@Suite("Help pages")
struct HelpPagesTests {
  static func file(_ path: String) throws -> String {
    let file = try #require(fopen(path, "r"), "\(path) cannot be opened")
    defer { fclose(file) }
    var text: [UInt8] = []
    while case let byte = getc(file), byte != EOF { text.append(UInt8(byte)) }
    return String(decoding: text, as: UTF8.self)
  }

  /// Runs a shell program; its output, once it has ended well.
  private static func run(_ peer: Peer, _ arguments: [String], input: String = "") async throws
    -> String
  {
    let child = try ChildProcess(
      try peer.find(), arguments, environment: ["BINARY": try Tree.parley()])
    try child.write(input)
    child.closeInput()
    #expect(try await child.ending() == .exited(0))
    #expect(String(decoding: child.transcript(.errors), as: UTF8.self) == "")
    return String(decoding: child.transcript(.output), as: UTF8.self)
  }

  @Test("docs/parley.1 is what the program prints; if not: parley help --man >docs/parley.1")
  func manPageIsFresh() throws {
    #expect(try Self.file(Tree.root + "/docs/parley.1") == ManPage(Command.all).text)
  }

  @Test("groff reads the manual page without a warning, and every option is in it", .needs(.groff))
  func manPageIsWhole() async throws {
    let page = ManPage(Command.all).text
    // A terminal's bold and underlines are letters struck twice.
    let text = try await Self.run(
      .groff, ["-man", "-ww", "-Tascii", "-P-cbou", "-rLL=500n"], input: page)
    for page in Command.all.map(\.page) {
      #expect(text.contains("   parley \(page.name)\n"))
      for option in page.options {
        let names = option.names.joined(separator: ", ")
        #expect(text.contains("\n       " + names), "\(page.name) \(names)")
      }
    }
  }

  @Test(
    "bash completes verbs, options and values",
    arguments: [
      ("parley se", "serve"), ("parley help jo", "join"), ("parley serve --rel", "--relay"),
      ("parley serve --log js", "json"), ("parley serve --log = js", "json"),
      ("parley serve --nick se", ""), ("parley completions fi", "fish"),
      ("parley get -o \(Tree.root)/Package.swif", "\(Tree.root)/Package.swift"),
      ("parley x --", ""),
    ])
  func bash(line: String, expected: String) async throws {
    let words = line.split(separator: " ").map { "'\($0)'" }
    let script = """
      set -u
      source <("$BINARY" completions bash)
      COMP_WORDS=(\(words.joined(separator: " "))) COMP_CWORD=\(words.count - 1)
      _parley
      echo "${COMPREPLY[*]-}"
      """
    #expect(try await Self.run(.bash, ["-c", script]) == expected + "\n")
  }

  @Test(
    "fish completes verbs, options and values", .needs(.fish),
    arguments: [
      ("parley se", "serve\ta chat server for every kind of client\n"),
      ("parley help jo", "join\n"),
      ("parley get -o \(Tree.root)/Package.swif", "\(Tree.root)/Package.swift\n"),
      ("parley completions ba", "bash\n"),
      ("parley serve --log js", "json\ttext (the default) or json: one line per event\n"),
    ])
  func fish(line: String, expected: String) async throws {
    let script = "$BINARY completions fish | source; complete -C '\(line)'"
    #expect(try await Self.run(.fish, ["--no-config", "-c", script]) == expected)
  }

  @Test("zsh gets the arguments of the verb that is typed", .needs(.zsh))
  func zsh() async throws {
    let script = """
      compdef() { }
      _arguments() { print -rl -- $words[1] $CURRENT "$@" }
      source <($BINARY completions zsh)
      words=(parley serve --log js) CURRENT=4
      _parley
      """
    let text = try await Self.run(.zsh, ["-f", "-c", script])
    #expect(text.hasPrefix("serve\n3\n"))
    #expect(text.contains("\n--log=[text (the default) or json\\: one line per event]"))
    #expect(text.contains(":STYLE:(text json)\n"))
    #expect(!text.contains("--room"))
  }
}
