/// What a shell needs to complete command lines of ours, made of the table of commands.
enum Completions {
  enum Shell: String, CaseIterable {
    case bash, zsh, fish
  }

  static func script(for shell: Shell, _ commands: [Command]) -> String {
    let pages = commands.map(\.page)
    return switch shell {
    case .bash: bash(pages)
    case .zsh: zsh(pages)
    case .fish: fish(pages)
    }
  }

  // MARK: - bash

  private static func bash(_ pages: [HelpPage]) -> String {
    var values = ""
    var words = ""
    var operands = ""
    for page in pages {
      let takers = page.options.filter { $0.placeholder != nil }
      for option in takers where option.value != .free {
        values += "    \(patterns([option], of: page))) \(bash(option.value)); return ;;\n"
      }
      let free = takers.filter { $0.value == .free }
      if !free.isEmpty { values += "    \(patterns(free, of: page))) return ;;\n" }
      let names = page.options.flatMap(\.names) + ["--help"]
      words += "      \(page.name)) words='\(names.joined(separator: " "))' ;;\n"
      if page.operand != .free { operands += "      \(page.name)) \(bash(page.operand)) ;;\n" }
    }
    let verbs = (pages.map(\.name) + ["help"]).joined(separator: " ")
    return """
      # Completion of parley for bash: source <(parley completions bash)
      _parley() {
        local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
        local verb=${COMP_WORDS[1]-} words=
        COMPREPLY=()
        if [ "$COMP_CWORD" -eq 1 ] || { [ "$COMP_CWORD" -eq 2 ] && [ "$verb" = help ]; }; then
          COMPREPLY=($(compgen -W '\(verbs)' -- "$current"))
          return
        fi
        # bash makes --name=value three words.
        [ "$current" != = ] || current=
        [ "$before" != = ] || before=${COMP_WORDS[COMP_CWORD-2]}
        case "$verb $before" in
      \(values)  esac
        if [[ $current == -* ]]; then
          case "$verb" in
      \(words)    esac
          COMPREPLY=($(compgen -W "$words" -- "$current"))
        else
          case "$verb" in
      \(operands)    esac
        fi
      }
      complete -F _parley parley

      """
  }

  private static func bash(_ value: ValueKind) -> String {
    switch value {
    case .free: ""
    case .file:
      "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$current\")); return"
    case .words(let words):
      "COMPREPLY=($(compgen -W '\(words.joined(separator: " "))' -- \"$current\")); return"
    }
  }

  private static func patterns(_ options: [OptionWords], of page: HelpPage) -> String {
    options.flatMap(\.names).map { "'\(page.name) \($0)'" }.joined(separator: " | ")
  }

  // MARK: - zsh

  private static func zsh(_ pages: [HelpPage]) -> String {
    var verbs = ""
    var cases = ""
    for page in pages {
      verbs += "    '\(page.name):\(short(page.summary, escaping: ":"))'\n"
      cases += "    \(page.name))\n      _arguments"
      for option in page.options {
        let repeats = option.isRepeatable ? "*" : ""
        let help = short(option.help, escaping: "[]:")
        for name in option.names {
          let isLong = name.utf8.starts(with: "--".utf8)
          let takes = option.placeholder == nil ? "" : isLong ? "=" : "+"
          let value = option.placeholder.map {
            ":\(short($0, escaping: ":[]")):\(zsh(option.value))"
          }
          cases += " \\\n        '\(repeats)\(name)\(takes)[\(help)]\(value ?? "")'"
        }
      }
      cases += " \\\n        '(-h --help)'{-h,--help}'[this page]'"
      cases +=
        " \\\n        '*:\(page.operandUsage.isEmpty ? "nothing" : "operand"):\(zsh(page.operand))'"
      cases += "\n      ;;\n"
    }
    return """
      #compdef parley
      # Completion of parley for zsh: source <(parley completions zsh)
      _parley() {
        local -a verbs=(
      \(verbs)    'help:all about one command'
        )
        if (( CURRENT == 2 )) || { (( CURRENT == 3 )) && [[ $words[2] == help ]] }; then
          _describe command verbs
          return
        fi
        local verb=$words[2]
        shift words
        (( CURRENT-- ))
        case $verb in
      \(cases)  esac
      }
      if [[ $funcstack[1] == _parley ]]; then _parley "$@"; else compdef _parley parley; fi

      """
  }

  private static func zsh(_ value: ValueKind) -> String {
    switch value {
    case .free: ""
    case .file: "_files"
    case .words(let words): "(\(words.joined(separator: " ")))"
    }
  }

  // MARK: - fish

  private static func fish(_ pages: [HelpPage]) -> String {
    var script = """
      # Completion of parley for fish: parley completions fish | source
      complete -c parley -f

      """
    for page in pages {
      let summary = short(page.summary, escaping: "")
      script += "complete -c parley -n __fish_use_subcommand -a \(page.name) -d '\(summary)'\n"
    }
    script += "complete -c parley -n __fish_use_subcommand -a help -d 'all about one command'\n"
    let verbs = pages.map(\.name).joined(separator: " ")
    script += "complete -c parley -n '__fish_seen_subcommand_from help' -a '\(verbs)'\n"
    for page in pages {
      let start = "complete -c parley -n '__fish_seen_subcommand_from \(page.name)'"
      switch page.operand {
      case .free: break
      case .file: script += "\(start) -F\n"
      case .words(let words): script += "\(start) -a '\(words.joined(separator: " "))'\n"
      }
      for option in page.options {
        script += start
        for name in option.names {
          let isLong = name.utf8.starts(with: "--".utf8)
          script += isLong ? " -l \(name.dropFirst(2))" : " -s \(name.dropFirst())"
        }
        switch option.value {
        case .free: script += option.placeholder == nil ? "" : " -x"
        // fish takes the -x of a value without files for a contradiction to this.
        case .file: script += " -r -F"
        case .words(let words): script += " -x -a '\(words.joined(separator: " "))'"
        }
        script += " -d '\(short(option.help, escaping: ""))'\n"
      }
    }
    return script
  }

  // MARK: -

  /// The first words of a help text, for the inside of single quotes.
  private static func short(_ text: String, escaping specials: String) -> String {
    let clause = text.prefix { $0 != ";" && $0 != "\n" }
    var result = ""
    for word in clause.split(separator: " ") {
      guard result.utf8.count + word.utf8.count < 70 else { break }
      result += result.isEmpty ? "\(word)" : " \(word)"
    }
    var escaped = ""
    for scalar in result.unicodeScalars {
      // Quotes would end the quoted word; text reads as well without them.
      if scalar == "'" || scalar == "\\" { continue }
      if specials.unicodeScalars.contains(scalar) { escaped += "\\" }
      escaped.unicodeScalars.append(scalar)
    }
    return escaped
  }
}
