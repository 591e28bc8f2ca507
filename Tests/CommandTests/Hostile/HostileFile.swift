import Glibc
import Rooms

/// A row of hostile inputs as data: what strangers send, and what may come of it.
///
/// A file of Tests/Hostile is named after its row; Tests/Hostile/README.md says what its lines mean.
struct HostileFile: Sendable, CustomStringConvertible {
  let name: String
  /// Where it is sent, such as `plain-udp`, `talk-u16`, `serve`.
  let place: String
  /// What the program is started with, besides.
  let options: [String]
  let steps: [Step]

  var description: String { name }
  var row: String { String(name.prefix { $0 != "." }) }

  /// Whether everything is sent as often as the rows say, however long that takes.
  static let isWhole = getenv("PARLEY_HOSTILE").map { String(cString: $0) == "whole" } ?? false

  /// Every file's part at a place, in the order of the rows.
  static func all(at place: String) throws -> [HostileFile] {
    let folder = "\(Tree.root)/Tests/Hostile"
    guard let entries = opendir(folder) else { throw ToolError("opendir \(folder)", errno) }
    defer { closedir(entries) }
    var names: [String] = []
    while let entry = readdir(entries) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".hex") { names.append(name) }
    }
    return try names.sorted().flatMap { name in
      try parts(of: name, Tree.text(of: "Tests/Hostile/\(name)"))
    }.filter { $0.place == place }
  }

  /// What a file sends to the places that it names.
  static func parts(of name: String, _ text: String) throws -> [HostileFile] {
    var parts: [HostileFile] = []
    var place: String?
    var options: [String] = []
    var steps: [Step] = []
    func finish() throws {
      guard let place, !steps.isEmpty else { throw ToolError("\(name): no place, or no steps") }
      parts.append(HostileFile(name: name, place: place, options: options, steps: steps))
    }
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let raw = line.split(separator: " ").map(String.init)
      if raw.first == "at", raw.count == 2 {
        if place != nil { try finish() }
        (place, options, steps) = (raw[1], [], [])
      } else if raw.first == "with" {
        options += raw.dropFirst()
      } else if let step = Step(raw: raw) {
        steps.append(step)
      } else {
        guard let words = words(of: line) else {
          throw ToolError("\(name):\(index + 1): not understood: \(line)")
        }
        guard !words.isEmpty else { continue }
        guard let step = Step(words) else {
          throw ToolError("\(name):\(index + 1): no step: \(line)")
        }
        steps.append(step)
      }
    }
    try finish()
    return parts
  }

  /// How often the row is to be gone through, each time with the next door of those that it names.
  var variants: Int {
    steps.reduce(1) { count, step in
      if case .enter(_, let doors) = step { max(count, doors.count) } else { count }
    }
  }
}
