import Rooms
import Wire

/// What hostile clients of a server are tried on: the pure core, or the program.
///
/// Honest clients sit behind all doors; what the one behind the line door sees is what a row speaks of.
protocol ServeBench {
  /// It connects to a listener that is fixed to a door; nil tells doors apart.
  mutating func connect(_ source: String, at door: DoorKind?, from address: String?) async throws
  /// Whether that is known, so that it need not connect.
  func knows(_ source: String) -> Bool
  mutating func send(_ bytes: Filling, from source: String) async throws
  mutating func end(_ source: String) async throws
  /// Lets time go by; nil is as much as the source may take.
  mutating func wait(for source: String, seconds: Int?) async throws
  /// Whether it is told this, after whatever.
  mutating func hears(_ bytes: [UInt8], _ source: String) async throws -> Bool
  /// Whether it has been hung up on, and if it matters, without a word since it was last asked.
  mutating func isClosed(_ source: String, inSilence: Bool) async throws -> Bool
  mutating func isOpen(_ source: String) async throws -> Bool
  /// The next line that the honest client sees; nil if there is none.
  mutating func line() async throws -> String?
  /// All lines that are there.
  mutating func rest() async throws -> [String]
  /// How many lines of the log hold this, when that many may be waited for; nil where there is no log.
  mutating func logged(_ text: String, awaiting count: Int) async throws -> Int?
}

/// One way through a row: which of the doors that it names each client takes.
struct ServeRun {
  let file: HostileFile
  let variant: Int
  private var doors: [String: DoorKind] = [:]
  /// What each is called in the room.
  private var nicks: [String: String] = [:]
  private var addresses: [String: String] = [:]
  /// Those who may be told anything, because they are in the room or are expected to be.
  private var told: Set<String> = []
  private var lastID: UInt64 = 0
  private var isBlind = false

  init(_ file: HostileFile, variant: Int) { (self.file, self.variant) = (file, variant) }

  private var place: String { variant == 0 ? file.name : "\(file.name), door \(variant + 1)" }

  mutating func go(on bench: inout some ServeBench) async throws {
    for step in file.steps { try await take(step, on: &bench) }
    let rest = try await bench.rest()
    try require(rest.isEmpty, "shown, but not expected: \(rest)")
    // The nick of one that is lost would wait for it, and the next row wants it.
    for (source, door) in doors where door == .native {
      try await bench.send(Filling(Self.goodbye), from: source)
      _ = try await bench.isClosed(source, inSilence: false)
    }
  }

  private static let goodbye: [UInt8] = {
    var bytes: [UInt8] = []
    try? NativeFrame.bye(NativeBye(text: "")).encode(into: &bytes)
    return bytes
  }()

  /// Only does what the row does, and looks at nothing.
  mutating func goBlindly(on bench: inout some ServeBench) async throws {
    isBlind = true
    for step in file.steps {
      switch step {
      case .hears, .closed, .open, .shows, .showsAnything, .log: continue
      default: try await take(step, on: &bench)
      }
    }
  }

  private mutating func take(_ step: HostileFile.Step, on bench: inout some ServeBench) async throws
  {
    switch step {
    case .from(let source, let address): addresses[source] = address
    case .send(let source, let count, let bytes):
      for number in 1...count {
        let name = count == 1 ? source : "\(source)\(number)"
        if !bench.knows(name) {
          try await bench.connect(name, at: nil, from: addresses[source])
        }
        if bytes.count > 0 { try await bench.send(bytes, from: name) }
      }
    case .connect(let source, let door):
      doors[source] = door
      told.insert(source)
      try await bench.connect(source, at: door, from: addresses[source])
      if door != .native { try await expect("* {\(source)} joined", on: &bench) }
    case .enter(let source, let choice):
      doors[source] = choice[variant % choice.count]
      told.insert(source)
      try await bench.connect(source, at: nil, from: addresses[source])
      try await bench.send(Filling(entrance(of: source)), from: source)
      nicks[source] = source
      try await expect("* \(source) joined", on: &bench)
    case .say(let source, let bytes):
      try await bench.send(saying(bytes, source), from: source)
    case .hears(let source, let bytes?):
      told.insert(source)
      let isHeard = try await bench.hears(bytes.bytes, source)
      try require(isHeard, "\(source) is not told \(bytes.bytes)")
    case .hears(let source, nil): told.insert(source)
    case .end(let source): try await bench.end(source)
    case .silence(let source, let seconds): try await bench.wait(for: source, seconds: seconds)
    case .closed(let source):
      let isClosed = try await bench.isClosed(source, inSilence: !told.contains(source))
      try require(isClosed, "\(source) is not closed, or was told something")
    case .open(let name, let count): try await expect(open: name, count, on: &bench)
    case .shows(let line, let count): for _ in 0..<count { try await expect(line, on: &bench) }
    case .showsAnything: _ = try await bench.rest()
    case .log(let text, let count):
      let lines = try await bench.logged(named(text), awaiting: count)
      try require(lines ?? count == count, "\(lines ?? 0) lines of the log with \(text)")
    case .type, .got, .reached: throw ToolError("\(file.name): not for a server")
    }
  }

