/// What an option is called and what it means: all that help, man page and completions need of it.
struct OptionWords: Equatable {
  /// With the dashes, the short one first: `-k`, `--keep-open`.
  var names: [String]
  /// What stands for the value in the help, or nil for a flag.
  var placeholder: String?
  var isRepeatable: Bool
  var help: String
  var value: ValueKind

  /// Takes the names as the help shows them: `-k, --keep-open`.
  init(
    _ names: String, placeholder: String?, isRepeatable: Bool, help: String,
    value: ValueKind = .free
  ) {
    self.names = names.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
    self.placeholder = placeholder
    self.isRepeatable = isRepeatable
    self.help = help
    self.value = value
  }

  /// The name that messages use: the long one.
  var name: String { names.last ?? "" }
}

/// What a shell can offer for a value.
enum ValueKind: Equatable {
  /// Nothing: only the user knows.
  case free
  case file
  case words([String])
}

extension ValueKind {
  /// The words of an enum.
  static func choices<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type) -> Self
  where Choice.RawValue == String {
    .words(Choice.allCases.map(\.rawValue))
  }
}
