/// Which bytes mean which keys: xterm and those that follow it, rxvt, the Linux console, tmux, PuTTY.
enum KeySequences {
  /// A key and Ctrl, or one that has a byte of its own.
  static func key(control byte: UInt8) -> Key? {
    switch byte {
    case 0x01: .home  // Ctrl-A
    case 0x02: .left  // Ctrl-B
    case 0x03: .interrupt
    case 0x04: .endOfInput
    case 0x05: .end  // Ctrl-E
    case 0x06: .right  // Ctrl-F
    case 0x07: .cancel  // Ctrl-G
    case 0x08, 0x7f: .backspace
    case 0x09: .complete
    case 0x0a, 0x0d: .enter
    case 0x0b: .killToEnd  // Ctrl-K
    case 0x0c: .redraw  // Ctrl-L
    case 0x0e: .down  // Ctrl-N
    case 0x10: .up  // Ctrl-P
    case 0x12: .search  // Ctrl-R
    case 0x14: .transpose  // Ctrl-T
    case 0x15: .killToStart  // Ctrl-U
    case 0x17: .killWordLeft  // Ctrl-W
    case 0x19: .yank  // Ctrl-Y
    case 0x1a: .suspend  // Ctrl-Z
    default: nil
    }
  }

  /// A key and Alt, which is ESC and the key.
  static func key(alt byte: UInt8) -> Key? {
    switch byte {
    case UInt8(ascii: "b"): .wordLeft
    case UInt8(ascii: "f"): .wordRight
    case UInt8(ascii: "d"): .killWordRight
    case 0x08, 0x7f: .killWordLeft
    case 0x09: .completeBack  // The Linux console's Shift-Tab.
    default: nil
    }
  }

  /// The byte after `ESC O`.
  static func key(singleShift byte: UInt8) -> Key? {
    switch byte {
    case UInt8(ascii: "M"): .enter  // Of the number pad.
    // Ctrl and an arrow, at rxvt and at PuTTY: the arrow alone comes otherwise, see `Escape.enter`.
    case UInt8(ascii: "c"), UInt8(ascii: "C"): .wordRight
    case UInt8(ascii: "d"), UInt8(ascii: "D"): .wordLeft
    default: key("", final: byte, isAlt: false)
    }
  }

  /// What stands between `ESC [` and the final byte, and that byte.
  static func key(_ parameters: String, final: UInt8, isAlt: Bool) -> Key? {
    let parts = parameters.utf8.split(separator: UInt8(ascii: ";"))
    let modifiers = parts.count == 2 ? number(parts[1]).map { $0 - 1 } ?? 0 : 0
    let hasControl = modifiers & 4 != 0
    // Ctrl, Alt and Meta all make a step a wide one.
    let isWide = modifiers & 14 != 0 || isAlt
    switch final {
    case UInt8(ascii: "A"): return .up
    case UInt8(ascii: "B"): return .down
    case UInt8(ascii: "C"): return isWide ? .wordRight : .right
    case UInt8(ascii: "D"): return isWide ? .wordLeft : .left
    case UInt8(ascii: "F"): return hasControl ? .bottom : .end
    case UInt8(ascii: "H"): return hasControl ? .top : .home
    case UInt8(ascii: "Z"): return .completeBack
    case UInt8(ascii: "I"): return .focus(true)
    case UInt8(ascii: "O"): return .focus(false)
    case UInt8(ascii: "~"): return parts.first.flatMap { key(number: number($0), hasControl) }
    // rxvt marks Ctrl by the final byte; Shift would be `$`.
    case UInt8(ascii: "^"): return parts.first.flatMap { key(number: number($0), true) }
    default: return nil
    }
  }

  private static func key(number: Int?, _ hasControl: Bool) -> Key? {
    switch number {
    case 1, 7: hasControl ? .top : .home
    case 3: hasControl ? .killWordRight : .delete
    case 4, 8: hasControl ? .bottom : .end
    case 5: .pageUp
    case 6: .pageDown
    default: nil
    }
  }

  /// A small number; nil for anything else.
  private static func number(_ digits: Substring.UTF8View) -> Int? {
    guard digits.count <= 3 else { return nil }
    var value = 0
    for digit in digits {
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
  }
}
