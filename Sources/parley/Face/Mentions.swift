import Chat
import Rooms
import Wire

/// Notices when somebody speaks of us, or to us alone.
struct Mentions {
  /// There is at most one bell in this time, however many speak.
  private static let quiet = Duration.seconds(1)

  private var name: [String] = []
  /// What belongs to words because our name has it.
  private var ownScalars: Set<Unicode.Scalar> = []
  private var lastBell: Instant?

  /// Takes notice of what we are called, and says whether this is about us.
  mutating func heed(_ event: MemberEvent) -> Bool {
    learn(event)
    return mentionsUs(event)
  }

  mutating func learn(_ event: MemberEvent) {
    switch event {
    case .entered(let welcome), .back(let welcome, _, _): call(welcome.nick)
    case .named(let name), .reply(.nick(let name)): call(name)
    default: break  // Nothing else names us.
    }
  }

  /// Whether this is about us, or for us alone.
  func mentionsUs(_ event: MemberEvent) -> Bool {
    switch event {
    case .message(let message): !message.isOwn && isNamed(in: message.body)
    case .whisper: true
    case .peer(.said(_, _, let text, let isOwn, _)): !isOwn && isNamed(in: text)
    case .chatText(let text): isNamed(in: Array(text.text.utf8))
    default: false  // Nobody says anything.
    }
  }

  /// Whether the bell rings for something about us: not for what was said long ago.
  mutating func rings(for event: MemberEvent, at now: Instant) -> Bool {
    if case .message(let message) = event, message.isHistory { return false }
    if let lastBell, now < lastBell + Self.quiet { return false }
    lastBell = now
    return true
  }

  private mutating func call(_ name: String) {
    ownScalars = Set(name.unicodeScalars.filter { $0 != " " })
    self.name = words(in: name).map { Nick.key(of: String($0)) }
  }

  /// Whether our name stands in a text, as words of their own.
  private func isNamed(in text: [UInt8]) -> Bool {
    guard !name.isEmpty else { return false }
    let words = words(in: String(decoding: text, as: UTF8.self))
    guard words.count >= name.count else { return false }
    return (0...words.count - name.count).contains { start in
      zip(words[start...], name).allSatisfy(isSame)
    }
  }

  private typealias Word = Substring.UnicodeScalarView

  /// Keys are compared as strings, for which it does not matter how letters are composed.
  private func isSame(_ word: Word, _ key: String) -> Bool {
    if Nick.key(of: String(word)) == key { return true }
    // Signs that our name has, or that join words, can stand at the end of a word as well.
    var trimmed = word
    while let first = trimmed.first, !isLetter(first) { trimmed.removeFirst() }
    while let last = trimmed.last, !isLetter(last) { trimmed.removeLast() }
    return trimmed.count < word.count && Nick.key(of: String(trimmed)) == key
  }

  private func words(in text: String) -> [Word] {
    text.unicodeScalars.split { !($0 == "-" || isLetter($0) || ownScalars.contains($0)) }
  }

  /// Letters, digits, and what belongs to them.
  private func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber, .nonspacingMark, .spacingMark, .enclosingMark:
      true
    default: scalar == "_"
    }
  }
}
