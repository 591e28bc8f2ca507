import Chat
import Rooms
import Wire

/// What there is to say about a connection that comes and goes.
extension ChatWords {
  func away(_ why: String, _ pause: Duration) -> [Line] {
    let again =
      pause < .seconds(1) ? "trying again at once" : "trying again in \(ChatWords.seconds(pause)) s"
    return [
      Line(text: "* No connection: \(SafeText.safe(trimmed(why))); \(again).", isForPeople: true)
    ]
  }

  func missing(_ count: UInt64, in room: String?) -> [Line] {
    let place = room.map { " in \(SafeText.safe($0))" } ?? ""
    let text = count == 1 ? "1 message is missing" : "\(count) messages are missing"
    return [Line(text: "* \(text) here\(place).")]
  }

  func talking(in room: String?) -> [Line] {
    let text =
      room.map { "You talk in \(SafeText.safe($0)) now." }
      ?? "You are in no room; /join ROOM takes you to one."
    return [Line(text: "* " + text, isForPeople: true)]
  }

  /// `scene`: where we are, and with whom.
  func back(
    _ welcome: NativeWelcome, after: Duration, goesOn: Bool, _ scene: String
  ) -> [Line] {
    var lines: [String] = []
    if !welcome.remark.isEmpty { lines.append(SafeText.safe(welcome.remark)) }
    let nick = SafeText.safe(welcome.nick)
    lines.append("Back after \(ChatWords.seconds(after)) s: you are \(nick) in \(scene)")
    if !goesOn { lines.append("What was said meanwhile is not known: the history has begun anew.") }
    return lines.map { Line(text: "* " + $0, isForPeople: true) }
  }

  /// Whole seconds, and never none.
  private static func seconds(_ duration: Duration) -> Int64 {
    let (seconds, rest) = duration.components
    return max(1, seconds + (rest > 0 ? 1 : 0))
  }
}
