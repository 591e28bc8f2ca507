/// Turns the bytes of a raw terminal into keys.
///
/// A sequence that it does not know is swallowed to its end, so that no piece of it is typed, be it a
/// key or an answer of the terminal to somebody's question. Inside a bracketed paste nothing is a
/// command: line ends stay, tabs become blanks, other controls vanish.
///
/// A paste ends with the mark of the terminal, which takes such marks out of what it pastes. Ctrl-C and a
/// moment of silence end it, too, should its end have been lost, see ``pause()``.
struct KeyDecoder {
  private enum State {
    case ground
    /// Inside a character of UTF-8; holds its bytes and how many it will have.
    case character([UInt8], length: Int)
    /// `isDoubled`: two of them came, by which some terminals say Alt.
    case escape(isDoubled: Bool)
    /// After `ESC O`: one byte names a key.
    case singleShift
    /// After `ESC [`: parameters, then a final byte.
    case control([UInt8], isAlt: Bool)
    /// So many bytes follow that mean nothing to us.
    case skipping(Int)
    /// Inside an answer of the terminal (OSC, DCS …), which ends with BEL or `ESC \`.
    case string(isEmpty: Bool)
  }

  private static let escapeByte: UInt8 = 0x1b
  private static let longestSequence = 16

  private var state = State.ground
  private var isPasting = false
  /// Whether Ctrl-C came inside a paste, and nothing since.
  private var wantsOut = false
  private var afterReturn = false
  /// Never more than two: one byte can end a broken character and be a key itself.
  private var keys: [Key] = []

  mutating func next() -> Key? {
    keys.isEmpty ? nil : keys.removeFirst()
  }

  /// Whether silence would mean something now.
  var awaitsPause: Bool {
    // The mark that ends a paste must not be lost because the line is slow.
    guard !isPasting else { return wantsOut }
    return switch state {
    case .escape, .singleShift, .control, .string(isEmpty: true): true
    case .ground, .character, .skipping, .string: false
    }
  }

  /// Takes a moment of silence: what has begun like a sequence was Escape, or Alt and another key.
  mutating func pause() {
    guard awaitsPause else { return }
    if wantsOut {
      endPaste()
    } else if case .escape = state {
      keys.append(.cancel)
    }
    state = .ground
  }

  private mutating func endPaste() {
    guard isPasting else { return }
    (isPasting, wantsOut) = (false, false)
    keys.append(.pasteEnd)
  }

  mutating func receive(_ byte: UInt8) {
    wantsOut = false
    switch state {
    case .ground: begin(byte)
    case .character(let bytes, let length): continueCharacter(bytes + [byte], length: length)
    case .escape(let isDoubled): escape(byte, isDoubled: isDoubled)
    case .control(let parameters, let isAlt): control(byte, parameters, isAlt: isAlt)
    case .singleShift:
      if isControl(byte) { return begin(byte) }
      state = .ground
      if let key = KeySequences.key(singleShift: byte) { press(key) }
    case .skipping(let count):
      if isControl(byte) { return begin(byte) }
      state = count > 1 ? .skipping(count - 1) : .ground
    case .string:
      // Alt and a key can look like the start of such an answer: a control key gets out of it.
      if byte == Self.escapeByte {
        state = .escape(isDoubled: false)
      } else if isControl(byte) {
        begin(byte)
      } else {
        state = .string(isEmpty: false)
      }
    }
  }

  private func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7f }

  private mutating func begin(_ byte: UInt8) {
    state = .ground
    let followsReturn = afterReturn
    afterReturn = false
    switch byte {
    case Self.escapeByte: state = .escape(isDoubled: false)
    case 0x20..<0x7f: type(Unicode.Scalar(byte))
    case 0xc2...0xdf: state = .character([byte], length: 2)
    case 0xe0...0xef: state = .character([byte], length: 3)
    case 0xf0...0xf4: state = .character([byte], length: 4)
    case 0x80...: type("\u{fffd}")
    case 0x0a where followsReturn: break  // CR LF is one Enter.
    default:
      afterReturn = byte == 0x0d
      if isPasting {
        paste(control: byte)
      } else if let key = KeySequences.key(control: byte) {
        keys.append(key)
      }
    }
  }

  private mutating func paste(control byte: UInt8) {
    switch byte {
    case 0x09: type(" ")
    case 0x0a, 0x0d: type("\n")
    case 0x03: wantsOut = true
    default: break
    }
  }

  private mutating func type(_ scalar: Unicode.Scalar) {
    keys.append(isPasting ? .pasted(scalar) : .scalar(scalar))
  }

  private mutating func press(_ key: Key) {
    if !isPasting { keys.append(key) }
  }

  private mutating func continueCharacter(_ bytes: [UInt8], length: Int) {
    guard let last = bytes.last, last & 0xc0 == 0x80 else {
      type("\u{fffd}")
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
    type(scalar ?? "\u{fffd}")
  }

  private mutating func escape(_ byte: UInt8, isDoubled: Bool) {
    switch byte {
    case UInt8(ascii: "["): state = .control([], isAlt: isDoubled)
    case UInt8(ascii: "O"): state = .singleShift
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"),
      UInt8(ascii: "_"):
      state = .string(isEmpty: true)
    // The Escape key and then a sequence, or a terminal's way to say Alt.
    case Self.escapeByte: state = .escape(isDoubled: true)
    case 0x20..<0x30: break  // An intermediate byte; the final one follows.
    default:
      state = .ground
      if let key = KeySequences.key(alt: byte), !isPasting {
        keys.append(key)
      } else if isControl(byte) {
        begin(byte)
      }
    }
  }

  private mutating func control(_ byte: UInt8, _ parameters: [UInt8], isAlt: Bool) {
    switch byte {
    // Beginning with `[`, a function key of the Linux console: one byte follows.
    case UInt8(ascii: "[") where parameters.isEmpty: state = .skipping(1)
    // A mouse that somebody else has switched on and left so.
    case UInt8(ascii: "M") where parameters.isEmpty: state = .skipping(3)
    case 0x20..<0x40:
      // What is longer than any key keeps being swallowed, but not kept.
      let isFull = parameters.count == Self.longestSequence
      if !isFull { state = .control(parameters + [byte], isAlt: isAlt) }
    case 0x40..<0x7f:
      state = .ground
      command(String(decoding: parameters, as: UTF8.self), byte, isAlt: isAlt)
    default: begin(byte)
    }
  }

  private mutating func command(_ parameters: String, _ final: UInt8, isAlt: Bool) {
    switch (parameters, final) {
    case ("200", UInt8(ascii: "~")): isPasting = true
    case ("201", UInt8(ascii: "~")): endPaste()
    default:
      if let key = KeySequences.key(parameters, final: final, isAlt: isAlt) { press(key) }
    }
  }
}
