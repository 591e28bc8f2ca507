internal import Wire

/// A chat text: who says what, and when, as simple chat programs write it on the wire.
///
///     ChatMessage(name: "Alice", text: "Hello").bytes     // [2026-11-21T03:16:02] Alice:␊␉Hello
///
/// Carry it in a ``Framing/u16`` or ``Framing/u32`` message. Nothing is escaped: a name or text
/// with line ends can look like another message, so make received ones safe before you show them.
public struct ChatMessage: Hashable, Sendable {
  /// When its writer says that it was written; nil when that is no time.
  public var time: LocalTime?
  /// Who writes.
  public var name: String
  /// What is said.
  public var text: String

  /// Creates a message.
  ///
  /// - Parameters:
  ///   - name: Who writes.
  ///   - text: What is said.
  ///   - time: When; by default now.
  public init(name: String, text: String, time: LocalTime? = .now) {
    self.name = name
    self.text = text
    self.time = time
  }

  /// Says that `name` comes.
  public static func joining(_ name: String, time: LocalTime? = .now) -> ChatMessage {
    ChatMessage(name: name, text: ChatText.join, time: time)
  }

  /// Says that `name` goes.
  public static func leaving(_ name: String, time: LocalTime? = .now) -> ChatMessage {
    ChatMessage(name: name, text: ChatText.leave, time: time)
  }

  /// Whether it says that its writer comes: the whole text is `<JOINS THE CHAT>`.
  public var isJoining: Bool { chatText.isJoin }

  /// Whether it says that its writer goes: the whole text is `<LEAVES THE CHAT>`.
  public var isLeaving: Bool { chatText.isLeave }

  /// `[TIME] NAME:`, LF, TAB and the text, in UTF-8; a time that is nil is written as year 0.
  public var bytes: [UInt8] { chatText.compose() }

  /// Reads `[TIME] NAME:`, LF, TAB, TEXT.
  ///
  /// The name ends at the first colon, LF, TAB and may hold blanks, brackets and colons; the text
  /// may be empty or have many lines. Bytes that are not UTF-8 become U+FFFD. Nil for bytes of
  /// another form.
  ///
  /// - Parameter bytes: A message as received.
  public init?(parsing bytes: [UInt8]) {
    guard let parsed = ChatText.parse(bytes) else { return nil }
    time = parsed.time == .unknown ? nil : LocalTime(parsed.time)
    name = parsed.name
    text = parsed.text
  }

  private var chatText: ChatText {
    ChatText(time: time?.timestamp ?? .unknown, name: name, text: text)
  }
}
