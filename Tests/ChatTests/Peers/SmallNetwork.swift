import Sockets
import Wire

@testable import Chat

/// Peers of a TCP group chat in a network that is only played, under a time that is only counted.
///
/// It does what the kernel does: one connection between two ports, none to where nobody listens, bytes in
/// their order, an end for both sides. All chance comes from one seed.
struct SmallNetwork {
  /// A chat with what it has shown, in one of its lives.
  struct Node {
    let number: Int
    let address: SocketAddress
    let name: String
    /// Who it is told of at its start.
    let told: [SocketAddress]
    var chat: StreamChat?
    var life = 0
    var links = 0
    var wakesAt = UInt64.max
    var shown: [PeerEvent] = []
  }

  /// One end of a connection.
  private struct End {
    var node: Int
    var life: Int
    var link: Int
    var address: SocketAddress
    /// What arrives does so in order.
    var busyUntil: UInt64 = 0
  }

  private struct Connection {
    var ends: [End]
    var isOpen = true
  }

  private enum Happening {
    case dial(node: Int, life: Int, SocketAddress, fromOwnPort: Bool)
    case open(Int, end: Int, isDialler: Bool)
    case text(Int, to: Int, [UInt8])
    case end(Int, to: Int, LinkEnding)
    case wake(node: Int, life: Int)
  }

  private(set) var nodes: [Node] = []
  private(set) var now: UInt64 = 1_000_000_000_000
  private var connections: [Connection] = []
  private var queue: [(at: UInt64, turn: Int, Happening)] = []
  private var turns = 0
  private var random: SplitMix
  private var ephemeral: UInt16 = 40_000
  /// How often in ten the system refuses a port of our own for no good reason.
  var refusals = 0

  init(seed: UInt64, count: Int, onOneMachine: Bool, sameName: Bool) {
    random = SplitMix(seed)
    for number in 0..<count {
      let host = onOneMachine ? 1 : UInt32(number + 1)
      let address = SocketAddress.ipv4(
        IPv4Address(rawValue: 0x0A00_0000 | host), port: UInt16(9000 + number))
      nodes.append(
        Node(
          number: number, address: address, name: sameName ? "same" : "p\(number)",
          told: nodes.map(\.address)))
    }
  }

