import Glibc
import Rooms
import Sockets
import Testing
import Wire

/// `parley serve`, with honest clients behind all its doors, and those who try things.
struct LiveServeBench: ServeBench {
  /// An honest client, and what it was sent and has not been looked at.
  private struct Honest {
    let kind: DoorKind
    let connection: Connection
    var waiting: [UInt8] = []
    /// What belongs to the row.
    var heard: [UInt8] = []

    /// Reads until a text has come, which ends a row or a part of it.
    mutating func hear(until text: [UInt8]) async throws -> [UInt8] {
      let end = try await self.awaits(text)
      defer { waiting.removeFirst(end) }
      return Array(waiting[..<end])
    }

    /// Reads until a text has come, and says where it ends.
    @discardableResult
    mutating func awaits(_ text: [UInt8]) async throws -> Int {
      var searched = 0
      while true {
        if let start = waiting.firstPlace(of: text, from: searched) { return start + text.count }
        searched = max(0, waiting.count - text.count + 1)
        guard try await connection.read(into: &waiting) > 0 else {
          throw ToolError("the \(kind) door hung up on an honest client")
        }
      }
    }
  }

  static let doors: [DoorKind] = [.line, .dec10, .u16, .u32, .native]

  private let loop: EventLoop
  private let server: RunningServer
  private var honest: [Honest] = []
  private let voice: Connection
  private var sources: [String: Connection] = [:]
  /// Who has been hung up on, and what each was told.
  private var ended: Set<String> = []
  private var told: [String: [UInt8]] = [:]
  private var round = 0
  /// How many connections the server has been asked for, and how many of them it should still have.
  private var asked = 0
  private var kept = 0
  private var pause = 0

  init(_ options: [String], on loop: EventLoop) async throws {
    self.loop = loop
    // The honest ones answer no ping, and a whole row may take minutes.
    server = try await RunningServer(
      ["any"] + Self.doors.map { "\($0)" }, ["--idle", "0"] + options)
    voice = try await Self.open(server.ports[0], on: loop)
    try await voice.write("/nick honest\n")
    var heard: [UInt8] = []
    while heard.firstRange(of: Array("You are honest".utf8)) == nil {
      guard try await voice.read(into: &heard) > 0 else { throw ToolError("no welcome") }
    }
    for (index, kind) in Self.doors.enumerated() {
      let connection = try await Self.open(server.ports[index + 1], on: loop)
      if kind == .native {
        var hello = NativePreface.bytes(.plain)
        try NativeFrame.hello(NativeHello(nick: "", room: "")).encode(into: &hello)
        try await connection.write(hello)
      }
      honest.append(Honest(kind: kind, connection: connection))
    }
    (asked, kept) = (1 + honest.count, 1 + honest.count)
    // Once round, and each is in: what was said before it came does not count.
    try await say()
    for index in honest.indices { _ = try await honest[index].hear(until: marker) }
    _ = try await rest()
    forget()
  }

  private static func open(
    _ port: String, from address: String? = nil, on loop: EventLoop
  ) async throws -> Connection {
    var options = Connect.Options()
    if let address = address.flatMap({ IPv4Address($0) }) {
      options.localAddress = .ipv4(address, port: 0)
    }
    return try await Connect.open(Address("127.0.0.1:\(port)"), on: loop, options: options)
  }

  // MARK: - Those who try things

