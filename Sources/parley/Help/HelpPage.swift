/// All that is told of one verb; help, man page and shell completions are made of it.
struct HelpPage: Equatable {
  struct Group: Equatable {
    var title: String
    var options: [OptionWords]
  }

  var name: String
  var summary: String
  var operandUsage: String
  var operand: ValueKind
  var notes: [String]
  var groups: [Group]

  var options: [OptionWords] { groups.flatMap(\.options) }

  init<Options>(_ verb: Verb<Options>) {
    name = verb.name
    summary = verb.summary
    operandUsage = verb.operandUsage
    operand = verb.operand
    notes = verb.notes
    groups = verb.groups.map { Group(title: $0.title, options: $0.options.map(\.words)) }
  }

  /// `parley connect ADDRESS [options]`.
  var usage: String {
    ["parley", name, operandUsage, "[options]"].filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// The page that `parley help VERB` shows.
  var text: String {
    var page = "parley \(name): \(summary)\n\nUsage: \(usage)\n"
    for note in notes { page += "\n" + wrapped(note, indent: 0) }
    for group in groups {
      page += "\n\(group.title)\n"
      for option in group.options { page += option.entry }
    }
    if groups.isEmpty { page += "\nOptions\n" }
    return page + helpEntry("-h, --help", "this page")
  }
}

extension OptionWords {
  /// The option and what it does, in two columns.
  fileprivate var entry: String {
    let names = names.joined(separator: ", ")
    return helpEntry([names, placeholder].compactMap(\.self).joined(separator: " "), help)
  }
}

/// One line of a two-column list; a title too wide for its column gets a line of its own.
func helpEntry(_ title: String, _ help: String) -> String {
  let column = 26
  let text = wrapped(help, indent: column)
  let width = title.utf8.count + 4
  guard width <= column else { return "  \(title)\n\(text)" }
  return "  " + title + text.dropFirst(2 + title.utf8.count)
}

/// Breaks a paragraph between words, so that no line is wider than 80 columns.
///
/// Line ends in the text are kept, and a line that begins with a blank stays as it was written.
func wrapped(_ text: String, indent: Int) -> String {
  let margin = String(repeating: " ", count: indent)
  var result = ""
  for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
    guard !paragraph.utf8.starts(with: " ".utf8) else {
      result += margin + paragraph + "\n"
      continue
    }
    var line = margin
    for word in paragraph.split(separator: " ", omittingEmptySubsequences: false) {
      let isFirst = line.utf8.count == indent
      if !isFirst, line.utf8.count + 1 + word.utf8.count > 80 {
        result += line + "\n"
        line = margin + word
      } else {
        line += isFirst ? String(word) : " " + word
      }
    }
    result += line + "\n"
  }
  return result
}
