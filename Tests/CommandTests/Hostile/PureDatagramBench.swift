import Chat
import Sockets
import Wire

@testable import parley

/// The pure core of `parley chat --plain udp`, and the words of a pipe.
struct PureDatagramBench: HostileBench {
  private static let sync = SocketAddress.ipv4(.loopback, port: 39_999)

  private var chat = DatagramChat(name: "us", own: [.ipv4(.loopback, port: 39_998)])
  private let words = ChatWords(style: .pipe)
  private var lines: [String] = []
  private var sent: [SocketAddress: Int] = [:]
  private var sources: [String: SocketAddress] = [:]
  private var nanoseconds: UInt64 = 0

  init() {
    _ = chat.add(Self.sync, at: now)
    chat.start(at: now)
    drain()
    lines = []
  }

  private var now: Moment {
    Moment(instant: Instant(nanoseconds: nanoseconds), wall: 1_800_000_000_000, offset: 0)
  }

  mutating func send(_ bytes: [UInt8], from source: String) {
    nanoseconds += 1_000_000
    let place = sources[source] ?? .ipv4(.loopback, port: UInt16(40_000 + sources.count))
    sources[source] = place
    let taken = bytes.prefix(DatagramMember.sizeLimit)
    chat.receive(Array(taken).span, from: place, isCut: taken.count < bytes.count, at: now)
    drain()
  }

  mutating func type(_ line: String) {
    nanoseconds += 1_000_000
    chat.type(Array(line.utf8), at: now)
    drain()
  }

  mutating func shown() -> [String] {
    defer { lines = [] }
    return lines
  }

  func place(of source: String) -> String { sources[source]?.description ?? "?" }

  func count(sentTo source: String) -> Int { sources[source].flatMap { sent[$0] } ?? 0 }

  private mutating func drain() {
    while let action = chat.next() {
      switch action {
      case .send(_, let peers): for peer in peers { sent[peer, default: 0] += 1 }
      case .show(let event):
        lines += words.lines(for: event).filter { !$0.isForPeople }.map(\.text)
      case .find, .ended: break
      }
    }
  }
}
