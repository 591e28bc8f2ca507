/// Why a name for a person or a room is not allowed; `description` tells its user.
package enum NameRefusal: Error, Equatable, Sendable, CustomStringConvertible {
  case empty
  case tooLong(bytes: Int)
  case tooManyCharacters(Int)
  case blank
  case control
  case invisible
  case marker(Unicode.Scalar)
  case badStart(Unicode.Scalar)
  case reserved
  case taken

  package var code: RefusalCode {
    switch self {
    case .taken: .nameTaken
    case .empty, .tooLong, .tooManyCharacters, .blank, .control, .invisible, .marker, .badStart,
      .reserved:
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
    case .marker(let scalar): "A name has no '\(scalar)' in it."
    case .badStart(let scalar): "A name does not begin with '\(scalar)'."
    case .reserved: "That name is reserved."
    case .taken: "That name is taken."
    }
  }
}
