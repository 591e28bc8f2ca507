import Rooms

/// What a server answers to one command of its operator.
///
/// On the socket each line of it begins with a blank, and the line that ends it does not: `ok`, or
/// `error: ` and why. So a program knows where an answer ends, whatever names are in it.
package struct ControlAnswer: Sendable, Equatable {
  package enum Line: Sendable, Equatable {
    case text(String)
    case done
    case refused(String)
  }

  package var lines: [String]
  /// Why it was not done; nil when it was.
  package var refusal: String?

  package init(_ lines: [String] = [], refusal: String? = nil) {
    self.lines = lines
    self.refusal = refusal
  }

  /// What a server says first, so that nobody takes another program for it.
  package static let greeting = "parley control 1"

  /// The bytes on the socket; whatever is in the words stays inside its line.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for line in lines {
      bytes.append(UInt8(ascii: " "))
      SafeText.append(line, to: &bytes)
      bytes.append(UInt8(ascii: "\n"))
    }
    if let refusal {
      bytes.append(contentsOf: "error: ".utf8)
      SafeText.append(refusal, to: &bytes)
      bytes.append(UInt8(ascii: "\n"))
    } else {
      bytes.append(contentsOf: "ok\n".utf8)
    }
    return bytes
  }

  /// Reads a line without its end; nil when no server of ours writes such a one.
  ///
  /// The words are safe to show: who answers need not be the server that one thinks it is.
  package static func line(_ text: String) -> Line? {
    let bytes = text.utf8
    if bytes.first == UInt8(ascii: " ") {
      return .text(SafeText.safe(String(Substring(bytes.dropFirst()))))
    }
    if text.utf8.elementsEqual("ok".utf8) { return .done }
    let error = "error: ".utf8
    guard bytes.starts(with: error) else { return nil }
    return .refused(SafeText.safe(String(Substring(bytes.dropFirst(error.count)))))
  }
}
