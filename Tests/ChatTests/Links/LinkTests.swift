import Glibc
import Sockets
import Testing
import Wire

@testable import Chat

@Suite("a link", .timeLimit(.minutes(5)))
struct LinkTests {
  @Test("writes what a turn has brought in one piece and in order")
  func inOrder() async throws {
    try await Linked.run { linked in
      let block = Block.of(Array("shared".utf8), from: linked.flusher.pool)
      linked.link.send(Array("one ".utf8))
      linked.link.send(block, 0..<3)
      linked.link.send(Array(" two ".utf8))
      linked.link.send(Array("three".utf8))
      let bytes = try await linked.peer.read()
      #expect(bytes == Array("one sha two three".utf8))
    }
  }

  @Test("tells the kernel of its end once, and waits for the peer without turning")
  func halfClose() async throws {
    try await Linked.run { linked in
      linked.link.send([1, 2, 3])
      linked.link.finish(within: .seconds(60))
      #expect(try await linked.peer.readToEnd(atMost: 10) == [1, 2, 3])
      let turns = linked.turns.count
      // The loop goes round a hundred times while nothing happens to the link.
      for _ in 0..<100 { try await linked.loop.sleep(for: .zero) }
      #expect(linked.turns.count - turns < 10)
      linked.peer.close()
      await linked.owner.isLost.wait()
    }
  }

  @Test("whose peer has said its last still writes all that is queued")
  func peerEnded() async throws {
    try await Linked.run { linked in
      let block = Block.of(Array(repeating: 7, count: 900_000), from: linked.flusher.pool)
      linked.link.send(block, 0..<block.count)
      try await linked.peer.shutdownWrite()
      await linked.owner.hasEnded.wait()
      linked.link.finish(within: .seconds(60))
      #expect(try await linked.peer.readToEnd(atMost: 1_000_000).count == 900_000)
      await linked.owner.isLost.wait()
      #expect(linked.owner.codes == [0])
    }
  }

  @Test("that overflows goes on to the end of what it has begun, and then says goodbye")
  func overflow() async throws {
    try await Linked.run(limit: 10_000) { linked in
      linked.owner.goodbye = Array("BYE".utf8)
      var frame: [UInt8] = []
      try FrameFormat.u16.encode(Array(repeating: 1, count: 5000), into: &frame)
      for _ in 0..<100 {
        let block = Block.of(frame, from: linked.flusher.pool)
        linked.link.send(block, 0..<block.count)
        try await linked.loop.sleep(for: .zero)
      }
      #expect(linked.owner.overflows == [.maxSendq])
      let all = try await linked.peer.readToEnd(atMost: 1_000_000)
      #expect(all.suffix(3) == Array("BYE".utf8))
      var decoder = FrameDecoder(.u16, limit: 5000)
      decoder.receive(Array(all.dropLast(3)).span)
      while try decoder.next() != nil {}
      try decoder.finish()
    }
  }

  @Test("takes a turn of any size when nothing waited before it")
  func largeTurn() async throws {
    try await Linked.run(limit: 1000) { linked in
      let block = Block.of(Array(repeating: 7, count: 400_000), from: linked.flusher.pool)
      linked.link.send(block, 0..<block.count)
      let bytes = try await linked.peer.read(exactly: 400_000)
      #expect(bytes.count == 400_000)
      #expect(linked.owner.overflows.isEmpty)
    }
  }

  @Test("reads away what still comes after the goodbye, and closes when patience ends")
  func patience() async throws {
    try await Linked.run { linked in
      linked.link.finish(within: .milliseconds(20))
      try await linked.peer.write("too late")
      #expect(try await linked.peer.read().isEmpty)
      await linked.owner.isLost.wait()
      #expect(linked.owner.bytes.isEmpty)
    }
  }

  @Test("with a farewell, waits no longer than that for the end of who has taken everything")
  func farewell() async throws {
    try await Linked.run { linked in
      linked.link.send([1, 2, 3])
      linked.link.finish(within: .seconds(3600), farewell: .milliseconds(20))
      let all = try await linked.peer.readToEnd(atMost: 10)
      #expect(all == [1, 2, 3])
      await linked.owner.isLost.wait()
    }
  }

  @Test("paced, sends each frame in a write of its own", arguments: [FrameFormat.u16, .u32])
  func paced(format: FrameFormat) async throws {
    // Such a socket keeps writes apart.
    try await Linked.run(type: CInt(SOCK_SEQPACKET.rawValue)) { linked in
      linked.link.pace(Pacing(format, peer: .unix(.unnamed), loop: linked.loop))
      let sizes = [5, 1396, 1, 700]
      var all: [UInt8] = []
      for size in sizes { try format.encode(Array(repeating: 1, count: size), into: &all) }
      linked.link.send(all)
      var counts = [try await linked.peer.read().count]
      // All of them are there now, one write each.
      guard let number = linked.peer.source.core?.number else { throw Ended() }
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while case let count = recv(number, &buffer, buffer.count, 0), count > 0 {
        counts.append(count)
      }
      #expect(counts == sizes.map { $0 + (format == .u16 ? 2 : 4) })
    }
  }
}
