import Glibc
import Rooms
import Sockets
import Testing
import Wire

@testable import Chat

@Suite("the end of a turn", .timeLimit(.minutes(5)))
struct FlusherTests {
  /// Many links of one flusher; their peers keep writes apart.
  private final class Crowd {
    var links: [Link] = []
    var owners: [Linked.Owner] = []
    var peers: [CInt] = []

    init(_ count: Int, _ flusher: Flusher) throws {
      let type = SOCK_SEQPACKET.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
      for _ in 0..<count {
        var pair: [CInt] = [-1, -1]
        try call("socketpair") { socketpair(AF_UNIX, CInt(type), 0, &pair) == 0 ? 0 : -errno }
        let owner = Linked.Owner()
        owners.append(owner)
        links.append(
          try Link(
            Descriptor(owning: pair[0]), peer: .unix(.unnamed), flusher: flusher, owner: owner))
        peers.append(pair[1])
      }
    }

    deinit {
      for link in links { link.drop() }
      for peer in peers { close(peer) }
    }

    func send(_ text: String, _ flusher: Flusher) {
      let (block, range) = Array(text.utf8).withUnsafeBytes { flusher.share($0) }
      for link in links { link.send(block, range) }
    }

    /// What each peer was written, one text a write.
    func heard() -> [[String]] {
      var buffer = [UInt8](repeating: 0, count: 1000)
      return peers.map { peer in
        var writes: [String] = []
        while case let count = recv(peer, &buffer, buffer.count, 0), count > 0 {
          writes.append(String(decoding: buffer[..<count], as: UTF8.self))
        }
        return writes
      }
    }
  }

  @Test("brings what comes while many are served to those behind in the same write")
  func shares() async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let flusher = Flusher(loop: loop, limit: 1 << 20)
      let crowd = try Crowd(3 * Flusher.share, flusher)
      var turns = 0
      flusher.prepare = { [unowned crowd, unowned flusher] in
        turns += 1
        if turns == 2 { crowd.send("two ", flusher) }
      }
      crowd.send("one ", flusher)
      while turns < 6 {
        flusher.schedule()
        try await loop.sleep(for: .zero)
      }
      flusher.prepare = {}
      let heard = crowd.heard()
      #expect(heard.allSatisfy { $0.joined() == "one two " })
      // Those who had their turn before, and those behind them.
      #expect(heard[..<Flusher.share].allSatisfy { $0 == ["one ", "two "] })
      #expect(heard[Flusher.share...].allSatisfy { $0 == ["one two "] })
    }
  }

  @Test("looks around less and less while nothing comes for many")
  func quiet() async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let flusher = Flusher(loop: loop, limit: 1 << 20)
      let crowd = try Crowd(15 * Flusher.share, flusher)
      var turns = 0
      flusher.prepare = { turns += 1 }
      crowd.send("one ", flusher)
      // One share, two, four and eight.
      while turns < 4 { try await loop.sleep(for: .zero) }
      #expect(crowd.heard().allSatisfy { $0 == ["one "] })
    }
  }

  @Test("lets nobody wait for longer than one write to each of the others takes")
  func fairness() async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let flusher = Flusher(loop: loop, limit: 1 << 20)
      let crowd = try Crowd(3 * Flusher.share + 1, flusher)
      var turns = 0
      flusher.prepare = { [unowned crowd, unowned flusher] in
        turns += 1
        if turns <= 20 { crowd.send("\(turns) ", flusher) }
      }
      while turns < 30 {
        flusher.schedule()
        try await loop.sleep(for: .zero)
      }
      flusher.prepare = {}
      let heard = crowd.heard()
      let everything = (1...20).map { "\($0) " }.joined()
      #expect(heard.allSatisfy { $0.joined() == everything })
      // Four turns serve all; who comes into the line in the middle of a turn waits for one more.
      #expect(heard.allSatisfy { $0.count >= 20 / 5 })
    }
  }

  @Test("a link that is dropped while it stands in line leaves the line whole")
  func dropped() async throws {
    try await EventLoop.run(defaultTimeout: .seconds(30)) { loop in
      let flusher = Flusher(loop: loop, limit: 1 << 20)
      let crowd = try Crowd(5, flusher)
      var turns = 0
      flusher.prepare = { turns += 1 }
      crowd.send("one ", flusher)
      for index in [0, 2, 4] {
        // One that is not served by its turn is not twice in the line afterwards.
        crowd.links[index].flush()
        crowd.links[index].drop()
        crowd.links[index].send([1])
      }
      for index in [1, 3] { crowd.links[index].send(Array("two".utf8)) }
      while turns < 3 {
        flusher.schedule()
        try await loop.sleep(for: .zero)
      }
      #expect(crowd.heard().map { $0.joined() } == ["one ", "one two", "one ", "one two", "one "])
      flusher.prepare = {}
    }
  }

  @Test("keeps what anybody still reads, whatever is shared afterwards")
  func shared() throws {
    let flusher = Flusher(loop: try EventLoop(), limit: 1 << 20)
    var random = Seeded(seed: 3)
    var kept: [(block: Block, range: Range<Int>, bytes: [UInt8])] = []
    for _ in 0..<1000 {
      if kept.count > 8 || (!kept.isEmpty && Bool.random(using: &random)) {
        let (block, range, bytes) = kept.remove(at: .random(in: kept.indices, using: &random))
        let found = UnsafeRawBufferPointer(
          start: block.start + range.lowerBound, count: range.count)
        #expect(Array(found) == bytes)
      }
      // Now and then more than fits where the others are.
      let most = Int.random(in: 0..<20, using: &random) == 0 ? 200_000 : 3000
      let count = Int.random(in: 1...most, using: &random)
      let bytes = [UInt8](repeating: .random(in: 0...255, using: &random), count: count)
      let (block, range) = bytes.withUnsafeBytes { flusher.share($0) }
      kept.append((block, range, bytes))
    }
  }

  @Test("keeps what waits one piece, though other doors are given theirs in between")
  func keepsKindsApart() throws {
    let flusher = Flusher(loop: try EventLoop(), limit: 1 << 20)
    let bytes = [UInt8](repeating: 0, count: 100)
    var last: (block: Block, range: Range<Int>)?
    for _ in 0..<100 {
      let next = bytes.withUnsafeBytes { flusher.share($0, for: .line) }
      if let last {
        #expect(next.block === last.block)
        #expect(next.range.lowerBound == last.range.upperBound)
      }
      last = next
      _ = bytes.withUnsafeBytes { flusher.share($0, for: .native) }
    }
  }
}
