/// A program or an idea of the four lessons, and what stands for it here.
struct Lesson: Sendable {
  /// 1 to 46, in the order of the lessons.
  var row: Int
  /// 1 to 4.
  var lesson: Int
  /// What it is, in a few words.
  var name: String
  /// What does the same, as typed in a shell.
  var commands: [String]
  /// What shows how to write it: a program in Examples/Sources.
  var example: String?
  /// What is different here, and why.
  var note: String

  init(
    _ row: Int, _ lesson: Int, _ name: String, _ commands: [String], example: String? = nil,
    _ note: String
  ) {
    self.row = row
    self.lesson = lesson
    self.name = name
    self.commands = commands
    self.example = example
    self.note = note
  }

  static let all = firstLesson + secondLesson + laterLessons

  /// What does the same, line by line.
  var replacements: [String] {
    commands + (example.map { ["Examples/Sources/\($0)"] } ?? [])
  }

  /// What `parley lab row N` prints of a row that has no program.
  var replacement: String { replacements.map { $0 + "\n" }.joined() }
}
