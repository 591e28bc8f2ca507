import Wire

/// Makes text from strangers safe to show on a terminal, in a line protocol or in a log.
///
/// What would move the cursor, change the direction of writing, hide or start another line becomes
/// visible as `<U+001B>`. Works on scalars, never on `Character`: a combining mark after an escape
/// character makes another grapheme of it, and the terminal does not care. The result is valid
/// UTF-8, and making a text of one line safe again changes nothing.
package enum SafeText {
  /// How many combining marks a base may carry; the others are cut.
  package static let markLimit = 4
  /// How many joiners may glue one cluster of emoji or letters together.
  package static let joinerLimit = 8

  /// Appends the safe form of `bytes`; what is not UTF-8 becomes U+FFFD.
  ///
  /// `lineBreak` stands for each LF or CR LF in the text: a line end of the format and then a mark,
  /// such as `"\n  | "`, so that no text can begin a line of its own. Printable ASCII costs no
  /// allocation but the growth of `output`.
  package static func append(
    _ bytes: [UInt8], lineBreak: [UInt8] = oneLine, to output: inout [UInt8]
  ) {
    if bytes.span.isPlain { return output.append(contentsOf: bytes) }
    if let text = try? UTF8Span(validating: bytes.span) {
      appendScalars(of: text, lineBreak: lineBreak, to: &output)
    } else {
      let repaired = repaired(bytes)
      guard let text = try? UTF8Span(validating: repaired.span) else { return }
      appendScalars(of: text, lineBreak: lineBreak, to: &output)
    }
  }

  /// Appends the safe form of a short text in one line, such as a name.
  package static func append(_ text: String, to output: inout [UInt8]) {
    if text.utf8.span.isPlain { return output.append(contentsOf: text.utf8) }
    appendScalars(of: text.utf8Span, lineBreak: oneLine, to: &output)
  }

  /// The safe form of `bytes`: themselves when nothing needs to be done.
  package static func safe(_ bytes: [UInt8], lineBreak: [UInt8] = oneLine) -> [UInt8] {
    if bytes.span.isPlain { return bytes }
    var output: [UInt8] = []
    append(bytes, lineBreak: lineBreak, to: &output)
    return output
  }

  /// The safe form of a short text in one line.
  package static func safe(_ text: String) -> String {
    if text.utf8.span.isPlain { return text }
    var output: [UInt8] = []
    append(text, to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  /// `bytes` with U+FFFD for what is not UTF-8.
  package static func repaired(_ bytes: some Collection<UInt8>) -> [UInt8] {
    let copy = Array(bytes)
    if (try? UTF8Span(validating: copy.span)) != nil { return copy }
    return Array(String(decoding: copy, as: UTF8.self).utf8)
  }

  /// Whether ``repaired(_:)`` would change nothing.
  static func isText(_ bytes: Span<UInt8>) -> Bool {
    (try? UTF8Span(validating: bytes)) != nil
  }

  /// A line end where there can be none.
  package static let oneLine = Array("<U+000A>".utf8)

  private static func appendScalars(
    of text: UTF8Span, lineBreak: [UInt8], to output: inout [UInt8]
  ) {
    var scalars = text.makeUnicodeScalarIterator()
    var cluster = Cluster()
    var hasReturn = false
    while let scalar = scalars.next() {
      // A CR counts only when no LF follows, which makes a line end of both.
      if hasReturn, scalar != "\n" { appendEscaped("\r", to: &output) }
      hasReturn = scalar == "\r"
      switch cluster.verdict(on: scalar) {
      case .show: output.append(contentsOf: scalar.utf8)
      case .escape where !hasReturn: appendEscaped(scalar, to: &output)
      case .lineBreak: output.append(contentsOf: lineBreak)
      case .tab: output.append(contentsOf: "    ".utf8)
      case .escape, .cut: break
      }
    }
    if hasReturn { appendEscaped("\r", to: &output) }
  }

  /// Appends `<U+001B>`: at least four digits, upper case.
  private static func appendEscaped(_ scalar: Unicode.Scalar, to output: inout [UInt8]) {
    output.append(contentsOf: "<U+".utf8)
    var shift = scalar.value > 0xFFFFF ? 20 : scalar.value > 0xFFFF ? 16 : 12
    while shift >= 0 {
      let digit = UInt8(truncatingIfNeeded: scalar.value >> UInt32(shift) & 0xF)
      output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
      shift -= 4
    }
    output.append(UInt8(ascii: ">"))
  }
}
