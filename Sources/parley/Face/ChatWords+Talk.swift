import Chat
import Rooms

extension ChatWords {
  /// The lines of an event for a screen: the same words, and what each piece of them is.
  ///
  /// `isMention` says that it calls the reader by name.
  func talk(for event: MemberEvent, isMention: Bool = false) -> [TalkLine] {
    let speaker = speaker(of: event)
    let isSaid = speaker != nil
    let body: Ink = isMention ? .mention : isSaid ? .plain : ink(of: event)
    return lines(for: event).enumerated().map { index, line in
      var result = TalkLine()
      var rest = Substring(line.text)
      func take(_ piece: String, _ ink: Ink) {
        guard rest.utf8.starts(with: piece.utf8) else { return }
        result.add(piece, ink)
        rest = Substring(rest.utf8.dropFirst(piece.utf8.count))
      }
      if index > 0 {
        take("  | ", .aside)
      } else if let speaker {
        take(speaker.before, .aside)
        take(speaker.name, speaker.isOwn ? .own : Ink.nick(speaker.name))
      }
      result.add(String(rest), body)
      return result
    }
  }

  /// What nobody says.
  private func ink(of event: MemberEvent) -> Ink {
    switch event {
    case .unsaid, .refused, .hint: .warning
    case .frame, .question: .plain
    default: .aside
    }
  }
}
