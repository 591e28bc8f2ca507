/// A program by the numbers of the course: lab and example.
struct Example: Equatable {
  var lab: Int
  var number: Int
  /// What it is, in one word.
  var title: String
  /// The row that `server` runs, or that runs whatever the arguments are.
  var server: Int
  /// The row that `client` runs.
  var client: Int

  /// What the course's runner would call it.
  var name: String { "lab\(lab).example\(number)-\(title)" }

  static let all = [
    Example(lab: 2, number: 1, title: "udp-chat-by-turns", server: 18, client: 18),
    Example(lab: 2, number: 2, title: "udp-chat", server: 21, client: 21),
    Example(lab: 2, number: 3, title: "udp-stream", server: 23, client: 23),
    Example(lab: 2, number: 4, title: "udp-chat-with-farewell", server: 22, client: 22),
    Example(lab: 3, number: 1, title: "tcp-echo-half-duplex", server: 28, client: 29),
    Example(lab: 3, number: 2, title: "tcp-echo-full-duplex", server: 28, client: 30),
    Example(lab: 3, number: 3, title: "tcp-chat", server: 36, client: 35),
  ]

  /// Those that fit, in order; nil fits all.
  static func all(lab: Int?, number: Int?) -> [Example] {
    all.filter { ($0.lab == lab ?? $0.lab) && ($0.number == number ?? $0.number) }
  }

  /// The row that the arguments ask for.
  func row(for arguments: [String]) -> Int { arguments.first == "client" ? client : server }
}
