/// A program of the lessons, with the lesson's own prompts, lines and bytes.
struct LessonProgram: Sendable {
  /// One way to start it.
  struct Form: Sendable {
    /// Words as they must be, CAPITALS for values, and `...` for whatever comes.
    var words: [String]
    var work: @Sendable (Workbench) async throws -> ExitCode

    init(_ usage: String, _ work: @escaping @Sendable (Workbench) async throws -> ExitCode) {
      words = usage.split(separator: " ").map(String.init)
      self.work = work
    }

    init(_ usage: String, _ work: @escaping @Sendable (Workbench) async throws -> Void) {
      self.init(usage) { bench in
        try await work(bench)
        return .done
      }
    }

    func fits(_ arguments: [String]) -> Bool {
      let isOpen = words.last == "..."
      let fixed = isOpen ? words.dropLast() : words[...]
      guard isOpen ? arguments.count >= fixed.count : arguments.count == fixed.count else {
        return false
      }
      return zip(fixed, arguments).allSatisfy { $0.uppercased() == $0 || $0 == $1 }
    }
  }

  var row: Int
  var forms: [Form]

  /// What may be behind the row's number.
  var usage: String {
    forms.map { $0.words.joined(separator: " ") }.joined(separator: " or ")
  }

  func run(_ bench: Workbench) async throws -> ExitCode {
    guard let form = forms.first(where: { $0.fits(bench.arguments) }) else {
      let wanted = usage.isEmpty ? "no arguments" : usage
      throw Complaint("row \(row) takes \(wanted)", .usage)
    }
    return try await form.work(bench)
  }

  /// The program of a row; nil where a command or an example says more than a program would.
  static func of(row: Int) -> LessonProgram? {
    let forms: [Form] =
      switch row {
      case 1: [Form("", FirstLesson.get)]
      case 2: [Form("", FirstLesson.timeServer)]
      case 3: [Form("", FirstLesson.timeClient)]
      case 5: [Form("", FirstLesson.echoClient)]
      case 7:
        [Form("server", FirstLesson.frameServer), Form("client", FirstLesson.frameClient)]
      case 8: [Form("", Warmup.countdowns)]
      case 9: [Form("", Warmup.queue)]
      case 18: [Form("PORT ...", DatagramLesson.byTurns)]
      case 21: [Form("PORT ...", DatagramLesson.atOnce)]
      case 22: [Form("PORT ...", DatagramLesson.withFarewell)]
      case 23: [Form("N IP:PORT ...", DatagramLesson.stream)]
      case 24: [Form("ADDRESS", SecondLesson.dial)]
      case 25: [Form("ADDRESS", SecondLesson.halfClose)]
      case 27:
        [Form("server PORT", SecondLesson.receiver), Form("client IP:PORT", SecondLesson.sender)]
      case 28: [Form("server PORT", EchoLesson.server)]
      case 29: [Form("client IP:PORT", EchoLesson.halfDuplex)]
      case 30: [Form("client IP:PORT", EchoLesson.fullDuplex)]
      case 35: [Form("client IP:PORT", TalkLesson.client)]
      case 36: [Form("server PORT", TalkLesson.server)]
      case 40: [Form("", ThirdLesson.server)]
      case 41: [Form("", ThirdLesson.rawClient)]
      case 42: [Form("", ThirdLesson.lineClient)]
      case 44: [Form("", FourthLesson.oneShot)]
      case 45:
        [Form("server", FourthLesson.answering), Form("client", FourthLesson.asking)]
      case 46:
        [Form("server", FourthLesson.echoServer), Form("client ...", FourthLesson.echoClient)]
      default: []
      }
    return forms.isEmpty ? nil : LessonProgram(row: row, forms: forms)
  }
}
