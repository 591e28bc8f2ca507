import Wire

/// What somebody does in a room.
package enum RoomCommand: Sendable, Equatable {
  /// The nick is already theirs: ``Roster`` gave it.
  case join(ClientID, nick: String, trust: Trust)
  case leave(ClientID, reason: LeaveReason, words: [UInt8])
  case rename(ClientID, to: String)
  case say(ClientID, form: SayForm, body: [UInt8])
  /// A client that came back sits down in the seat of its ghost, and nobody is told.
  case takeOver(ghost: ClientID, by: ClientID)
}

/// The three things that can be said.
package enum SayForm: Sendable, Equatable {
  case text, action, signed

  /// Reads the two parts of ``Request/say(id:room:form:action:body:)``.
  package init(form: UInt8, action: Bool) { self = form == 1 ? .signed : action ? .action : .text }

  init(_ form: NativeForm) {
    self =
      switch form {
      case .text: .text
      case .action: .action
      case .signed: .signed
      }
  }
}
