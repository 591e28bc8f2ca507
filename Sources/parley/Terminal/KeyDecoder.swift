/// Turns the bytes of a raw terminal into keys.
///
/// A sequence that it does not know is swallowed to its end, so that no piece of it is typed. Inside a
/// bracketed paste nothing is a command: line ends and tabs become blanks, other controls vanish.
struct KeyDecoder {
  private enum State {
    case ground
    /// Inside a character of UTF-8; holds its bytes and how many it will have.
    case character([UInt8], length: Int)
    case escape
    /// After `ESC O`: one byte names a key.
    case singleShift
    /// After `ESC [`: parameters, then a final byte.
    case control([UInt8])
    /// Inside an answer of the terminal (OSC, DCS …), which ends with BEL or `ESC \`.
    case string
  }

  private static let escapeByte: UInt8 = 0x1b
  private static let longestSequence = 16

  private var state = State.ground
  private var isPasting = false
  private var afterReturn = false
  /// Never more than two: one byte can end a broken character and be a key itself.
  private var keys: [Key] = []

  mutating func next() -> Key? {
    keys.isEmpty ? nil : keys.removeFirst()
  }

  mutating func receive(_ byte: UInt8) {
    switch state {
    case .ground: begin(byte)
    case .character(let bytes, let length): continueCharacter(bytes + [byte], length: length)
    case .escape: escape(byte)
    case .singleShift:
      if isControl(byte) { return begin(byte) }
      state = .ground
      command(parameters: [], final: byte)
    case .control(let parameters): control(byte, parameters)
    case .string:
      // Alt and a key can look like the start of such an answer: a control key gets out of it.
      if byte == Self.escapeByte { state = .escape } else if isControl(byte) { begin(byte) }
    }
  }

  private func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7f }

  private mutating func begin(_ byte: UInt8) {
    state = .ground
    let followsReturn = afterReturn
    afterReturn = false
    switch byte {
    case Self.escapeByte: state = .escape
    case 0x20..<0x7f: keys.append(.scalar(Unicode.Scalar(byte)))
    case 0xc2...0xdf: state = .character([byte], length: 2)
    case 0xe0...0xef: state = .character([byte], length: 3)
    case 0xf0...0xf4: state = .character([byte], length: 4)
    case 0x80...: keys.append(.scalar("\u{fffd}"))
    case 0x0a where followsReturn: break  // CR LF is one Enter.
    default:
      afterReturn = byte == 0x0d
      if isPasting { pasteControl(byte) } else if let key = Self.key(of: byte) { keys.append(key) }
    }
  }

  private mutating func pasteControl(_ byte: UInt8) {
    switch byte {
    case 0x09, 0x0a, 0x0d: keys.append(.scalar(" "))
    case 0x03:
      // The way out, should the end of the paste have been lost.
      isPasting = false
      keys.append(.interrupt)
    default: break
    }
  }

  private mutating func continueCharacter(_ bytes: [UInt8], length: Int) {
    guard let last = bytes.last, last & 0xc0 == 0x80 else {
      keys.append(.scalar("\u{fffd}"))
      return begin(bytes.last ?? 0)
    }
    guard bytes.count == length else {
      state = .character(bytes, length: length)
      return
    }
    state = .ground
    let scalar = String(validating: bytes, as: UTF8.self)?.unicodeScalars.first
    // C1 controls are two bytes of UTF-8 and no text.
    if let scalar, (0x80..<0xa0).contains(scalar.value) { return }
    keys.append(.scalar(scalar ?? "\u{fffd}"))
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "["): state = .control([])
    case UInt8(ascii: "O"): state = .singleShift
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"),
      UInt8(ascii: "_"):
      state = .string
    case Self.escapeByte: break  // The Escape key, and then a sequence.
    case 0x7f where !isPasting:
      state = .ground
      keys.append(.killWord)
    case _ where isControl(byte): begin(byte)
    case 0x20..<0x30: break  // An intermediate byte; the final one follows.
    default:
      state = .ground
      if byte == UInt8(ascii: "b") { move(.wordLeft) }
      if byte == UInt8(ascii: "f") { move(.wordRight) }
    }
  }

  private mutating func control(_ byte: UInt8, _ parameters: [UInt8]) {
    switch byte {
    case 0x20..<0x40:
      // What is longer than any key keeps being swallowed, but not kept.
      let isFull = parameters.count == Self.longestSequence
      if !isFull { state = .control(parameters + [byte]) }
    case 0x40..<0x7f:
      state = .ground
      command(parameters: parameters, final: byte)
    default: begin(byte)
    }
  }

  private mutating func command(parameters: [UInt8], final: UInt8) {
    let text = String(decoding: parameters, as: UTF8.self)
    // `1;5` is Ctrl, `1;3` is Alt: with an arrow both mean a word.
    let isWord = text == "1;5" || text == "1;3"
    switch final {
    case UInt8(ascii: "A"): move(.up)
    case UInt8(ascii: "B"): move(.down)
    case UInt8(ascii: "C"): move(isWord ? .wordRight : .right)
    case UInt8(ascii: "D"): move(isWord ? .wordLeft : .left)
    case UInt8(ascii: "F"): move(text == "1;5" ? .bottom : .end)
    case UInt8(ascii: "H"): move(text == "1;5" ? .top : .home)
    case UInt8(ascii: "~"):
      switch text {
      case "1", "7": move(.home)
      case "3": move(.delete)
      case "4", "8": move(.end)
      case "5": move(.pageUp)
      case "6": move(.pageDown)
      case "200": isPasting = true
      case "201": isPasting = false
      default: break
      }
    default: break
    }
  }

  private mutating func move(_ key: Key) {
    if !isPasting { keys.append(key) }
  }

  private static func key(of control: UInt8) -> Key? {
    switch control {
    case 0x01: .home  // Ctrl-A
    case 0x02: .left  // Ctrl-B
    case 0x03: .interrupt
    case 0x04: .endOfInput
    case 0x05: .end  // Ctrl-E
    case 0x06: .right  // Ctrl-F
    case 0x08, 0x7f: .backspace
    case 0x0a, 0x0d: .enter
    case 0x0b: .killToEnd  // Ctrl-K
    case 0x0c: .redraw  // Ctrl-L
    case 0x0e: .down  // Ctrl-N
    case 0x10: .up  // Ctrl-P
    case 0x15: .killToStart  // Ctrl-U
    case 0x17: .killWord  // Ctrl-W
    default: nil
    }
  }
}
