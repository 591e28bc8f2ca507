/// The text with everything that a terminal could obey written as `\u{…}`, and cut when it is long.
///
/// Errors and descriptions quote what users and peers sent; a quotation must not move the cursor.
/// After `limit` Unicode scalars it is cut with `…`.
func printable(_ text: String, limit: Int = 300) -> String {
  var output = ""
  for (index, scalar) in text.unicodeScalars.enumerated() {
    guard index < limit else { return output + "…" }
    if scalar.isHarmless {
      output.unicodeScalars.append(scalar)
    } else {
      output += "\\u{\(String(scalar.value, radix: 16))}"
    }
  }
  return output
}

/// The bytes as text when they are harmless UTF-8, otherwise with every strange byte as `\xNN`.
func printable(_ bytes: [UInt8]) -> String {
  if let text = String(validating: bytes, as: UTF8.self),
    text.unicodeScalars.allSatisfy(\.isHarmless)
  {
    return text
  }
  return bytes.map { byte in
    guard !(0x20...0x7e).contains(byte) else { return String(UnicodeScalar(byte)) }
    let hexadecimal = String(byte, radix: 16)
    return byte < 16 ? "\\x0\(hexadecimal)" : "\\x\(hexadecimal)"
  }.joined()
}

extension Unicode.Scalar {
  /// Whether a terminal only shows it: no control, no invisible or bidirectional format, no line end.
  var isHarmless: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
      .unassigned:
      false
    default:  // Unicode's list, not ours: every other category is something to look at.
      true
    }
  }
}
