import Chat
import Sockets
import Testing

@testable import parley

@Suite("Arguments")
struct ArgumentsTests {
  private func serve(_ words: String...) throws -> ServeOptions {
    try #require(try ServeOptions.verb.parse(words[...]))
  }

  @Test("an option takes its value from the next word or after =", arguments: [true, false])
  func bothForms(attached: Bool) throws {
    let words = attached ? ["a:1", "--nick=bo b"] : ["--nick", "bo b", "a:1"]
    let expected = JoinOptions(address: "a:1", nick: "bo b")
    #expect(try JoinOptions.verb.parse(words[...]) == expected)
    guard case .run(let options) = try Invocation(["join"] + words) else {
      Issue.record("not run")
      return
    }
    #expect(options as? JoinOptions == expected)
  }

  @Test("every option of serve reaches its field")
  func everyServeOption() throws {
    let options = try serve(
      "0.0.0.0:7000", "--listen", "[::1]:1,frame=u32", "--listen=unix:/a,b", "--open", "--loops",
      "3", "--log", "json", "--join", "--nick", "n", "--no-gentle", "--max-clients", "10",
      "--max-per-address", "2", "--backlog", "9", "--allow", "10.0.0.0/8", "--deny", "::/0",
      "--max-frame", "64k", "--timeout", "2.5", "--spin", "200")
    let expected = ServeOptions(
      listeners: [
        .init(address: "0.0.0.0:7000", door: nil), .init(address: "[::1]:1", door: .u32),
        .init(address: "unix:/a,b", door: nil),
      ],
      isOpen: true, loops: 3, spin: 200, log: .json, joins: true, nick: "n", isGentle: false,
      backlog: 9, rules: AddressRules(allow: ["10.0.0.0/8"], deny: ["::/0"]),
      limits: [
        GivenLimit(name: .maxClients, text: "10"), GivenLimit(name: .maxPerAddress, text: "2"),
        GivenLimit(name: .maxFrame, text: "64k"), GivenLimit(name: .timeout, text: "2.5"),
      ],
      maxFrame: 65_536)
    #expect(options == expected)
    #expect(try serve("--relay").relayFraming == nil)
    #expect(try serve("--frame", "u16", "--relay").relayFraming == .u16)
  }

  @Test("a relay has no second listener by default, a chat has one for silent clients")
  func defaults() throws {
    #expect(try serve("--relay").defaultListeners.map(\.door) == [nil, nil])
    #expect(try serve().defaultListeners.map(\.door) == [nil, nil, .u16, .u16])
  }

  @Test(
    "a wrong line is told in words that name the word",
    arguments: [
      (["serv"], "there is no command serv; did you mean serve?"),
      (["frobnicate"], "there is no command frobnicate"),
      (["--versoin"], "there is no option --versoin; did you mean --version?"),
      (["serve", "--listn", "a"], "there is no option --listn; did you mean --listen?"),
      (["serve", "--max-cl", "a"], "there is no option --max-cl; did you mean --max-clients?"),
      (["serve", "-x"], "there is no option -x"),
      (["serve", "-open"], "there is no option -open; did you mean --open?"),
      (["serve", "a", "b"], "'b' is one argument too many"),
      (["join"], "ADDRESS is missing"),
      (["join", "a", "--nick"], "--nick needs NAME"),
      (["join", "a", "--nick="], "--nick= needs NAME"),
      (["join", "a", "--nick", "--room"], "--nick needs NAME"),
      (["join", "a", "--nick", "b", "--nick", "c"], "--nick is given twice"),
      (["serve", "--open=yes"], "--open takes no value"),
      (["serve", "--nick", "b"], "--nick is your own name here and needs --join"),
      (["serve", "--loops", "0"], "--loops takes a number from 1 to 256, not '0'"),
      (["serve", "--loops", "+1"], "--loops takes a number from 1 to 256, not '+1'"),
      (["serve", "--loops", "٣"], "--loops takes a number from 1 to 256, not '٣'"),
      (
        ["serve", "--max-frame", "99999999999999999999m"],
        "--max-frame takes a number from 1 to 16777216, not '99999999999999999999m'"
      ),
      (
        ["serve", "--listen", "a,fram=u16"],
        "--listen ADDRESS,frame=KIND knows frame only, not 'fram=u16'"
      ),
      (
        ["serve", "--listen", "a,frame=u61"],
        "--listen …,frame is one of line, dec10, u16, u32, native, not 'u61'; did you mean u16?"
      ),
      (
        ["serve", "--frame", "u16"],
        "--frame needs --relay; for one listener it is --listen ADDRESS,frame=KIND"
      ),
      (
        ["serve", "--relay", "--listen", "a,frame=u16"],
        "--relay has one framing for all: --frame KIND instead of ,frame=KIND"
      ),
      (
        ["serve", "--relay", "--max-sendq", "1m", "--flood", "5:10"],
        "--flood is for a chat, which --relay is not"
      ),
      (["help", "join", "x"], "'x' is one argument too many"),
      (["help", "--man", "x"], "'x' is one argument too many"),
      (["--version", "x"], "'x' is one argument too many"),
      (["lab", "row", "47"], "row takes a number from 1 to 46, not '47'"),
      (["lab", "-l", "0"], "-l takes a number from 1 to 99, not '0'"),
      (
        ["completions", "bsh"], "SHELL is one of bash, zsh, fish, not 'bsh'; did you mean bash?"
      ),
      (["help", "jion"], "there is no command jion; did you mean join?"),
    ])
  func wrongLine(words: [String], expected: String) {
    do throws(UsageError) {
      _ = try Invocation(words)
      Issue.record("accepted")
    } catch {
      #expect(error.message == expected)
    }
  }