  mutating func chance(of count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

  private var moment: Moment {
    Moment(instant: Instant(nanoseconds: now), wall: Int64(now / 1_000_000), offset: 0)
  }

  // MARK: - What a test does

  mutating func start(_ node: Int) {
    guard nodes[node].chat == nil else { return }
    nodes[node].life += 1
    nodes[node].links = 0
    nodes[node].wakesAt = .max
    var chat = StreamChat(
      name: nodes[node].name, own: [nodes[node].address], seed: random.next())
    for address in nodes[node].told { _ = chat.add(address, isNamed: true, at: moment) }
    chat.start(at: moment)
    nodes[node].chat = chat
    drain(node)
  }

  /// As SIGKILL does: what it has sent still arrives, and then an end.
  mutating func kill(_ node: Int) {
    nodes[node].chat = nil
    for index in connections.indices where connections[index].isOpen {
      guard let end = connections[index].ends.firstIndex(where: { $0.node == node }) else {
        continue
      }
      close(index, by: end, .closed)
    }
  }

  mutating func type(_ line: String, at node: Int) {
    tell(node) { $0.type(Array(line.utf8), at: $1) }
  }

  mutating func leave(_ node: Int) {
    tell(node) { $0.leave(at: $1) }
  }

  mutating func forgetShown() { for node in nodes.indices { nodes[node].shown = [] } }

  /// Lets time pass.
  mutating func run(for duration: Duration) {
    let end =
      now + UInt64(duration.components.seconds) * 1_000_000_000
      + UInt64(duration.components.attoseconds / 1_000_000_000)
    while let index = queue.indices.min(by: { key($0) < key($1) }), queue[index].at <= end {
      let (at, _, happening) = queue.remove(at: index)
      now = max(now, at)
      carryOut(happening)
    }
    now = end
  }

  /// How many connections there are between each two that live, by their numbers.
  var pairs: [[Int]: Int] {
    var pairs: [[Int]: Int] = [:]
    for connection in connections where connection.isOpen {
      pairs[connection.ends.map(\.node).sorted(), default: 0] += 1
    }
    return pairs
  }

  // MARK: - What happens

  private func key(_ index: Int) -> (UInt64, Int) { (queue[index].at, queue[index].turn) }

  private mutating func later(_ delay: UInt64, _ happening: Happening) {
    turns += 1
    queue.append((now + delay, turns, happening))
  }

  private mutating func latency() -> UInt64 { 100_000 + UInt64(chance(of: 20_000_000)) }

  private mutating func tell(_ node: Int, _ input: (inout StreamChat, Moment) -> Void) {
    guard var chat = nodes[node].chat else { return }
    input(&chat, moment)
    nodes[node].chat = chat
    drain(node)
  }

  private mutating func drain(_ node: Int) {
    let life = nodes[node].life
    while let action = nodes[node].chat?.next() {
      switch action {
      case .dial(let address, let fromOwnPort):
        later(latency(), .dial(node: node, life: life, address, fromOwnPort: fromOwnPort))
      case .send(let text, let link):
        if let (index, end) = find(node, link) {
          deliver(index, to: 1 - end) { .text($0, to: $1, text) }
        }
      case .finish(let link):
        if let (index, end) = find(node, link) { close(index, by: end, .left) }
      case .find: break
      case .show(.peer(let event)): nodes[node].shown.append(event)
      case .show: break
      case .ended: kill(node)
      }
    }
    guard let deadline = nodes[node].chat?.deadline else { return }
    // As drivers do: the timer moves only to an earlier moment.
    let at = max(deadline.nanoseconds, now + 1)
    guard at < nodes[node].wakesAt else { return }
    nodes[node].wakesAt = at
    later(at - now, .wake(node: node, life: life))
  }

  private func find(_ node: Int, _ link: Int) -> (Int, Int)? {
    for (index, connection) in connections.enumerated() {
      let end = connection.ends.firstIndex {
        $0.node == node && $0.life == nodes[node].life && $0.link == link
      }
      if let end { return (index, end) }
    }
    return nil
  }

  private mutating func deliver(
    _ index: Int, to end: Int, _ happening: (Int, Int) -> Happening
  ) {
    let at = max(now + latency(), connections[index].ends[end].busyUntil + 1)
    connections[index].ends[end].busyUntil = at
    later(at - now, happening(index, end))
  }

  /// The other side reads its end behind all that was sent to it, and then so does this one.
  private mutating func close(_ index: Int, by end: Int, _ ending: LinkEnding) {
    guard connections[index].isOpen else { return }
    connections[index].isOpen = false
    deliver(index, to: 1 - end) { .end($0, to: $1, .closed) }
    let after = connections[index].ends[1 - end].busyUntil
    let own = connections[index].ends[end].busyUntil
    connections[index].ends[end].busyUntil = max(own, after)
    if ending == .left { deliver(index, to: end) { .end($0, to: $1, .left) } }
  }

  private mutating func carryOut(_ happening: Happening) {
    switch happening {
    case .dial(let node, let life, let address, let fromOwnPort):
      guard nodes[node].life == life, nodes[node].chat != nil else { return }
      dial(node, address, fromOwnPort)
    case .open(let index, let end, let isDialler):
      let side = connections[index].ends[end]
      guard isAlive(side) else { return }
      nodes[side.node].links += 1
      let link = nodes[side.node].links
      connections[index].ends[end].link = link
      let other = connections[index].ends[1 - end].address
      tell(side.node) {
        if isDialler {
          $0.dialled(other, link: link, at: $1)
        } else {
          $0.accepted(other, link: link, at: $1)
        }
      }
    case .text(let index, let end, let text):
      let side = connections[index].ends[end]
      guard isAlive(side), side.link > 0 else { return }
      tell(side.node) { $0.received(text, link: side.link, at: $1) }
    case .end(let index, let end, let ending):
      let side = connections[index].ends[end]
      guard isAlive(side), side.link > 0 else { return }
      tell(side.node) { $0.ended(ending, link: side.link, at: $1) }
    case .wake(let node, let life):
      guard nodes[node].life == life else { return }
      if nodes[node].wakesAt <= now { nodes[node].wakesAt = .max }
      tell(node) { $0.expire(at: $1) }
    }
  }

  private func isAlive(_ end: End) -> Bool {
    nodes[end.node].life == end.life && nodes[end.node].chat != nil
  }

  private mutating func dial(_ node: Int, _ address: SocketAddress, _ fromOwnPort: Bool) {
    let own = nodes[node].address
    if fromOwnPort {
      let isTaken = connections.contains {
        $0.isOpen && Set($0.ends.map(\.address)) == [own, address]
      }
      if isTaken || chance(of: 10) < refusals {
        return tell(node) { $0.dialFailed(address, .portTaken, why: "", at: $1) }
      }
    }
    guard let other = nodes.firstIndex(where: { $0.address == address && $0.chat != nil }) else {
      return tell(node) { $0.dialFailed(address, .other, why: "", at: $1) }
    }
    var from = own
    if !fromOwnPort, case .ipv4(let host, _) = own {
      ephemeral += 1
      from = .ipv4(host, port: ephemeral)
    }
    connections.append(
      Connection(ends: [
        End(node: node, life: nodes[node].life, link: 0, address: from),
        End(node: other, life: nodes[other].life, link: 0, address: address),
      ]))
    let index = connections.count - 1
    deliver(index, to: 0) { .open($0, end: $1, isDialler: true) }
    deliver(index, to: 1) { .open($0, end: $1, isDialler: false) }
  }
}

/// A random number generator whose sequence depends on its seed alone (SplitMix64).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