  private func expect(open name: String, _ count: Int, on bench: inout some ServeBench) async throws
  {
    var open = 0
    var names = [name]
    for case .send(name, let number, _) in file.steps where number > 1 {
      names = (1...number).map { "\(name)\($0)" }
    }
    for name in names where bench.knows(name) { open += try await bench.isOpen(name) ? 1 : 0 }
    try require(open == count, "\(open) of \(name) are open, not \(count)")
  }

  private func require(_ isRight: Bool, _ words: @autoclosure () -> String) throws {
    if !isRight { throw ToolError("\(place): \(words())") }
  }

  // MARK: - Lines

  private mutating func expect(_ wanted: String, on bench: inout some ServeBench) async throws {
    guard !isBlind else { return }
    let line = try await bench.line()
    learn(from: line ?? "", as: wanted)
    try require(line == named(wanted), "\(line ?? "nothing") instead of \(named(wanted))")
  }

  private func named(_ text: String) -> String { text.replacingPlaces { nicks[$0] ?? "{\($0)}" } }

  /// The first time that somebody is shown tells what it is called: a number that nobody can foresee.
  private mutating func learn(from line: String, as wanted: String) {
    guard let start = wanted.firstIndex(of: "{"), let end = wanted.firstIndex(of: "}") else {
      return
    }
    let source = String(wanted[wanted.index(after: start)..<end])
    let (before, after) = (wanted[..<start], wanted[wanted.index(after: end)...])
    guard nicks[source] == nil, line.hasPrefix(before), line.hasSuffix(after),
      line.count > before.count + after.count
    else { return }
    nicks[source] = String(line.dropFirst(before.count).dropLast(after.count))
  }

  // MARK: - Honest bytes

  /// What says who it is, behind a listener that tells doors apart.
  private func entrance(of source: String) -> [UInt8] {
    let name = Array(source.utf8)
    switch doors[source] ?? .line {
    case .line: return Array("/nick ".utf8) + name + [0x0A]
    case .dec10: return framed(Array("/nick ".utf8) + name, .dec10)
    case .u16: return framed(chatText("<JOINS THE CHAT>".utf8, source), .u16)
    case .u32: return framed(chatText("<JOINS THE CHAT>".utf8, source), .u32)
    case .native:
      let count = UInt8(truncatingIfNeeded: name.count)
      return Array("PLY1".utf8) + [0, 1, 0, 0, 0, 0, 0, 7 + count, 1, 1, 0, count] + name + [
        0, 0, 0,
      ]
    }
  }

  private mutating func saying(_ bytes: Filling, _ source: String) -> Filling {
    switch doors[source] ?? .line {
    case .line:
      var line = bytes
      line.append(Filling([0x0A]))
      return line
    case .dec10: return Filling(framed(bytes.bytes, .dec10))
    case .u16: return Filling(framed(chatText(bytes.bytes, source), .u16))
    case .u32: return Filling(framed(chatText(bytes.bytes, source), .u32))
    case .native:
      lastID += 1
      let body = bytes.bytes
      var frame: [UInt8] = []
      frame.append(bigEndian: UInt32(truncatingIfNeeded: 14 + body.count))
      frame.append(5)
      frame.append(bigEndian: lastID)
      return Filling(frame + [0, 0, 0, 0, 0] + body)
    }
  }

  private func chatText(_ text: some Sequence<UInt8>, _ name: String) -> [UInt8] {
    Array("[2026-11-21T03:17:47] \(name):\n\t".utf8) + text
  }

  private func framed(_ payload: [UInt8], _ format: FrameFormat) -> [UInt8] {
    var frame: [UInt8] = []
    try? format.encode(payload, into: &frame)
    return frame
  }
}

extension [UInt8] {
  fileprivate mutating func append(bigEndian number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
  }
}
