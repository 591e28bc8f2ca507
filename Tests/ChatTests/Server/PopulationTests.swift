import Rooms
import Sockets
import Testing
import Wire

@testable import Chat

@Suite("who is where", .timeLimit(.minutes(5)))
struct PopulationTests {
  /// What there is to know, as slowly and obviously as possible.
  private struct Model {
    static let rooms = ["lobby", "a", "b", "c", "d", "e"]
    static let maximumRooms = 4
    var members: [(nick: String, rooms: [String])] = []

    var listing: [String: UInt32] {
      var counts: [String: UInt32] = ["lobby": 0]
      for member in members { for room in member.rooms { counts[room, default: 0] += 1 } }
      return counts
    }

    func canEnter(_ room: String) -> Bool {
      listing[room] != nil || listing.count < Model.maximumRooms
    }
  }

  @Test("is counted right through any walk", arguments: 1...6)
  func walk(seed: UInt64) async throws {
    let configure = { (options: inout ServerOptions) in
      options.loops = 2
      options.limits.maximumRooms = Model.maximumRooms
    }
    try await Served.run(configure) { served in
      var random = Seeded(seed: seed)
      var model = Model()
      let observer = try await served.enter(.native, "observer")
      model.members.append(("observer", ["lobby"]))
      var peers: [String: (peer: Peer, token: NativeResume)] = [:]
      for step in 0..<500 {
        let room = try #require(Model.rooms.randomElement(using: &random))
        let place = Int.random(in: 0...model.members.count, using: &random)
        guard place > 0, place < model.members.count else {
          // Somebody new comes, and may find no room.
          let peer = Peer(try await served.connect(), .native, nick: "n\(step)")
          try await peer.enter(room: room)
          if model.canEnter(room) {
            peers[peer.nick] = (peer, try await peer.welcome().resume(at: 0))
            model.members.append((peer.nick, [room]))
          } else {
            let rest = try await peer.rest()
            guard case .native(.bye(let bye)) = rest.last else { throw Ended() }
            #expect(bye.reason == ByeReason.full.rawValue)
          }
          continue
        }
        let nick = model.members[place].nick
        let (peer, token) = try #require(peers[nick])
        let isIn = model.members[place].rooms.contains(room)
        switch Int.random(in: 0...9, using: &random) {
        case 0...3:
          let isGood = try await peer.succeeds(.join(room: room))
          #expect(isGood == (!isIn && model.canEnter(room)))
          if isGood { model.members[place].rooms.append(room) }
        case 4...6:
          let isGood = try await peer.succeeds(.leave(room: room))
          #expect(isGood == isIn)
          model.members[place].rooms.removeAll { $0 == room }
        case 7:
          peer.connection.abort()
          model.members.remove(at: place)
        case 8:
          peer.close()
          model.members.remove(at: place)
        default:
          // It comes back over another connection while the old one still stands.
          let back = Peer(try await served.connect(), .native, nick: nick)
          // The ghost counts until it is cut, so only a room that exists is sure to have a place.
          let target = model.listing[room] != nil ? room : "lobby"
          try await back.enter(resume: token, room: target)
          let welcome = try await back.welcome()
          #expect(welcome.isResumed && welcome.nick == nick)
          _ = try await peer.rest()
          peers[nick] = (back, try welcome.resume(at: 0))
          model.members[place].rooms = [target]
        }
        // Before all of it is seen, the model would know more than the server.
        try await expect(model.listing, seenBy: observer, at: step)
      }
      for (peer, _) in peers.values { peer.close() }
      try await expect(["lobby": 1], seenBy: observer, at: 500)
    }
  }

  /// What a closed connection leaves behind is cleared soon, but not at once.
  private func expect(
    _ listing: [String: UInt32], seenBy observer: Peer, at step: Int
  ) async throws {
    var seen: [String: UInt32] = [:]
    for _ in 0..<2000 {
      try await observer.ask(.rooms)
      while true {
        guard case .native(.reply(_, .rooms(_, let rooms))) = try await observer.next() else {
          continue
        }
        seen = Dictionary(uniqueKeysWithValues: rooms.map { ($0.name, $0.members) })
        break
      }
      if seen == listing { return }
    }
    Issue.record("step \(step): \(seen) instead of \(listing)")
  }
}

extension Peer {
  /// Whether a command is done and not refused.
  fileprivate func succeeds(_ command: NativeCommand) async throws -> Bool {
    let asked = try await ask(command)
    while true {
      switch try await next() {
      case .native(.reply(asked, _)): return true
      case .native(.refused(asked, _, _)): return false
      case .end: throw Ended()
      case .native, .said, .words: continue
      }
    }
  }
}
