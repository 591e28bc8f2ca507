import Testing
import Wire

@Suite("ChatText")
struct ChatTextTests {
  /// From the lessons, byte for byte.
  static let vectors: [(ChatText, String)] = [
    (
      ChatText(time: noon, name: "Alice", text: "Hello, World!"),
      "5b323032342d30322d30335431323a31353a30305d20416c6963653a0a0948656c6c6f2c20576f726c6421"
    ),
    (
      ChatText(time: november(17, 47, 782_251), name: "Bob", text: "Hello Alice"),
      """
      5b323032362d31312d32315430333a31373a34372e3738323235315d20426f623a0a09
      48656c6c6f20416c696365
      """
    ),
    (
      ChatText(time: november(17, 49, 286_345), name: "Bob", text: "<LEAVES THE CHAT>"),
      """
      5b323032362d31312d32315430333a31373a34392e3238363334355d20426f623a0a09
      3c4c45415645532054484520434841543e
      """
    ),
    (
      ChatText(time: november(16, 4, 601_475), name: "Bob", text: "è € 😀"),
      """
      5b323032362d31312d32315430333a31363a30342e3630313437355d20426f623a0a09
      c3a820e282ac20f09f9880
      """
    ),
    (
      ChatText(time: noon, name: "A", text: ""),
      "5b323032342d30322d30335431323a31353a30305d20413a0a09"
    ),
    (
      ChatText(time: november(22, 25, 672_738), name: "B", text: "<JOINS THE CHAT>"),
      """
      5b323032362d31312d32315430333a32323a32352e3637323733385d20423a0a09
      3c4a4f494e532054484520434841543e
      """
    ),
  ]

  static let noon = Timestamp(year: 2024, month: 2, day: 3, hour: 12, minute: 15)

  static func november(_ minute: Int, _ second: Int, _ microsecond: Int) -> Timestamp {
    Timestamp(
      year: 2026, month: 11, day: 21, hour: 3, minute: minute, second: second,
      microsecond: microsecond)
  }

  @Test("composes and parses the lessons' vectors", arguments: vectors)
  func vector(chat: ChatText, bytes: String) {
    #expect(chat.compose() == hex(bytes))
    #expect(ChatText.parse(hex(bytes)) == chat)
  }

  @Test("microseconds are written only when there are some")
  func microseconds() {
    let five = Timestamp(year: 2024, month: 2, day: 3, hour: 12, minute: 15, microsecond: 5)
    #expect(five.description == "2024-02-03T12:15:00.000005")
    #expect(Self.noon.description == "2024-02-03T12:15:00")
  }

  @Test(
    "a name may hold brackets, blanks, colons and line ends; it ends at the first colon, LF, TAB",
    arguments: [
      ("a] b", "x"), ("a: b:", "x"), ("::", ""), ("", "x"), ("a\nb", "x:\n\ty:\n\tz"),
      ("[1] B", "many\nlines\n"), (":\n", "\t"),
    ])
  func looseNames(name: String, text: String) {
    let chat = ChatText(time: Self.noon, name: name, text: text)
    #expect(ChatText.parse(chat.compose()) == chat)
  }

  @Test(
    "what is not a chat text is none",
    arguments: [
      "", "[", "[]", "[] A:\n\tx", "[1]A:\n\tx", "[1] A:\n x", "[1] A\n\tx", "[x] A:\n\tx",
      " [1] A:\n\tx", "[1 A:\n\tx", "[1] ", "hello", "[2024-02-03T12:15:00",
    ])
  func notChatText(text: String) {
    #expect(ChatText.parse(Array(text.utf8)) == nil)
  }

  @Test("a time that is none is unknown, and the rest is kept")
  func unknownTime() {
    for time in [
      "1", "2024-02-30T12:15:00", "2024-02-03T25:00", "-", "Z", "2024-02-03", "0000-01-01T00:00",
    ] {
      let chat = ChatText.parse(Array("[\(time)] A:\n\tx".utf8))
      #expect(chat == ChatText(time: .unknown, name: "A", text: "x"))
    }
    for time in ["2024-02-03T12:15", "2024-02-03T12:15:00Z", "2024-02-03T12:15:00.0000009+02:00"] {
      #expect(ChatText.parse(Array("[\(time)] A:\n\tx".utf8))?.time == Self.noon)
    }
    let tenth = ChatText.parse(Array("[2024-02-03T12:15:00.1] A:\n\tx".utf8))
    #expect(tenth?.time.microsecond == 100_000)
  }

  @Test("bytes that are not UTF-8 become U+FFFD")
  func invalidUTF8() {
    let chat = ChatText.parse(Array("[1] A".utf8) + [0xFF] + Array(":\n\tb".utf8) + [0xC3])
    #expect(chat?.name == "A\u{FFFD}")
    #expect(chat?.text == "b\u{FFFD}")
  }

  @Test("only the whole text joins or leaves")
  func joinAndLeave() {
    func chat(_ text: String) -> ChatText { ChatText(time: Self.noon, name: "A", text: text) }
    #expect(chat("<JOINS THE CHAT>").isJoin)
    #expect(chat("<LEAVES THE CHAT>").isLeave)
    for text in ["x<LEAVES THE CHAT>", "<LEAVES THE CHAT> ", "<leaves the chat>", ""] {
      #expect(!chat(text).isLeave && !chat(text).isJoin)
    }
  }

  @Test("random bytes never trap, and what parses composes to the same parts", arguments: 0..<200)
  func randomBytes(seed: UInt64) {
    var random = Seeded(seed: seed)
    let alphabet = Array("[]:\n\t 2024-03T.Z+é\u{0}".utf8)
    var bytes = Array("[2024-02-03T12:15:00] A:\n\ttext".utf8)
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      bytes[Int.random(in: 0..<bytes.count, using: &random)] =
        alphabet.randomElement(using: &random) ?? 0
    }
    guard let chat = ChatText.parse(bytes) else { return }
    #expect(
      ChatText.parse(ChatText(time: Self.noon, name: chat.name, text: chat.text).compose())
        == ChatText(time: Self.noon, name: chat.name, text: chat.text))
  }
}
