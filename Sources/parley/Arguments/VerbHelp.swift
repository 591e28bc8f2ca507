extension Verb {
  /// The page that `parley help VERB` shows.
  var help: String {
    let usage = ["parley", name, operandUsage, "[options]"].filter { !$0.isEmpty }
    var page = "\(summary)\n\nUsage: \(usage.joined(separator: " "))\n"
    for note in notes { page += "\n" + wrapped(note, indent: 0) }
    page += "\nOptions\n"
    for option in options {
      page += entry([option.name, option.placeholder].compactMap(\.self), option.help)
    }
    return page + entry(["--help"], "this page")
  }

  private func entry(_ title: [String], _ help: String) -> String {
    helpEntry(title.joined(separator: " "), help)
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
