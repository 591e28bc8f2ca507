import Rooms
import Wire

/// Feeds one native client and notes what comes out, without a server.
struct ClientScript {
  var client: NativeClient
  private(set) var actions: [NativeClient.Action] = []
  var sent: [UInt8] = []
  var now = Instant.zero

  init(
    _ nick: String = "ann", room: String = "", memory: ClientMemory = ClientMemory()
  ) throws {
    client = try NativeClient(nick: nick, room: room, memory: memory, at: .zero)
    drain()
  }

  mutating func drain() {
    while let action = client.next() {
      if case .transmit(let bytes) = action { sent += bytes } else { actions.append(action) }
    }
  }

  mutating func receive(_ bytes: [UInt8]) {
    client.receive(bytes.span, at: now)
    drain()
  }

  mutating func receive(_ frames: NativeFrame...) throws {
    var bytes: [UInt8] = []
    for frame in frames { try frame.encode(into: &bytes) }
    receive(bytes)
  }

  mutating func finish() {
    client.finish(at: now)
    drain()
  }

  /// Lets time go by, and every deadline on the way.
  mutating func wait(until milliseconds: Int) {
    let end = Instant.at(milliseconds)
    while let deadline = client.deadline, deadline <= end {
      now = max(now, deadline)
      client.expire(at: now)
      drain()
    }
    now = end
  }

  /// Takes the frames that were sent since the last call, without the preface.
  mutating func takeSent() throws -> [NativeFrame] {
    var decoder = NativeDecoder(awaitsPreface: sent.starts(with: NativePreface.mark))
    decoder.receive(sent.span)
    sent = []
    var frames: [NativeFrame] = []
    while let frame = try decoder.next() { frames.append(frame) }
    try decoder.finish()
    return frames
  }

  mutating func takeBytes() -> [UInt8] {
    defer { sent = [] }
    return sent
  }

  mutating func takeActions() -> [NativeClient.Action] {
    defer { actions = [] }
    return actions
  }

  var ending: NativeEnding? {
    if case .ended(let ending) = actions.last { ending } else { nil }
  }

  static let history = [UInt8](0..<16)
  static let token = [UInt8](repeating: 7, count: 16)
  static let seat = NativeSeat(room: 7, name: "lobby", historyID: history, head: 40)
  static let welcome = NativeFrame.welcome(NativeWelcome(nick: "ann", seat: seat, token: token))

  static func event(
    _ number: UInt64, _ text: String = "hi", in room: UInt32 = 7
  ) -> NativeEvent {
    NativeEvent(room: room, number: number, wall: 0, author: "bob", body: text.bytes)
  }

  /// A client that is in, with nothing noted.
  static func entered() throws -> ClientScript {
    var script = try ClientScript()
    try script.receive(welcome)
    script.actions = []
    script.sent = []
    return script
  }
}
