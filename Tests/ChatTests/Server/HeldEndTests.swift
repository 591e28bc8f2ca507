import Glibc
import Rooms
import Sockets
import Testing
import Wire

@testable import Chat

/// A machine may keep one loop waiting in the middle of a turn while the others end.
@Suite("the end of a server of which one loop is held up", .timeLimit(.minutes(5)))
struct HeldEndTests {
  @Test(
    "no goodbye overtakes a text that was taken and is not passed on yet",
    arguments: [("c", 0), ("a", 1), ("g", 2)])
  func overtakes(room: String, home: Int) async throws {
    // On a busy machine the moment may have passed, and then nothing was taken.
    for _ in 0..<10 where try await isTaken(in: room, at: home) { return }
    Issue.record("no text was ever taken")
  }

  /// Holds two loops while the server ends, one after the other.
  ///
  /// The second loop after the warning, until the others refuse, and then in the turn in which it takes a
  /// text and begins to refuse as well; the room's home in the turn in which the text gets its number.
  ///
  /// - Returns: Whether it took the text.
  private func isTaken(in room: String, at index: Int) async throws -> Bool {
    try await Served.run {
      Served.onFile(&$0)
      $0.loops = 3
      $0.grace = .milliseconds(100)
    } _: { served in
      var peers: [Peer] = []
      for number in 0..<6 {
        peers.append(try await served.enter(.native, "n\(number)", room: room))
      }
      let readers = peers.map { peer in
        Task(executorPreference: served.loop) {
          defer { peer.close() }
          return try await peer.rest()
        }
      }
      let (loop, last) = (served.server.loops[1], served.server.loops[2])
      let (warned, taking, waiting, passing) = (try Hold(), try Hold(), try Hold(), try Hold())
      defer { for hold in [warned, taking, waiting, passing] { hold.release() } }
      loop.hold(warned, from: .warned)
      let ending = Task { await served.server.end() }
      await warned.isHeld.wait()
      // Those on the held loop are the only ones whose words it has not read.
      for peer in peers { try await peer.say("last words") }
      loop.loop.execute { for client in loop.clients.values { client.link?.look() } }
      // The last loop is told last.
      while try await last.phase() < .refusing { try Task.checkCancellation() }
      loop.loop.execute { taking.hold() }
      warned.release()
      await taking.isHeld.wait()
      try await last.expectPatience()
      #expect(last.directory.place(called: room)?.home == index)
      if index != loop.index {
        // The same with the loop that the text goes to, and from there to all.
        let (home, other) = (served.server.loops[index], served.server.loops[2 - index])
        home.loop.execute { waiting.hold() }
        await waiting.isHeld.wait()
        taking.release()
        try await other.expectPatience()
        _ = try await loop.phase()
        home.loop.execute { passing.hold() }
        waiting.release()
        await passing.isHeld.wait()
        try await other.expectPatience()
        passing.release()
      }
      taking.release()
      await ending.value
      var heads: Set<Int> = []
      for reader in readers {
        let numbers = try await reader.value.count {
          switch $0 {
          case .said, .native(.accepted): true
          case .native, .words, .end: false
          }
        }
        heads.insert(numbers)
      }
      #expect(heads.count == 1, "\(heads)")
      return try await loop.loop.perform { loop.counts.messages } > 0
    }
  }
}

/// Where a loop's thread waits until it is let go.
private final class Hold: Sendable {
  let isHeld = Latch()
  private let pipe: (read: CInt, write: CInt)

  init() throws {
    var ends: [CInt] = [-1, -1]
    try #require(Glibc.pipe(&ends) == 0)
    pipe = (ends[0], ends[1])
  }

  deinit {
    close(pipe.read)
    close(pipe.write)
  }

  func hold() {
    isHeld.open()
    var byte: UInt8 = 0
    while Glibc.read(pipe.read, &byte, 1) < 0 && errno == EINTR {}
  }

  func release() {
    var byte: UInt8 = 0
    _ = Glibc.write(pipe.write, &byte, 1)
  }
}

extension ServerLoop {
  fileprivate func phase() async throws -> ServerPhase {
    try await loop.perform { self.phase }
  }

  /// It does not say goodbye, though it has more turns than that would take.
  fileprivate func expectPatience() async throws {
    for _ in 0..<500 where try await phase() != .refusing {
      Issue.record("it said goodbye while a loop was still at it")
      return
    }
  }

  /// Waits there in the turn after the one in which this phase begins.
  fileprivate func hold(_ hold: Hold, from phase: ServerPhase) {
    loop.execute {
      if self.phase < phase { self.hold(hold, from: phase) } else { hold.hold() }
    }
  }
}
