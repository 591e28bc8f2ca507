import Messaging
import Sockets
import Testing
import Wire

/// Random walks beside a model that looks through one list for everything.
@Suite("walks of peers by datagram")
struct DatagramPeersWalkTests {
  /// Remembers what happened to one endpoint, and nothing about others.
  private struct Entry {
    let endpoint: SocketAddress
    var isNamed = false
    var hasLeft = false
    var isProvisional = false
    /// nil while it was only named.
    var heard: Int?
    /// When something was last heard from it or it was named, in steps.
    var step: Int
    var datagrams = 0
    var bytes = 0
  }

  private struct Model {
    var entries: [Entry] = []

    func index(_ endpoint: SocketAddress) -> Int? {
      entries.firstIndex { $0.endpoint == endpoint }
    }

    static func isSilent(_ entry: Entry, _ now: Int) -> Bool {
      entry.heard.map { $0 + 600 <= now } ?? false
    }

    mutating func hear(_ endpoint: SocketAddress, _ now: Int, _ step: Int) {
      if let index = index(endpoint) {
        if entries[index].isProvisional {
          let others = entries.indices.filter { !entries[$0].isNamed && !entries[$0].isProvisional }
          if others.count == 256 {
            let away = others.filter { entries[$0].hasLeft || Self.isSilent(entries[$0], now) }
            let victim = (away.isEmpty ? others : away).min { entries[$0].step < entries[$1].step }
            let gone = victim.map { entries[$0].endpoint }
            entries.removeAll { $0.endpoint == gone }
          }
        }
        guard let index = self.index(endpoint) else { return }
        entries[index].isProvisional = false
        entries[index].hasLeft = false
        entries[index].heard = now
        entries[index].step = step
      } else {
        let young = entries.filter(\.isProvisional)
        if young.count == 32 { entries.removeAll { $0.endpoint == young[0].endpoint } }
        entries.append(Entry(endpoint: endpoint, isProvisional: true, heard: now, step: step))
      }
    }

    mutating func name(_ endpoint: SocketAddress, _ step: Int) {
      if let index = index(endpoint), entries[index].isNamed {
        guard entries[index].hasLeft else { return }
        entries[index].hasLeft = false
        entries[index].heard = nil
        entries[index].step = step
        return
      }
      guard entries.filter(\.isNamed).count < 256 else { return }
      let index =
        index(endpoint)
        ?? {
          entries.append(Entry(endpoint: endpoint, step: step))
          return entries.count - 1
        }()
      if entries[index].hasLeft { entries[index].heard = nil }
      entries[index].isNamed = true
      entries[index].isProvisional = false
      entries[index].hasLeft = false
    }

    mutating func leave(_ endpoint: SocketAddress) {
      guard let index = index(endpoint) else { return }
      if entries[index].isProvisional {
        entries.remove(at: index)
      } else {
        entries[index].hasLeft = true
      }
    }

    mutating func recipients(_ count: Int, _ now: Int) -> [SocketAddress] {
      var result: [SocketAddress] = []
      for index in entries.indices {
        let entry = entries[index]
        guard !entry.hasLeft, entry.isNamed || !Self.isSilent(entry, now) else { continue }
        if entry.isProvisional {
          guard entry.datagrams < 3, entry.bytes + count + 48 <= 3072 else { continue }
          entries[index].datagrams += 1
          entries[index].bytes += count + 48
        }
        result.append(entry.endpoint)
      }
      return result
    }

    mutating func forget(_ now: Int) {
      entries.removeAll { $0.isProvisional && Self.isSilent($0, now) }
    }
  }

  @Test("send to whom the model sends", arguments: 0..<10)
  func model(seed: UInt64) {
    var random = Seeded(seed)
    var peers = DatagramPeers()
    var model = Model()
    var now = 0
    // Few addresses meet again and again, many fill the limits.
    let (population, steps) = seed % 2 == 0 ? (40, 800) : (500, 2500)
    var owed: [SocketAddress: (datagrams: Int, bytes: Int)] = [:]
    var hearings: [SocketAddress: Int] = [:]
    for step in 1...steps {
      let endpoint = SocketAddress.ipv4(
        IPv4Address(10, 0, 0, UInt8.random(in: 0...3, using: &random)),
        port: UInt16.random(in: 1...UInt16(population / 4), using: &random))
      let time = Instant.zero + .seconds(now)
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<55:
        _ = peers.hear(endpoint, at: time)
        model.hear(endpoint, now, step)
        owed[endpoint] = nil
        hearings[endpoint, default: 0] += 1
      case 55..<65:
        _ = peers.name(endpoint, at: time)
        model.name(endpoint, step)
      case 65..<72:
        _ = peers.leave(endpoint, at: time)
        model.leave(endpoint)
      case 72..<76:
        now += Int.random(in: 0...120, using: &random)
        _ = peers.expire(at: .zero + .seconds(now))
        model.forget(now)
      default:
        let count = Int.random(in: 1...1024, using: &random)
        let recipients = peers.recipients(ofBytes: count)
        #expect(Set(recipients) == Set(model.recipients(count, now)))
        #expect(Set(recipients).count == recipients.count)
        // Whatever the model thinks: little goes to whoever is provisional, between two hearings.
        for recipient in recipients where peers[recipient]?.isProvisional == true {
          let before = owed[recipient] ?? (0, 0)
          owed[recipient] = (before.datagrams + 1, before.bytes + count)
          #expect(before.datagrams < 3 && before.bytes + count <= 3072)
        }
      }
      guard step % 16 == 0 else { continue }
      #expect(peers.provisionalCount <= 32)
      #expect(peers.all.filter(\.isNamed).count <= 256)
      #expect(peers.all.filter { !$0.isNamed && !$0.isProvisional }.count <= 256)
    }
    #expect(Set(peers.all.map(\.endpoint)) == Set(model.entries.map(\.endpoint)))
  }

  @Test("never push out a peer because of strangers that are heard once", arguments: 0..<4)
  func strangers(seed: UInt64) {
    var random = Seeded(seed)
    var peers = DatagramPeers()
    let known = (1...UInt16(20)).map { SocketAddress.ipv4(IPv4Address(10, 1, 1, 1), port: $0) }
    for endpoint in known {
      for _ in 0..<2 { _ = peers.hear(endpoint, at: .zero) }
    }
    for number in 0..<500 {
      let stranger = SocketAddress.ipv4(
        IPv4Address(rawValue: UInt32(0x0b00_0000 + number)),
        port: .random(in: 1...9, using: &random))
      _ = peers.hear(stranger, at: .zero)
      if Bool.random(using: &random) { _ = peers.leave(stranger, at: .zero) }
    }
    #expect(Set(peers.recipients(ofBytes: 1)).isSuperset(of: known))
  }
}
