import Sockets

/// `parley chat --plain udp` in a pipe, with sources of its own for everybody who writes to it.
///
/// A peer that was named, `sync`, says a line after each step: when that is shown, all before it has been.
struct LiveDatagramBench: HostileBench {
  private let loop: EventLoop
  private let chat: ChildProcess
  private let server: SocketAddress
  private let sync: Datagrams
  private var sources: [String: Datagrams] = [:]
  private var counts: [String: Int] = [:]
  private var step = 0

  init(on loop: EventLoop) async throws {
    self.loop = loop
    sync = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
    chat = try ChildProcess(
      try Tree.parley(), ["chat", "--plain", "udp", "--nick", "us", "\(sync.localAddress)"])
    // Its own word of joining says where it is.
    server = try await sync.receive().sender
    _ = try await shown()
  }

  mutating func send(_ bytes: [UInt8], from source: String) async throws {
    if sources[source] == nil {
      sources[source] = try await Datagrams.bind(.ipv4(.loopback, port: 0), on: loop)
    }
    try await sources[source]?.send(bytes, to: server)
  }

  mutating func type(_ line: String) async throws {
    try chat.write(line + "\n")
    while try await !sync.receive().text.utf8.reversed().starts(with: line.utf8.reversed()) {}
    // It was the first to get the line, and the others got it before the next one is obeyed.
    try chat.write("/help\n")
    try await chat.expect("* //text")
    try await chat.expect("\n")
  }

  mutating func shown() async throws -> [String] {
    step += 1
    let marker = "sync \(step)"
    try await sync.send("[2026-11-21T03:17:47] sync:\n\t\(marker)", to: server)
    let text = try await chat.expect("sync: \(marker)\n")
    return text.split(separator: "\n").dropLast().map(String.init)
      .filter { $0 != "* sync joined" }
  }

  func place(of source: String) -> String { sources[source].map { "\($0.localAddress)" } ?? "?" }

  mutating func count(sentTo source: String) async throws -> Int {
    guard let socket = sources[source] else { return 0 }
    // What was sent on this machine is here already: nothing is waited for.
    while (try? await socket.receive(timeout: .after(.milliseconds(1)))) != nil {
      counts[source, default: 0] += 1
    }
    return counts[source] ?? 0
  }

  /// Ends it in order.
  func end() async throws -> ChildProcess.Ending {
    chat.closeInput()
    return try await chat.ending()
  }
}
