@testable import parley

/// What the user of a client has seen happen in a room.
enum Sight: Hashable {
  case said(String, String)
  case joined(String)
  case left(String)
  case renamed(String, to: String)
  /// Whatever is nobody's doing: greetings, hints, what a client prints of its own.
  case other(String)

  /// How a client shows things.
  enum Style {
    /// As the line door sends them.
    case lines
    /// As the lessons' programs print chat texts.
    case chatTexts
    /// As `parley join` does on a terminal of this size.
    case terminal(columns: Int, rows: Int)
  }

  static func all(in bytes: [UInt8], _ style: Style) -> [Sight] {
    switch style {
    case .lines: return rows(bytes).map { Sight(line: $0) }
    case .chatTexts: return chatTexts(rows(bytes))
    case .terminal(let columns, let rows):
      var screen = TerminalModel(columns: columns, rows: rows)
      screen.receive(bytes)
      // The time comes before what happened.
      return (screen.isFull ? screen.talk : screen.text.dropLast()).map { row in
        let words = row.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let hasTime = words.count == 2 && words[0].utf8.count == 5 && words[0].contains(":")
        return Sight(line: hasTime ? String(words[1]) : row)
      }
    }
  }

  private static func rows(_ bytes: [UInt8]) -> [String] {
    bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      String(decoding: $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0, as: UTF8.self)
    }
  }

  private static func chatTexts(_ rows: [String]) -> [Sight] {
    var sights: [Sight] = []
    var author: String?
    for row in rows {
      if row.hasPrefix("["), row.hasSuffix(":"), let end = row.firstRange(of: "] ") {
        author = String(row[end.upperBound...].dropLast())
      } else if let name = author, row.hasPrefix("\t") {
        author = nil
        switch row.dropFirst() {
        case "<JOINS THE CHAT>": sights.append(.joined(name))
        case "<LEAVES THE CHAT>": sights.append(.left(name))
        case let text where name == "server": sights.append(Sight(line: "* \(text)"))
        case let text: sights.append(.said(name, String(text)))
        }
      } else if !row.isEmpty {
        sights.append(.other(row))
      }
    }
    return sights
  }

  private init(line: String) {
    let words = line.split(separator: " ").map(String.init)
    guard words.first == "*" else {
      if words.count > 1, words[0].hasSuffix(":") {
        self = .said(String(words[0].dropLast()), words.dropFirst().joined(separator: " "))
      } else {
        self = .other(line)
      }
      return
    }
    switch (words.dropFirst(2).first, words.count) {
    case ("joined", 3): self = .joined(words[1])
    case ("left", 3...): self = .left(words[1])
    case ("is", 5...) where words[3] == "now": self = .renamed(words[1], to: words[words.count - 1])
    default: self = .other(line)
    }
  }
}
