import Rooms
import Wire

/// The pure core of `parley serve`: doors, names and a room, with bytes cut where the test wants.
struct PureServeBench: ServeBench {
  /// Where the bytes of each input are cut.
  enum Cut: Sendable {
    case whole
    case everywhere
    case behind(Int)
  }

  private let cut: Cut
  private var server = SmallServer()
  private var sources: [String: Int] = [:]
  /// Behind each door one, the line door's first; how much of what each was sent does not count.
  private var honest: [(kind: DoorKind, place: Int, start: Int)] = []
  private var seen = 0

  init(_ cut: Cut, doors: [DoorKind] = [.line, .dec10, .u16, .u32, .native]) {
    self.cut = cut
    for kind in doors {
      let place = server.connect(kind)
      if kind == .native {
        var hello = NativePreface.bytes(.plain)
        try? NativeFrame.hello(NativeHello(nick: "", room: "")).encode(into: &hello)
        server.receive(hello, from: place)
      }
      honest.append((kind, place, 0))
    }
    for index in honest.indices {
      honest[index].start = server.clients[honest[index].place].inbox.count
    }
    seen = honest[0].start
  }

  mutating func connect(_ source: String, at door: DoorKind?, from address: String?) {
    sources[source] = server.connect(door)
  }

  func knows(_ source: String) -> Bool { sources[source] != nil }

  mutating func send(_ bytes: Filling, from source: String) {
    guard let place = sources[source] else { return }
    switch cut {
    case .everywhere where bytes.count <= 4096:
      for piece in bytes.pieces(of: 1) { server.receive(piece, from: place) }
    case .behind(let count) where count < bytes.count:
      for piece in bytes.pieces(first: count) { server.receive(piece, from: place) }
    case .whole, .everywhere, .behind:
      for piece in bytes.pieces() { server.receive(piece, from: place) }
    }
  }

  mutating func end(_ source: String) {
    if let place = sources[source] { server.finish(place) }
  }

  mutating func wait(for source: String, seconds: Int?) {
    let patience = sources[source].flatMap { server.patience(with: $0) }
    if let time = seconds.map({ .seconds($0) }) ?? patience { server.wait(time) }
  }

  func hears(_ bytes: [UInt8], _ source: String) -> Bool {
    sources[source].map { !server.clients[$0].inbox.ranges(of: bytes).isEmpty } ?? false
  }

  func isClosed(_ source: String, inSilence: Bool) -> Bool {
    guard let client = sources[source].map({ server.clients[$0] }) else { return false }
    return client.closed != nil && (!inSilence || client.inbox.isEmpty)
  }

  func isOpen(_ source: String) -> Bool {
    sources[source].map { server.clients[$0].closed == nil } ?? false
  }

  mutating func line() -> String? {
    let inbox = server.clients[honest[0].place].inbox
    guard let end = inbox[seen...].firstIndex(of: 0x0A) else { return nil }
    defer { seen = end + 1 }
    let line = inbox[seen..<end]
    return String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
  }

  mutating func rest() -> [String] {
    var lines: [String] = []
    while let line = line() { lines.append(line) }
    return lines
  }

  func logged(_ text: String, awaiting count: Int) -> Int? { nil }

  /// What everybody was sent, who says it, and how it ended for each.
  var outcome: [String] {
    let honest = honest.map {
      "\($0.kind) \(server.clients[$0.place].inbox[$0.start...].hashValue)"
    }
    let others = sources.sorted { $0.key < $1.key }.map { source in
      let client = server.clients[source.value]
      return "\(source.key) \(client.inbox.hashValue) \(client.closed.map { "\($0)" } ?? "open")"
    }
    return honest + others
  }

  /// What was said, as it was heard behind each door; nil where something else was heard.
  var overheard: [(kind: DoorKind, text: String?)] {
    honest.map { honest in
      (
        honest.kind,
        Overheard.text(
          in: Array(server.clients[honest.place].inbox[honest.start...]), honest.kind)
      )
    }
  }
}
