/// What is printed of the table of lessons: the list, and docs/lessons.md.
enum LessonPages {
  private static let ordinals = ["first", "second", "third", "fourth"]

  private static func rows(of lesson: Int) -> [Lesson] {
    Lesson.all.filter { $0.lesson == lesson }
  }

  /// What `parley lab --list` prints.
  static var list: String {
    var page = ""
    for (index, ordinal) in ordinals.enumerated() {
      page += "The \(ordinal) lesson\n"
      for row in rows(of: index + 1) { page += entry(row) }
      page += "\n"
    }
    return page + """
      * has the lesson's own prompts and lines: parley lab row N
      docs/lessons.md tells what is different and why; parley lab --lessons prints it.

      """
  }

  private static func entry(_ row: Lesson) -> String {
    let number = row.row < 10 ? " \(row.row)" : "\(row.row)"
    let mark = LessonProgram.of(row: row.row) == nil ? " " : "*"
    return row.replacements.reduce("  \(number) \(mark) \(row.name)\n") { $0 + "       \($1)\n" }
  }

  /// What `parley lab --lessons` prints.
  static var document: String {
    var page = introduction
    for (index, ordinal) in ordinals.enumerated() {
      page += """

        ## The \(ordinal) lesson

        | Row | There | Here | What is different |
        |---|---|---|---|

        """
      for row in rows(of: index + 1) {
        let here = commands(of: row).joined(separator: "<br>")
        page += "| \(row.row) | \(row.name) | \(here) | \(row.note) |\n"
      }
    }
    return page + classTables + ideas
  }

  private static func commands(of row: Lesson) -> [String] {
    var here = row.commands.map { "`\($0.split(separator: "|").joined(separator: "\\|"))`" }
    if let example = row.example {
      here.append("[\(example)](../Examples/Sources/\(example)/main.swift)")
    }
    for form in LessonProgram.of(row: row.row)?.forms ?? [] {
      here.append("`\((["parley lab row \(row.row)"] + form.words).joined(separator: " "))`")
    }
    return here
  }
}
