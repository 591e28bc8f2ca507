import Rooms
import Sockets
import Wire

/// What a client of any door got.
enum Heard: Equatable {
  case said(by: String, String)
  /// A line, frame or chat text of the server's own, or about somebody.
  case words(String)
  case native(NativeFrame)
  case end

  var text: String? { if case .said(_, let text) = self { text } else { nil } }
}

/// A client of one door over a real connection, for one reading task and one writing task.
final class Peer: @unchecked Sendable {
  // @unchecked: confined to the thread of its connection's loop.
  let kind: DoorKind
  let nick: String
  let connection: Connection
  private var frames: FrameDecoder
  private var natives = NativeDecoder(awaitsPreface: false)
  private var lastID: UInt64 = 0
  /// What came first, until it is clear whether it is a greeting.
  private var beginning: [UInt8]? = []

  init(_ connection: Connection, _ kind: DoorKind, nick: String) {
    self.connection = connection
    self.kind = kind
    self.nick = nick
    frames = FrameDecoder(kind.format ?? .u32, limit: 1 << 20)
  }

  /// Says its first words, which tell its door and its nick.
  func enter(resume: NativeResume? = nil, room: String = "") async throws {
    switch kind {
    case .line, .dec10: try await command("/nick \(nick)")
    case .u16, .u32: try await say(ChatText.join)
    case .native:
      var bytes = NativePreface.bytes(.plain)
      try NativeFrame.hello(NativeHello(nick: nick, room: room, resume: resume))
        .encode(into: &bytes)
      try await connection.write(bytes)
    }
  }

  func say(_ text: String) async throws {
    try await connection.write(try saying(text))
  }

  /// The bytes that say something through this door.
  func saying(_ text: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    switch kind {
    case .line, .dec10: try kind.format?.encode(text.utf8, into: &bytes)
    case .u16, .u32:
      let payload = ChatText(time: .unknown, name: nick, text: text).compose()
      try kind.format?.encode(payload, into: &bytes)
    case .native:
      lastID += 1
      try NativeFrame.say(NativeSay(id: lastID, room: 0, body: Array(text.utf8)))
        .encode(into: &bytes)
    }
    return bytes
  }

  /// A typed line, for the doors that take such.
  func command(_ line: String) async throws {
    var bytes: [UInt8] = []
    try kind.format?.encode(line.utf8, into: &bytes)
    try await connection.write(bytes)
  }

  @discardableResult
  func ask(_ command: NativeCommand) async throws -> UInt64 {
    lastID += 1
    var bytes: [UInt8] = []
    try NativeFrame.command(id: lastID, command).encode(into: &bytes)
    try await connection.write(bytes)
    return lastID
  }

  /// The next thing that came.
  func next() async throws -> Heard {
    while true {
      if let heard = try decode() { return heard }
      let read = try await connection.read()
      if read.isEmpty { return .end }
      let bytes = withoutGreeting(read)
      if kind == .native { natives.receive(bytes.span) } else { frames.receive(bytes.span) }
    }
  }

  /// Reads up to something, and returns all that came until then.
  @discardableResult
  func read(until isLast: (Heard) -> Bool) async throws -> [Heard] {
    var all: [Heard] = []
    while true {
      let heard = try await next()
      all.append(heard)
      if isLast(heard) || heard == .end { return all }
    }
  }

  /// The texts of what was said, up to this one.
  func texts(until last: String) async throws -> [String] {
    try await read { $0.text == last }.compactMap(\.text)
  }

  /// All that still comes, up to the end.
  func rest() async throws -> [Heard] { try await read { $0 == .end }.dropLast() }

  func close() { connection.close() }

  /// A machine that is busy may greet us before it has seen what we said.
  private func withoutGreeting(_ bytes: [UInt8]) -> [UInt8] {
    guard let begun = beginning else { return bytes }
    let greeting = Array("\r\n* Welcome".utf8)
    let all = begun + bytes
    guard all.starts(with: greeting) || greeting.starts(with: all) else {
      beginning = nil
      return all
    }
    beginning = all
    guard let end = all.dropFirst(2).firstIndex(of: UInt8(ascii: "\n")) else { return [] }
    beginning = nil
    return Array(all[(end + 1)...])
  }

  private func decode() throws -> Heard? {
    guard kind != .native else {
      guard let frame = try natives.next() else { return nil }
      guard case .event(let event) = frame else { return .native(frame) }
      return .said(by: event.author, String(decoding: event.body, as: UTF8.self))
    }
    guard let payload = try frames.nextFrame() else { return nil }
    let text = String(decoding: payload, as: UTF8.self)
    guard kind == .line || kind == .dec10 else {
      guard let chat = ChatText.parse(payload) else { return .words(text) }
      let isWords = chat.isJoin || chat.isLeave || chat.name == "server"
      return isWords ? .words("\(chat.name) \(chat.text)") : .said(by: chat.name, chat.text)
    }
    guard !text.hasPrefix("* "), let colon = text.firstIndex(of: ":") else { return .words(text) }
    return .said(by: String(text[..<colon]), String(text[colon...].dropFirst(2)))
  }
}

extension DoorKind {
  /// How its bytes are cut; nil for native frames.
  var format: FrameFormat? {
    switch self {
    case .line: .line
    case .dec10: .dec10
    case .u16: .u16
    case .u32: .u32
    case .native: nil
    }
  }
}
