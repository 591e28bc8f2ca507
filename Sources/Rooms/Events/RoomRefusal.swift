/// Why a room did not do what was asked; nothing has changed.
package enum RoomRefusal: Error, Equatable, Sendable, CustomStringConvertible {
  case notMember
  case alreadyMember
  case full(limit: Int)
  case emptyText
  case textTooLong(bytes: Int, limit: Int = Body.limit)
  case invalidText
  case readOnly

  package var code: RefusalCode {
    switch self {
    case .notMember: .notMember
    case .alreadyMember: .alreadyMember
    case .full: .full
    case .emptyText: .emptyText
    case .textTooLong: .textTooLong
    case .invalidText: .invalidText
    case .readOnly: .readOnly
    }
  }

  package var description: String {
    switch self {
    case .notMember: "You are not in that room; /join ROOM enters it."
    case .alreadyMember: "You are already in that room."
    case .full(let limit): "The room is full: \(limit) people are in it."
    case .emptyText: "There was nothing to say."
    case .textTooLong(let bytes, let limit):
      "The message has \(bytes) bytes; at most \(limit) are allowed."
    case .invalidText: "The message is not valid UTF-8."
    case .readOnly: "The room cannot store messages now; nothing was said."
    }
  }
}
