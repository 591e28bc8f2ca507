import Sockets
import Wire

@testable import Chat
@testable import parley

/// The pure core of `parley talk`, and the words of a pipe.
struct PureTalkBench: TalkBench {
  private var session = TalkSession(name: "us", .u16, isListener: true)
  private var lanes: [String: FrameLane] = [:]
  private var places: [String: SocketAddress] = [:]
  private let words = ChatWords(style: .pipe)
  private(set) var lines: [String] = []
  private var now = Instant(nanoseconds: 0)

  mutating func send(_ bytes: [UInt8], from source: String) {
    var lane = lanes[source] ?? call(source)
    lane.receive(bytes.span)
    while let payload = lane.nextPayload() { session.received(payload) }
    if lane.ending == nil { lane.listen(at: now) }
    settle(source, lane)
  }

  mutating func end(_ source: String) {
    var lane = lanes[source] ?? call(source)
    lane.peerEnded(nil)
    settle(source, lane)
  }

  mutating func wait(for source: String) {
    var lane = lanes[source] ?? call(source)
    if let deadline = lane.deadline {
      now = deadline
      lane.expire(at: now)
    }
    settle(source, lane)
  }

  func isClosed(_ source: String) -> Bool { lanes[source]?.ending != nil }

  mutating func line() -> String? { lines.isEmpty ? nil : lines.removeFirst() }

  func place(of source: String) -> String { places[source]?.description ?? "?" }

  private mutating func call(_ source: String) -> FrameLane {
    let place = SocketAddress.ipv4(.loopback, port: UInt16(40_000 + places.count))
    places[source] = place
    _ = session.connected(place)
    return FrameLane(.u16)
  }

  private mutating func settle(_ source: String, _ lane: FrameLane) {
    if let ending = lane.ending, lanes[source]?.ending == nil {
      session.disconnected(ending, unsent: 0)
    }
    lanes[source] = lane
    while let action = session.next() {
      guard case .show(let event) = action else { continue }
      lines += words.lines(for: event).filter { !$0.isForPeople }.map(\.text)
    }
  }
}
