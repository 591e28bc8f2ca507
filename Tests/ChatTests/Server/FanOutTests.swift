import Rooms
import Sockets
import Testing

@testable import Chat

@Suite("the fan-out of a server", .timeLimit(.minutes(5)))
struct FanOutTests {
  @Test(
    "brings everybody everything once and in order, but their own, through all doors",
    arguments: [1, 2, 3])
  func everythingOnce(loops: Int) async throws {
    let lines = 60
    try await Served.run {
      $0.loops = loops
    } _: { served in
      var rooms: [[Peer]] = []
      for room in ["lobby", "attic", "cellar"] {
        var peers: [Peer] = []
        for kind in DoorKind.allCases where room == "lobby" || kind.hasRooms {
          for number in 1...2 {
            let nick = "\(kind)-\(room)-\(number)"
            let peer = try await served.enter(kind, nick, room: room)
            if room != "lobby", kind != .native {
              try await peer.command("/join \(room)")
              await served.reports.wait {
                if case .joined(_, nick: nick, _) = $0 { true } else { false }
              }
            }
            peers.append(peer)
          }
        }
        rooms.append(peers)
      }
      try await withThrowingTaskGroup { group in
        for peers in rooms {
          for peer in peers {
            group.addTask {
              for number in 0..<lines { try await peer.say("\(number)") }
            }
            group.addTask {
              let others = Set(peers.map(\.nick)).subtracting([peer.nick])
              var heard: [String: [String]] = [:]
              while heard.values.reduce(0, { $0 + $1.count }) < others.count * lines {
                switch try await peer.next() {
                case .said(let author, let text): heard[author, default: []].append(text)
                case .words, .native: continue
                case .end: throw Ended()
                }
              }
              #expect(Set(heard.keys) == others)
              #expect(heard.values.allSatisfy { $0 == (0..<lines).map(String.init) })
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("brings a turn of any size to who reads", arguments: DoorKind.allCases)
  func burst(kind: DoorKind) async throws {
    try await Served.run {
      $0.limits.maximumQueue = 4096
    } _: { served in
      let reader = try await served.enter(kind, "reader")
      let writer = try await served.enter(.line, "writer")
      let line = String(repeating: "x", count: 150)
      let burst = (0..<1000).reduce(into: "") { $0 += "\($1) \(line)\n" }
      try await withThrowingTaskGroup { group in
        group.addTask { try await writer.connection.write(burst + "done\n") }
        group.addTask {
          let texts = try await reader.texts(until: "done")
          #expect(texts.count == 1001)
          #expect(texts.first == "0 \(line)" && texts.dropLast().last == "999 \(line)")
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("leaves out whom somebody ignores, whispers too, and nobody else")
  func ignoring() async throws {
    try await Served.run {
      $0.loops = 2
    } _: { served in
      let ann = try await served.enter(.line, "ann")
      let bob = try await served.enter(.line, "bob")
      let carl = try await served.enter(.native, "carl")
      let dave = try await served.enter(.line, "dave")
      try await ann.command("/ignore bob")
      try await ann.read { $0 == .words("* You ignore bob now; /ignore bob again undoes it.") }
      for round in 1...20 {
        try await bob.say("bob \(round)")
        _ = try await dave.texts(until: "bob \(round)")
        try await carl.say("carl \(round)")
        _ = try await dave.texts(until: "carl \(round)")
      }
      try await bob.command("/msg ann psst")
      try await bob.read { $0 == .words("* You whispered to ann.") }
      try await carl.say("last")
      #expect(try await ann.texts(until: "last") == (1...20).map { "carl \($0)" } + ["last"])
      try await ann.command("/ignore bob")
      try await ann.read { $0 == .words("* You see bob again.") }
      try await bob.command("/msg ann hello")
      let heard = try await ann.read { $0 == .words("* bob whispers: hello") }
      #expect(heard.count == 1)
      try await bob.say("again")
      #expect(try await ann.texts(until: "again") == ["again"])
    }
  }
}

struct Ended: Error {}

extension DoorKind {
  /// Whether its clients can go to another room.
  var hasRooms: Bool {
    switch self {
    case .line, .dec10, .native: true
    case .u16, .u32: false
    }
  }
}