  @Test(
    "a time limit is seconds or none",
    arguments: [
      ("none", TimeLimit.none), ("2", .after(.seconds(2))), ("0.5", .after(.milliseconds(500))),
      ("000.000000001", .after(.nanoseconds(1))),
    ])
  func timeLimit(text: String, expected: TimeLimit) throws {
    #expect(try TimeLimit(text) == expected)
  }

  @Test(
    "nothing else is a time limit",
    arguments: [
      "", "0", "0.0", ".5", "5.", "-1", "1e3", "1s", "9999999999", "0.1234567890", "None",
    ])
  func notATimeLimit(text: String) {
    #expect(throws: UsageError.self) { try TimeLimit(text) }
  }

  private struct Letters: Equatable {
    var isKept = false
    var isUnreliable = false
    var wait = ""
  }

  private static var letters: Verb<Letters> {
    Verb(
      name: "letters", summary: "", operandUsage: "", operandCount: 0...0, notes: [],
      groups: [
        Verb.Group(
          "Options",
          [
            .flag("-k, --keep", "") { $0.isKept = true },
            .flag("-u, --udp", "") { $0.isUnreliable = true },
            .value("-w, --wait", "S", "") { $0.wait = $1 },
          ])
      ],
      initial: Letters(), applyOperands: { (_, _) throws(UsageError) in },
      validate: { (_) throws(UsageError) in })
  }

  @Test(
    "letters may stand together, and the last one may have its value attached or behind it",
    arguments: [
      ["-kuw5"], ["-ku", "-w", "5"], ["-k", "-u", "-w5"], ["--keep", "-uw", "5"],
      ["-uk", "--wait=5"],
    ])
  func shortOptions(words: [String]) throws {
    let expected = Letters(isKept: true, isUnreliable: true, wait: "5")
    #expect(try Self.letters.parse(words[...]) == expected)
  }

  @Test(
    "a wrong letter is named, and an option is one option by all its names",
    arguments: [
      (["-kx"], "there is no option -x"), (["-kw"], "-w needs S"),
      (["-w1", "--wait", "2"], "--wait is given twice"),
    ])
  func wrongLetter(words: [String], expected: String) {
    #expect(throws: UsageError(expected, verb: "letters")) { try Self.letters.parse(words[...]) }
  }

  @Test("after -- everything is an operand")
  func endOfOptions() throws {
    #expect(try serve("--open", "--", "--nick").listeners.map(\.address) == ["--nick"])
    #expect(try serve("--", "--help").listeners.map(\.address) == ["--help"])
  }

  @Test("help wins over whatever is wrong with the line", arguments: ["--help", "-h"])
  func helpWins(word: String) throws {
    for words in [["join", "--frob", word], ["help", "join"]] {
      guard case .show(let page) = try Invocation(words) else {
        Issue.record("no page")
        continue
      }
      #expect(page == HelpPage(JoinOptions.verb).text)
    }
  }

  @Test("help names every option of every verb, and fits 80 columns")
  func helpIsWhole() throws {
    for page in Command.all.map(\.page) {
      for option in page.options {
        #expect(page.text.contains("\n  \(option.names.joined(separator: ", "))"))
      }
      for line in page.text.split(separator: "\n") { #expect(line.utf8.count <= 80, "\(line)") }
    }
  }

  @Test("a server's address has a port", arguments: ["localhost", "[::1]", "127.0.0.1:0", "h:0"])
  func serverWithoutPort(text: String) throws {
    #expect(throws: Complaint.self) { try Address(server: text) }
    #expect(try Address(server: "unix:\(text)").port == nil)
    #expect(try Address(server: "7").port == 7)
  }

  @Test("a usage error points at the help of its verb and ends with code 2")
  func usageText() {
    #expect(UsageError("x", verb: "join").text == "parley join: x\nTry 'parley help join'.\n")
    #expect(UsageError("x").text == "parley: x\nTry 'parley help'.\n")
    #expect(ExitCode.usage.rawValue == 2)
  }
}
