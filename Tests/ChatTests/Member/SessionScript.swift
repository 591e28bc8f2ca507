import Chat
import Sockets
import Wire

/// Feeds one session and notes what comes out, without a socket or a clock.
struct SessionScript<Session: MemberSession> {
  var session: Session
  private(set) var sent: [[UInt8]] = []
  private(set) var shown: [MemberEvent] = []
  private(set) var ending: MemberEnding?
  private(set) var wantsEndOfWriting = false
  private(set) var hangUps = 0
  private(set) var dials = 0
  var now: Moment

  init(_ session: Session, at now: Moment = .start) {
    self.session = session
    self.now = now
    drain()
  }

  mutating func drain() {
    while let action = session.next() {
      switch action {
      case .transmit(let bytes): sent.append(bytes)
      case .endWriting: wantsEndOfWriting = true
      case .hangUp:
        hangUps += 1
        sent = []
      case .dial: dials += 1
      case .show(let event): shown.append(event)
      case .ended(let ending): self.ending = ending
      }
    }
  }

  mutating func type(_ lines: String...) {
    for line in lines {
      session.type(Array(line.utf8), at: now)
      drain()
    }
  }

  mutating func receive(_ bytes: [UInt8]) {
    session.receive(bytes.span, at: now)
    drain()
  }

  mutating func receive(_ frames: NativeFrame...) throws {
    var bytes: [UInt8] = []
    for frame in frames { try frame.encode(into: &bytes) }
    receive(bytes)
  }

  mutating func endInput() {
    session.endInput(at: now)
    drain()
  }

  mutating func leave() {
    session.leave(at: now)
    drain()
  }

  mutating func finish(_ failure: SocketError? = nil) {
    session.finish(failure, at: now)
    drain()
  }

  mutating func connected() {
    session.connected(at: now)
    drain()
  }

  mutating func expire() {
    session.expire(at: now)
    drain()
  }

  mutating func writingEnded() {
    session.writingEnded(at: now)
    drain()
  }

  mutating func wait(_ duration: Duration) {
    now.instant = now.instant + duration
    expire()
  }

  /// Takes the frames that were sent since the last call, without the preface.
  mutating func takeSent() throws -> [NativeFrame] {
    let bytes = sent.flatMap(\.self)
    var decoder = NativeDecoder(awaitsPreface: bytes.starts(with: NativePreface.mark))
    decoder.receive(bytes.span)
    sent = []
    var frames: [NativeFrame] = []
    while let frame = try decoder.next() { frames.append(frame) }
    return frames
  }

  mutating func takeShown() -> [MemberEvent] {
    defer { shown = [] }
    return shown
  }
}

extension Moment {
  /// Noon of 2 January 2024, an hour east of UTC.
  static let start = Moment(instant: .zero, wall: 1_704_193_200_000, offset: 3600)
}

extension NativeFrame {
  static let welcome = NativeFrame.welcome(
    NativeWelcome(
      nick: "ann",
      seat: NativeSeat(room: 7, name: "lobby", historyID: [UInt8](0..<16), head: 0)))

  static func said(_ text: String, by nick: String, number: UInt64 = 1) -> NativeFrame {
    .event(
      NativeEvent(room: 7, number: number, wall: 0, author: nick, body: Array(text.utf8)))
  }

  static func presence(_ change: NativePresence.Change, of nick: String) -> NativeFrame {
    .presence(NativePresence(room: 7, wall: 0, change: change, nick: nick))
  }
}

extension MemberEvent {
  /// What was said, `nick: text`; nil for everything else.
  var saying: String? {
    guard case .message(let message) = self else { return nil }
    return "\(message.nick): \(String(decoding: message.body, as: UTF8.self))"
  }
}
