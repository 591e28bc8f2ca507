import Testing

/// Somebody in a group chat by datagrams: our own client, or a program as a first course writes it.
struct DatagramGuest: Sendable {
  enum Kind: String, CustomTestStringConvertible {
    case ours, python
    var testDescription: String { rawValue }
  }

  let kind: Kind
  let name: String
  let process: ChildProcess
  /// Where it is reached over IPv4.
  let place: Place

  /// Starts it on a port, or on a free one, told of others.
  init(
    _ kind: Kind, _ name: String, port: String = "0", knowing others: [Place] = [],
    style: String = "both"
  ) async throws {
    let addresses = others.map(\.address)
    self.kind = kind
    self.name = name
    switch kind {
    case .ours:
      process = try ChildProcess(
        try Tree.parley(), ["chat", "--plain", "udp", port] + addresses + ["--nick", name])
      try await process.expect("* listening on ", from: .errors)
      let local = try Place(try await process.expect("\n", from: .errors).dropLast())
      place = Place(host: "127.0.0.1", port: local.port)
    case .python:
      process = try ChildProcess(
        try Peer.python3.find(),
        ["-Su", Tree.script("lessons/datagram_chat.py"), style, port] + addresses)
      try await process.expect("Bound to: ('0.0.0.0', ")
      let port = try await process.expect(")").dropLast()
      place = Place(host: "127.0.0.1", port: String(port))
      try await process.expect("Enter your username to start the chat:\n")
      try process.write(name + "\n")
      if style == "both" { try await process.expect("will be displayed below.\n") }
    }
  }

  func say(_ text: String) throws { try process.write(text + "\n") }

  /// How a text of somebody's looks here.
  func line(_ name: String, _ text: String) -> String {
    kind == .ours ? "\(name): \(text)\n" : "] \(name):\n\t\(text)\n"
  }

  func farewell(of name: String) -> String {
    kind == .ours ? "* \(name) left\n" : line(name, "<LEAVES THE CHAT>")
  }

  func expect(_ text: String) async throws { try await process.expect(text) }

  /// How often something has been shown so far.
  func count(of text: String) -> Int {
    String(decoding: process.transcript(), as: UTF8.self).ranges(of: text).count
  }
}

/// Everybody says one thing, and all the others have seen it before the next one speaks.
func converse(_ guests: [DatagramGuest], _ words: String) async throws -> [(
  by: String, text: String
)] {
  var said: [(by: String, text: String)] = []
  for speaker in guests {
    let text = "\(words) of \(speaker.name)"
    try speaker.say(text)
    for listener in guests where listener.name != speaker.name {
      try await listener.expect(listener.line(speaker.name, text))
    }
    said.append((speaker.name, text))
  }
  return said
}
