/// Why a name for a person or a room is not allowed; `description` tells its user.
package enum NameRefusal: Error, Equatable, Sendable, CustomStringConvertible {
  case empty
  case tooLong(bytes: Int)
  case tooManyCharacters(Int)
  case blank
  case control
  case invisible
  case unfit(Unicode.Scalar)
  case badStart(Unicode.Scalar)
  case tooManyMarks(Int)
  case mixedScripts(String, String)
  case mixedDirections
  case reserved
  case taken
  /// It looks like this one, which somebody has or which is a room's.
  case alike(String)

  package var code: RefusalCode {
    switch self {
    case .taken, .alike: .nameTaken
    case .empty, .tooLong, .tooManyCharacters, .blank, .control, .invisible, .unfit, .badStart,
      .tooManyMarks, .mixedScripts, .mixedDirections, .reserved:
      .badName
    }
  }

  package var description: String {
    switch self {
    case .empty: "A name must not be empty."
    case .tooLong(let limit): "A name has at most \(limit) bytes."
    case .tooManyCharacters(let limit): "A name has at most \(limit) characters."
    case .blank: "A name has no blanks in it."
    case .control: "A name has no control characters in it."
    case .invisible: "A name has no invisible or unassigned characters in it."
    case .unfit(let scalar): "A name has no '\(scalar)' in it."
    case .badStart(let scalar): "A name does not begin with '\(scalar)'."
    case .tooManyMarks(let limit): "A name has at most \(limit) marks on one letter."
    case .mixedScripts(let one, let other):
      "A name is written in one script, not in \(one) and \(other)."
    case .mixedDirections: "A name is written in one direction from end to end."
    case .reserved: "That name is reserved."
    case .taken: "That name is taken."
    case .alike(let name): "That name looks like \(name), which is taken."
    }
  }
}
