import Rooms
import Wire

extension Instant {
  static func at(_ milliseconds: Int) -> Instant { .zero + .milliseconds(milliseconds) }
}

/// Feeds one door and notes what comes out; adjoining bytes are one entry, as on a socket.
struct Script {
  var door: Door
  private(set) var actions: [Door.Action] = []
  var now = Instant.zero
  /// What a server would tell in answer to a request.
  var answer: (Request) -> Notice? = { _ in nil }
  /// Whether texts are taken where they lie, as the server does; they are answered by nobody then.
  var lendsTexts = false

  init(
    _ kind: DoorKind?, open: OpenDoors = .all, givenNick: String? = nil,
    limits: DoorLimits = .standard
  ) {
    door = Door(kind: kind, open: open, at: .zero, givenNick: givenNick, limits: limits)
    drain()
  }

  mutating func drain() {
    while true {
      if lendsTexts, case .texts(let room) = door.comesNext() {
        takeTexts(for: room)
        continue
      }
      guard let action = door.next() else { return }
      if case .transmit(let bytes) = action, case .transmit(let before)? = actions.last {
        actions[actions.count - 1] = .transmit(before + bytes)
      } else {
        actions.append(action)
      }
      if case .request(let request) = action, let notice = answer(request) { tell(notice) }
    }
  }

  private mutating func takeTexts(for room: UInt32) {
    var said: [Door.Action] = []
    door.takeTexts { texts, bytes in
      for index in texts.indices {
        let text = texts[index]
        let body = (text.start..<text.end).map { bytes[$0] }
        said.append(
          .request(
            .say(
              id: text.id, room: room == 0 ? nil : room, form: text.form == .signed ? 1 : 0,
              action: text.form == .action, body: body)))
      }
    }
    actions += said
  }

  mutating func receive(_ bytes: [UInt8]) {
    door.receive(bytes.span, at: now)
    drain()
  }

  mutating func receive(_ text: String) { receive(text.bytes) }

  mutating func tell(_ notice: Notice) {
    door.tell(notice, at: 0, offset: 0)
    drain()
  }

  mutating func setLimits(_ limits: DoorLimits) {
    door.setLimits(limits, at: now)
    drain()
  }

  mutating func finish() {
    door.finish(at: now)
    drain()
  }

  /// Lets time go by, and every deadline on the way.
  mutating func wait(until milliseconds: Int) {
    let end = Instant.at(milliseconds)
    while let deadline = door.deadline, deadline <= end {
      now = max(now, deadline)
      door.expire(at: now)
      drain()
    }
    now = end
  }

  /// Takes what was noted.
  mutating func take() -> [Door.Action] {
    defer { actions = [] }
    return actions
  }

  var requests: [Request] {
    actions.compactMap { if case .request(let request) = $0 { request } else { nil } }
  }

  var sent: [UInt8] {
    actions.flatMap { action -> [UInt8] in
      if case .transmit(let bytes) = action { bytes } else { [] }
    }
  }

  var closeReason: CloseReason? {
    if case .close(let reason)? = actions.last { reason } else { nil }
  }
}

extension Request {
  static func say(_ text: String) -> Request {
    .say(id: 0, room: nil, form: 0, action: false, body: text.bytes)
  }

  static func enter(_ nick: String? = nil, room: String? = nil) -> Request {
    .enter(nick: nick, room: room, resume: nil)
  }
}

/// Ways to cut bytes: every single cut, and every size of equal pieces up to a few.
func cuts(of bytes: [UInt8]) -> [[[UInt8]]] {
  var ways = (0...bytes.count).map { [Array(bytes[..<$0]), Array(bytes[$0...])] }
  for size in 1...max(1, min(7, bytes.count)) {
    ways.append(
      stride(from: 0, to: bytes.count, by: size).map {
        Array(bytes[$0..<min($0 + size, bytes.count)])
      })
  }
  return ways
}
