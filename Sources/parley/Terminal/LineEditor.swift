import Chat

/// The line being typed: bytes of a raw terminal in, an edited line out.
///
/// Call ``receive(_:)`` with whatever was read, then drain ``next()``. Bytes may be cut anywhere, also
/// inside a character or an escape sequence. ``before`` and ``after`` are the text around the cursor.
struct LineEditor {
  enum Event: Equatable {
    /// Enter: the line is done and the next one has begun.
    case line(String)
    /// Ctrl-D on an empty line.
    case end
    /// Ctrl-C. What was typed is still there.
    case interrupt
    /// Ctrl-L: draw everything anew.
    case redraw
    /// What was wished cannot be, or had no room and is lost: ring the bell.
    case bell
    /// A screenful back and forth through what was said, to its beginning and to its end.
    case pageUp, pageDown, top, bottom
  }

  private(set) var before = ""
  private(set) var after = ""
  /// A question, names to choose from, or what is searched: to be shown beside the line, and safe.
  private(set) var hint: String?
  private let limit: Int
  private var keys = KeyDecoder()
  private var events: [Event] = []
  /// How many of the events have been handed out.
  private var taken = 0
  private var history = LineHistory()

  /// - Parameter limit: The most bytes of UTF-8 that a line may have.
  init(limit: Int = 16_384) {
    self.limit = limit
  }

  var text: String { before + after }

  mutating func receive(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      keys.receive(byte)
      while let key = keys.next() { apply(key) }
    }
  }

  /// Whether a moment of silence would mean something: see ``pause()``.
  var awaitsPause: Bool { false }

  /// Nothing has been received for a moment.
  ///
  /// The bytes of a key arrive together, and so do those of a paste. The Escape key is the beginning
  /// of many other keys: what follows decides, and if nothing does, this. Only needed while
  /// ``awaitsPause``, and drained by ``next()`` like ``receive(_:)``.
  mutating func pause() {}

  /// Takes notice of whoever is here and speaks, and of the rooms, to complete their names.
  mutating func learn(_ event: MemberEvent) {}

  mutating func next() -> Event? {
    guard taken < events.count else {
      events.removeAll(keepingCapacity: true)
      taken = 0
      return nil
    }
    defer { taken += 1 }
    return events[taken]
  }

  private mutating func apply(_ key: Key) {
    switch key {
    case .scalar(let scalar): insert(scalar)
    case .enter: finishLine()
    case .backspace: if !before.isEmpty { before.removeLast() }
    case .delete: if !after.isEmpty { after.removeFirst() }
    case .endOfInput:
      if text.isEmpty { events.append(.end) } else { apply(.delete) }
    case .left: if let moved = before.popLast() { after = String(moved) + after }
    case .right: if let moved = after.first { move(String(moved)) }
    case .wordLeft: after = cutWord() + after
    case .wordRight: move(String(after.prefix(wordLength(after))))
    case .home: (before, after) = ("", text)
    case .end: (before, after) = (text, "")
    case .killToStart: before = ""
    case .killToEnd: after = ""
    case .killWord: _ = cutWord()
    case .up: recall(history.older(than: text))
    case .down: recall(history.newer())
    case .interrupt: events.append(.interrupt)
    case .redraw: events.append(.redraw)
    case .pageUp: events.append(.pageUp)
    case .pageDown: events.append(.pageDown)
    case .top: events.append(.top)
    case .bottom: events.append(.bottom)
    }
  }

  private mutating func insert(_ scalar: Unicode.Scalar) {
    guard before.utf8.count + after.utf8.count + UTF8.width(scalar) <= limit else {
      // One bell for a whole paste.
      if taken == events.count || events.last != .bell { events.append(.bell) }
      return
    }
    before.unicodeScalars.append(scalar)
  }

  private mutating func finishLine() {
    let line = text
    (before, after) = ("", "")
    history.append(line)
    events.append(.line(line))
  }

  private mutating func recall(_ line: String?) {
    guard let line else { return }
    (before, after) = (line, "")
  }

  private mutating func move(_ text: String) {
    before += text
    after.removeFirst(text.count)
  }

  /// Takes the word before the cursor, with the blanks behind it, out of the text.
  private mutating func cutWord() -> String {
    let length = wordLength(before.reversed())
    let cut = String(before.suffix(length))
    before.removeLast(length)
    return cut
  }

  /// How many characters lead over blanks to the far end of a word.
  private func wordLength(_ characters: some Collection<Character>) -> Int {
    let blanks = characters.prefix { $0 == " " }.count
    return blanks + characters.dropFirst(blanks).prefix { $0 != " " }.count
  }
}