  mutating func connect(_ source: String, at door: DoorKind?, from address: String?) async throws {
    let port = door.flatMap { Self.doors.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
    sources[source] = try await Self.open(server.ports[port], from: address, on: loop)
    asked += 1
    kept += 1
    // So that those who were not let in do not use up our own files.
    if sources.count % 256 == 0 {
      for name in Array(sources.keys) where await look(at: name) == .end { drop(name) }
    }
  }

  func knows(_ source: String) -> Bool { sources[source] != nil || ended.contains(source) }

  mutating func send(_ bytes: Filling, from source: String) async throws {
    if pause > 0 { try await loop.sleep(for: .seconds(pause)) }
    pause = 0
    guard let connection = sources[source] else { return }
    let isLong = bytes.count > 16_384
    for piece in bytes.pieces(of: 16_384) {
      // Who is hung up on while it sends finds that out here.
      do { try await connection.write(piece) } catch { return }
      guard isLong else { continue }
      // Neither it nor the honest ones are to be cut for not reading the answers.
      do {
        _ = try await connection.read(
          into: &told[source, default: []], timeout: .after(.milliseconds(1)))
      } catch {
        guard error.isPatience else { return }
      }
      try await say()
      for index in honest.indices { try await honest[index].awaits(marker) }
    }
  }

  mutating func end(_ source: String) async throws {
    try? await sources[source]?.shutdownWrite()
  }

  /// Whoever waits for the end of a connection waits as long; only a pause before more bytes is one.
  mutating func wait(for source: String, seconds: Int?) { pause = seconds ?? 0 }

  mutating func hears(_ bytes: [UInt8], _ source: String) async throws -> Bool {
    guard let connection = sources[source] else { return false }
    var all = told[source] ?? []
    defer { told[source] = all }
    while all.firstRange(of: bytes) == nil {
      guard let count = try? await connection.read(into: &all), count > 0 else { return false }
    }
    return true
  }

  mutating func isClosed(_ source: String, inSilence: Bool) async throws -> Bool {
    pause = 0
    guard let connection = sources[source] else { return ended.contains(source) }
    var all = told[source] ?? []
    do {
      while try await connection.read(into: &all) > 0 {}
    } catch {
      // To be reset is an end, too; to be kept waiting is none.
      if error.isPatience { return false }
    }
    drop(source)
    return !inSilence || all.isEmpty
  }

  mutating func isOpen(_ source: String) async throws -> Bool {
    guard sources[source] != nil else { return false }
    // That it takes something makes room for more, and for the end: the server has to look. One that is in the
    // room hears what makes it look, so there is always more for it.
    for _ in 1...64 {
      switch await look(at: source) {
      case .end:
        drop(source)
        return false
      // What has been decided of it, it knows.
      case .nothing: return true
      case .bytes: break
      }
      for _ in 1...2 {
        try await say()
        for index in honest.indices { try await honest[index].awaits(marker) }
      }
    }
    return true
  }

  private enum Sight { case nothing, bytes, end }

  /// Reads what is there for somebody, and perhaps the end behind it; nothing is waited for.
  private func look(at source: String) async -> Sight {
    guard let connection = sources[source] else { return .end }
    var sight = Sight.nothing
    var some: [UInt8] = []
    do {
      while try await connection.read(into: &some, timeout: .after(.milliseconds(1))) > 0 {
        sight = .bytes
        some.removeAll(keepingCapacity: true)
      }
      return .end
    } catch {
      return error.isPatience ? sight : .end
    }
  }

  private mutating func drop(_ source: String) {
    guard let connection = sources.removeValue(forKey: source) else { return }
    connection.close()
    ended.insert(source)
    kept -= 1
  }

  // MARK: - Honest clients

  private static let mark = Array("<end of part ".utf8)
  private var marker: [UInt8] { Self.mark + Array("\(round)>".utf8) }

  private mutating func say() async throws {
    round += 1
    try await voice.write(marker + [0x0A])
    // Nobody looks at what it hears, but who does not read is cut.
    var heard: [UInt8] = []
    let patience = Timeout.after(.milliseconds(1))
    while let count = try? await voice.read(into: &heard, timeout: patience), count > 0 {
      heard.removeAll(keepingCapacity: true)
    }
  }

  mutating func line() async throws -> String? {
    var line: [UInt8] = []
    repeat {
      line = try await honest[0].hear(until: [0x0A])
      honest[0].heard += line
    } while line.firstRange(of: Self.mark) != nil
    return String(decoding: line.dropLast(line.dropLast().last == 0x0D ? 2 : 1), as: UTF8.self)
  }

  /// What was sent before comes before the second of two words of somebody else's, because in the turn of the first
  /// one the server looks at all connections.
  mutating func rest() async throws -> [String] {
    var lines: [String] = []
    for _ in 1...2 {
      try await say()
      for index in honest.indices {
        let heard = try await honest[index].hear(until: marker + (index == 0 ? [0x0D, 0x0A] : []))
        honest[index].heard += heard
        if index == 0 {
          lines += heard.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
        }
      }
    }
    return lines.filter { Array($0.utf8).firstRange(of: Self.mark) == nil }
  }

  func logged(_ text: String, awaiting count: Int) async throws -> Int? {
    let log = try await server.process.output(from: .errors) {
      Array($0.utf8).count(of: text) >= count
    }
    return Array(log.utf8).count(of: text)
  }

  private mutating func forget() {
    for index in honest.indices { honest[index].heard = [] }
  }

  // MARK: - After a row

  struct Aftermath {
    /// What was said, as it was heard behind each door; nil where something else was heard.
    var overheard: [(kind: DoorKind, text: String?)] = []
    /// How long a newcomer took from connecting to being heard.
    var roundTrip = Duration.zero
    /// Kilobytes.
    var memory = 0
  }

  /// Those who tried things go, and the server has noticed; then somebody honest comes.
  mutating func settle() async throws -> Aftermath {
    var aftermath = Aftermath()
    aftermath.overheard = honest.map { ($0.kind, Overheard.text(in: $0.heard, $0.kind)) }
    for source in Array(sources.keys) { drop(source) }
    (told, ended) = ([:], [])
    try await awaitEnds()
    let start = ContinuousClock.now
    let newcomer = try await Self.open(server.ports[0], on: loop)
    asked += 1
    try await newcomer.write("/nick newcomer\nround \(round)\n/quit\n")
    _ = try await honest[0].hear(until: Array("newcomer: round \(round)\r\n".utf8))
    aftermath.roundTrip = ContinuousClock.now - start
    _ = try await newcomer.readToEnd(atMost: 1 << 20)
    newcomer.close()
    try await awaitEnds()
    _ = try await rest()
    forget()
    aftermath.memory = try server.process.memory("RssAnon")
    return aftermath
  }

  /// Waits until it has so little memory: a peak is given back seconds after the last client is gone.
  func memoryGivenBack(to limit: Int) async throws -> Int {
    let deadline = ContinuousClock.now + ChildProcess.patience
    while true {
      let memory = try server.process.memory("RssAnon")
      guard memory > limit, ContinuousClock.now < deadline else { return memory }
      try await loop.sleep(for: .milliseconds(100))
    }
  }

  /// The server has told of the end of everybody who should be gone, or at least has counted it.
  private func awaitEnds() async throws {
    let gone = asked - kept
    try await server.process.output(from: .errors) { log in
      let log = Array(log.utf8)
      let told = log.count(of: " closed client=") + log.count(of: " refused address=")
      return told + log.suppressed(of: "closed") + log.suppressed(of: "refused") >= gone
    }
  }

  /// Whether every line of the log is one: a time, and then nothing but printable ASCII.
  var isLogInOrder: Bool {
    server.log.allSatisfy { line in
      line.utf8.allSatisfy { 0x20...0x7E ~= $0 } && line.hasPrefix("20")
        && line.dropFirst(23).hasPrefix("Z ")
    }
  }

  func end() async throws -> ChildProcess.Ending {
    voice.close()
    for honest in honest { honest.connection.close() }
    return try await server.end()
  }
}

extension Error {
  /// Whether it was our own time that was over.
  fileprivate var isPatience: Bool {
    if case .timedOut? = (self as? SocketError)?.reason { true } else { false }
  }
}

extension [UInt8] {
  /// Where `text` begins, at `start` or behind it: a row may bring megabytes.
  fileprivate func firstPlace(of text: [UInt8], from start: Int) -> Int? {
    withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let first = text.first else { return nil }
      var place = start
      while place + text.count <= bytes.count,
        let found = memchr(base + place, CInt(first), bytes.count - place)
      {
        place = base.distance(to: UnsafeRawPointer(found))
        guard place + text.count <= bytes.count else { return nil }
        if memcmp(found, text, text.count) == 0 { return place }
        place += 1
      }
      return nil
    }
  }

  fileprivate func count(of text: String) -> Int {
    let text = Array(text.utf8)
    var (count, start) = (0, 0)
    while let place = firstPlace(of: text, from: start) {
      (count, start) = (count + 1, place + text.count)
    }
    return count
  }

  /// How many lines about `event` the log has left out, by its own account.
  fileprivate func suppressed(of event: String) -> Int {
    split(separator: UInt8(ascii: "\n"))
      .map { String(decoding: $0, as: UTF8.self) }
      .filter { $0.contains(" suppressed event=\(event) ") }
      .compactMap { Int($0.split(separator: "=").last ?? "") }
      .reduce(0, +)
  }
}
