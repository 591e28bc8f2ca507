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
    /// Ctrl-Z.
    case suspend
    /// Ctrl-L: draw everything anew.
    case redraw
    /// What was wished cannot be, or had no room and is lost: ring the bell.
    case bell
    /// A screenful back and forth through what was said, to its beginning and to its end.
    case pageUp, pageDown, top, bottom
    /// The terminal says whether it is the one that people type at. No key was pressed.
    case focus(Bool)
  }

  /// Who and what can be completed; for its owner to keep up to date.
  var completion = Completion()
  private var line: LineText
  private var keys = KeyDecoder()
  private var events: [Event] = []
  /// How many of the events have been handed out.
  private var taken = 0
  private var history = LineHistory()

  // What is going on besides typing, one at a time.
  private var paste: Paste?
  private var question: String?
  private var search: HistorySearch?
  private var cycle: CompletionCycle?
  private var remark: String?

  /// What was taken away last, for Ctrl-Y; with its line ends when it was a paste.
  private var killed = ""
  /// Whether it was a paste of which not all fitted.
  private var isKilledCut = false
  private var hasJustKilled = false
  /// Whether the person has been told that there is no more room.
  private var hasToldFull = false

  /// - Parameter limit: The most bytes of UTF-8 that a line may have.
  init(limit: Int = 16_384) {
    line = LineText(limit: limit)
  }

  var before: String { line.before }
  var after: String { line.after }
  var text: String { line.text }

  /// A question, names to choose from, or what is searched: to be shown beside the line, and safe.
  var hint: String? {
    if let question { return question }
    if let paste, paste.hasSeveralLines {
      return "\(paste.lineEnds + 1) lines pasted so far; Ctrl-C ends the paste"
    }
    return search?.hint ?? cycle?.hint ?? remark
  }

  mutating func receive(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      keys.receive(byte)
      while let key = keys.next() { apply(key) }
    }
  }

  /// Whether a moment of silence would mean something: see ``pause()``.
  var awaitsPause: Bool { keys.awaitsPause }

  /// Nothing has been received for a moment.
  ///
  /// The bytes of a key arrive together, and so do those of a paste. The Escape key is the beginning
  /// of many other keys: what follows decides, and if nothing does, this. Only needed while
  /// ``awaitsPause``, and drained by ``next()`` like ``receive(_:)``.
  mutating func pause() {
    keys.pause()
    while let key = keys.next() { apply(key) }
  }

  mutating func next() -> Event? {
    guard taken < events.count else {
      events.removeAll(keepingCapacity: events.capacity <= 64)
      taken = 0
      return nil
    }
    defer { taken += 1 }
    return events[taken]
  }

  // MARK: - Keys

  private mutating func apply(_ key: Key) {
    if case .focus(let isOn) = key { return events.append(.focus(isOn)) }
    remark = nil
    if question != nil { return answer(key) }
    if search != nil, seek(key) { return }
    switch key {
    case .complete, .completeBack: return complete(backwards: key == .completeBack)
    case .cancel: return cancel()
    default: cycle = nil
    }
    switch key {
    case .scalar(let scalar): insert(scalar)
    case .pasted(let scalar): take(pasted: scalar)
    case .pasteEnd: endPaste()
    default:
      hasToldFull = false
      edit(key)
    }
  }

  private mutating func edit(_ key: Key) {
    let wasKilling = hasJustKilled
    hasJustKilled = false
    switch key {
    case .backspace: line.backspace()
    case .delete: line.delete()
    case .left: line.left()
    case .right: line.right()
    case .wordLeft: line.wordLeft()
    case .wordRight: line.wordRight()
    case .home: line.home()
    case .end: line.end()
    case .transpose: line.transpose()
    case .killToStart: kill(line.cutToStart(), isBackwards: true, wasKilling)
    case .killWordLeft: kill(line.cutWordLeft(), isBackwards: true, wasKilling)
    case .killToEnd: kill(line.cutToEnd(), isBackwards: false, wasKilling)
    case .killWordRight: kill(line.cutWordRight(), isBackwards: false, wasKilling)
    case .yank: yank()
    case .up: recall(history.older(leaving: text))
    case .down: recall(history.newer(leaving: text))
    case .search: search = HistorySearch(original: line)
    case .enter: finishLine()
    case .endOfInput: if line.isEmpty { events.append(.end) } else { line.delete() }
    default: tell(key)
    }
  }

  /// Hands on the keys that are not about the line.
  private mutating func tell(_ key: Key) {
    switch key {
    case .interrupt: events.append(.interrupt)
    case .suspend: events.append(.suspend)
    case .redraw: events.append(.redraw)
    case .pageUp: events.append(.pageUp)
    case .pageDown: events.append(.pageDown)
    case .top: events.append(.top)
    case .bottom: events.append(.bottom)
    default: events.append(.bell)
    }
  }

  private mutating func insert(_ scalar: Unicode.Scalar) {
    hasJustKilled = false
    if line.insert(scalar) { hasToldFull = false } else { tellFull() }
  }

  /// Rings the bell because something has no room, once for all that follows at once, and says so.
  private mutating func tellFull() {
    if !hasToldFull { events.append(.bell) }
    hasToldFull = true
    remark = "No more fits: a line has at most \(line.limit) bytes"
  }

  private mutating func finishLine() {
    let done = text
    line.set("")
    history.append(done)
    events.append(.line(done))
  }

  private mutating func recall(_ line: String?) {
    if let line { self.line.set(line) }
  }

  /// What several keys in a row take away comes back as one.
  private mutating func kill(_ cut: String, isBackwards: Bool, _ wasKilling: Bool) {
    hasJustKilled = wasKilling || !cut.isEmpty
    guard !cut.isEmpty else { return }
    isKilledCut = false
    if !wasKilling { killed = cut } else { killed = isBackwards ? cut + killed : killed + cut }
  }

  private mutating func yank() {
    for scalar in killed.unicodeScalars { take(pasted: scalar) }
    if isKilledCut { paste?.isCut = true }
    endPaste()
  }

  // MARK: - Completion

  private mutating func complete(backwards isBackwards: Bool) {
    hasJustKilled = false
    if cycle?.hasOthers == true {
      cycle?.go(backwards: isBackwards)
    } else if cycle == nil, let choice = completion.choice(for: before) {
      let original = String(before.utf8.dropFirst(choice.start)) ?? ""
      cycle = CompletionCycle(choice, original: original, isBackwards: isBackwards)
    } else {
      return events.append(.bell)
    }
    guard let cycle else { return }
    if !line.replace(from: cycle.start, with: cycle.text) {
      events.append(.bell)
      self.cycle = nil
    }
  }

  private mutating func cancel() {
    if let cycle { _ = line.replace(from: cycle.start, with: cycle.original) }
    cycle = nil
  }

  // MARK: - Search

  /// Takes a key of a search; false when the search is over and the key is for the line found.
  private mutating func seek(_ key: Key) -> Bool {
    let found: String?
    switch key {
    case .scalar(let scalar): found = search?.add(scalar, in: history)
    case .backspace: found = search?.shorten(in: history)
    case .search: found = search?.older(in: history)
    case .cancel, .interrupt:
      if let search { line = search.original }
      search = nil
      return true
    case .suspend, .redraw, .pageUp, .pageDown, .top, .bottom:
      tell(key)
      return true
    default:
      if let search, let place = search.place {
        _ = history.go(to: place, leaving: search.original.text)
      }
      search = nil
      return false
    }
    if let found { line.set(found) } else { events.append(.bell) }
    return true
  }

  // MARK: - Pastes

  private mutating func take(pasted scalar: Unicode.Scalar) {
    hasJustKilled = false
    if paste == nil { paste = Paste(start: before.utf8.count) }
    let fits: Bool
    if scalar != "\n", paste?.hasSeveralLines == false {
      fits = paste?.isCut == false && line.insert(scalar)
      if !fits { paste?.isCut = true }
    } else {
      let room = line.limit - after.utf8.count
      fits = paste?.append(scalar, room: room) ?? true
    }
    if !fits { tellFull() }
  }

  private mutating func endPaste() {
    paste?.trim()
    guard let paste, paste.hasSeveralLines else {
      if self.paste?.isCut == true { tellFull() }
      self.paste = nil
      hasToldFull = false
      return
    }
    hasToldFull = false
    question = Paste.question(
      about: paste.lines(before: before, after: after), isCut: paste.isCut)
  }

  private mutating func answer(_ key: Key) {
    switch key {
    case .enter, .scalar("y"), .scalar("Y"): sendPaste()
    case .scalar("n"), .scalar("N"), .cancel, .interrupt: dropPaste()
    case .scalar("e"), .scalar("E"): editPaste()
    case .suspend, .redraw, .pageUp, .pageDown, .top, .bottom: tell(key)
    case .pasted: break
    default: events.append(.bell)
    }
  }

  private mutating func takePaste() -> Paste? {
    defer { (paste, question) = (nil, nil) }
    return paste
  }

  private mutating func sendPaste() {
    guard let paste = takePaste() else { return }
    for line in paste.lines(before: before, after: after) { events.append(.line(line)) }
    line.set("")
    history.append("")
  }

  private mutating func dropPaste() {
    guard let paste = takePaste() else { return }
    killed = line.cut(from: paste.start) + paste.rest
    isKilledCut = paste.isCut
    remark = "Not sent; Ctrl-Y brings it back"
  }

  private mutating func editPaste() {
    guard let paste = takePaste() else { return }
    for scalar in paste.rest.unicodeScalars where !line.insert(scalar == "\n" ? " " : scalar) {
      tellFull()
      hasToldFull = false
      return
    }
  }
}
