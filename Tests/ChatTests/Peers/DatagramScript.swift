import Chat
import Rooms
import Sockets
import Wire

/// One person of a chat by datagrams, with all that was sent and shown.
struct DatagramScript {
  static let start = Moment(
    instant: Instant(nanoseconds: 1_000_000_000), wall: 1_800_000_000_123, offset: 0)

  var chat: DatagramChat
  var now = DatagramScript.start
  var sent: [(bytes: [UInt8], to: [SocketAddress])] = []
  var shown: [MemberEvent] = []
  var searches: [String] = []
  var hasEnded = false

  init(
    _ name: String?, own: [SocketAddress] = [], filter: AddressFilter = AddressFilter(),
    peers: [SocketAddress] = []
  ) {
    chat = DatagramChat(name: name, own: own, filter: filter)
    for peer in peers { _ = chat.add(peer, at: now) }
    chat.start(at: now)
    drain()
  }

  mutating func drain() {
    while let action = chat.next() {
      switch action {
      case .send(let bytes, let endpoints): sent.append((bytes, endpoints))
      case .find(let text): searches.append(text)
      case .show(let event): shown.append(event)
      case .ended: hasEnded = true
      }
    }
  }

  mutating func wait(_ duration: Duration) {
    now.instant = now.instant + duration
    now.wall += Int64(duration.components.seconds) * 1000
    if let deadline = chat.deadline, deadline <= now.instant { chat.expire(at: now) }
    drain()
  }

  mutating func type(_ line: String) {
    chat.type(Array(line.utf8), at: now)
    drain()
  }

  mutating func leave() {
    chat.leave(at: now)
    drain()
  }

  mutating func add(_ peer: SocketAddress) -> DatagramChat.Adding {
    defer { drain() }
    return chat.add(peer, at: now)
  }

  mutating func receive(_ bytes: [UInt8], from source: SocketAddress, isCut: Bool = false) {
    chat.receive(bytes.span, from: source, isCut: isCut, at: now)
    drain()
  }

  mutating func receive(_ text: String, from source: SocketAddress) {
    receive(Array(text.utf8), from: source)
  }

  /// Takes out what has been sent, as texts.
  mutating func takeSent() -> [(text: String, to: [SocketAddress])] {
    defer { sent = [] }
    return sent.map { (ChatText.parse($0.bytes)?.text ?? "?", $0.to) }
  }

  /// Takes out what has been shown, each in a few words.
  mutating func takeShown() -> [String] {
    defer { shown = [] }
    return shown.map(DatagramScript.words)
  }

  static func words(_ event: MemberEvent) -> String {
    switch event {
    case .peer(.said(let who, _, let text, let isOwn, let isCut)):
      "\(words(who))\(isOwn ? " (own)" : ""): \(String(decoding: text, as: UTF8.self))"
        + (isCut ? " [cut]" : "")
    case .peer(.raw(let bytes, let place, let isCut)):
      "\(place) raw: \(String(decoding: bytes, as: UTF8.self))" + (isCut ? " [cut]" : "")
    case .peer(.joined(let who)): "\(words(who)) joined"
    case .peer(.left(let who)): "\(words(who)) left"
    case .peer(.gone(let who, let why)): "\(words(who)) gone: \(why)"
    case .peer(.back(let who)): "\(words(who)) back"
    case .question(let words): "question: \(words)"
    case .named(let name): "named \(name)"
    case .words(let words): "words: \(words)"
    case .hint(let words): "hint: \(words)"
    case .remark(let words): "remark: \(words)"
    case .unsaid(let text, let why): "unsaid: \(text): \(why)"
    default: "\(event)"
    }
  }

  static func words(_ who: PeerName) -> String {
    who.name + (who.place.map { "@\($0)" } ?? "") + (who.isMarked ? "?" : "")
  }

  /// A chat text of somebody else's, with another time each time.
  static func text(_ name: String, _ text: String, microsecond: Int = 286_345) -> [UInt8] {
    let time = Timestamp(
      year: 2026, month: 11, day: 21, hour: 3, minute: 17, second: 49, microsecond: microsecond)
    return ChatText(time: time, name: name, text: text).compose()
  }
}

extension SocketAddress {
  static func peer(_ number: Int) -> SocketAddress {
    .ipv4(
      IPv4Address(rawValue: 0x0a00_0000 + UInt32(truncatingIfNeeded: number >> 8)),
      port: 8000 + UInt16(number & 0xff))
  }
}
