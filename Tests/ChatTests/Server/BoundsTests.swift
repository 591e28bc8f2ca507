import Rooms
import Sockets
import Testing
import Wire

@testable import Chat

@Suite("what a server bounds", .timeLimit(.minutes(5)))
struct BoundsTests {
  private static func with(
    _ settings: String..., loops: Int = 1
  ) -> (inout ServerOptions) -> Void {
    {
      $0.loops = loops
      for setting in settings {
        let words = setting.split(separator: " ").map(String.init)
        do {
          try LimitTable.set(words[0], to: words[1], in: &$0.limits)
        } catch {
          Issue.record(error)
        }
      }
    }
  }

  private static func refusal(_ peer: Peer) async throws -> RefusalCode? {
    while true {
      switch try await peer.next() {
      case .native(.refused(_, let code, _)): return RefusalCode(rawValue: code)
      case .native(.reply), .end: return nil
      default: continue
      }
    }
  }

  @Test("connections of one address of late are counted, if that is asked for", arguments: [1, 2])
  func connectRate(loops: Int) async throws {
    let settings = Self.with("connect-rate 1:3", "max-clients 4", loops: loops)
    try await Served.run(settings) { served in
      for number in 1...3 {
        let peer = try await served.enter(.line, "peer\(number)")
        peer.close()
      }
      // Those who were refused take nobody's place.
      for number in 1...6 {
        #expect(try await served.connect().read().isEmpty)
        await served.reports.wait(number) { if case .refused = $0 { true } else { false } }
      }
      let counts = await served.server.counts()
      #expect(counts.hits == [.connectRate: 6] && counts.refusals == ["too-often": 6])
    }
  }

  @Test("of one address only so many may wait, if that is asked for", arguments: [1, 2])
  func waitingPerAddress(loops: Int) async throws {
    try await Served.run(Self.with("max-waiting-per-address 2", loops: loops)) { served in
      let first = try await served.connect()
      // What has come of a line does not say who one is.
      try await first.write("h")
      for number in 1...2 {
        await served.reports.wait(number) { if case .connected = $0 { true } else { false } }
        _ = try await served.connect()
      }
      while !(try await first.read().isEmpty) {}
      _ = try await served.enter(.native, "ann")
      let counts = await served.server.counts()
      #expect(counts.hits[.maxWaitingPerAddress] ?? 0 >= 1 && counts.clients <= 3)
    }
  }

  @Test("rooms of one client")
  func roomsPerClient() async throws {
    try await Served.run(Self.with("max-rooms-per-client 2")) { served in
      let ann = try await served.enter(.native, "ann")
      try await ann.ask(.join(room: "one"))
      #expect(try await Self.refusal(ann) == nil)
      try await ann.ask(.join(room: "two"))
      #expect(try await Self.refusal(ann) == .tooManyRooms)
      #expect(await served.server.counts().hits == [.maxRoomsPerClient: 1])
      // Behind a plain door to join is to move.
      let bob = try await served.enter(.line, "bob")
      for room in ["one", "two", "three"] {
        try await bob.command("/join \(room)")
        await served.reports.wait {
          if case .joined(_, nick: "bob", room) = $0 { true } else { false }
        }
      }
    }
  }

  @Test("rooms, and members of a room, also when the limits change")
  func roomsAndMembers() async throws {
    try await Served.run(Self.with("max-rooms 2", "max-members 2", loops: 2)) { served in
      let ann = try await served.enter(.native, "ann")
      _ = try await served.enter(.native, "bob")
      let carl = Peer(try await served.connect(), .native, nick: "carl")
      try await carl.enter()
      guard case .native(.bye(let bye)) = try await carl.rest().last else {
        Issue.record("carl came in")
        return
      }
      #expect(bye.reason == ByeReason.full.rawValue)
      for (room, refusal) in [("one", nil), ("two", RefusalCode.tooManyRooms)] {
        try await ann.ask(.join(room: room))
        #expect(try await Self.refusal(ann) == refusal)
      }
      var counts = await served.server.counts()
      #expect(counts.hits == [.maxRooms: 1, .maxMembers: 1])
      var limits = served.server.limits
      limits.maximumMembers = 3
      limits.maximumRooms = 3
      served.server.setLimits(limits)
      _ = await served.server.counts()
      _ = try await served.enter(.native, "dave")
      try await ann.ask(.join(room: "two"))
      #expect(try await Self.refusal(ann) == nil)
      counts = await served.server.counts()
      #expect(counts.doors == [.native: 3] && counts.rooms == 3 && counts.connections == 4)
    }
  }

  @Test("texts and names")
  func sizes() async throws {
    try await Served.run(Self.with("max-text 10", "max-nick 12", "max-room-name 5")) { served in
      let ann = try await served.enter(.native, "ann")
      try await ann.say("eleven byte")
      #expect(try await Self.refusal(ann) == .textTooLong)
      try await ann.ask(.whisper(to: "ann", body: Array("eleven byte".utf8)))
      #expect(try await Self.refusal(ann) == .textTooLong)
      try await ann.ask(.whisper(to: "ann", body: []))
      #expect(try await Self.refusal(ann) == .emptyText)
      let line = try await served.enter(.line, "line")
      try await line.command("/msg ann eleven byte")
      let refusal = RoomRefusal.textTooLong(bytes: 11, limit: 10).description
      _ = try await line.read { $0 == .words("* \(refusal)") }
      try await ann.ask(.nick("thirteenbytes"))
      #expect(try await Self.refusal(ann) == .badName)
      try await ann.ask(.nick("twelve-bytes"))
      #expect(try await Self.refusal(ann) == nil)
      try await ann.ask(.join(room: "longer"))
      #expect(try await Self.refusal(ann) == .badName)
      try await ann.ask(.join(room: "short"))
      #expect(try await Self.refusal(ann) == nil)
      let bob = Peer(try await served.connect(), .native, nick: "abcdefghijklmnop")
      try await bob.enter()
      guard case .native(.welcome(let welcome)) = try await bob.next() else {
        Issue.record("bob did not come in")
        return
      }
      #expect(welcome.nick == "abcdefgh")
      #expect(welcome.remark == NameRefusal.tooLong(bytes: 12).description)
      let hits = await served.server.counts().hits
      #expect(hits == [.maxText: 3, .maxNick: 2, .maxRoomName: 1])
    }
  }

  @Test("frames and their time")
  func frames() async throws {
    let settings = Self.with("max-frame 600", "frame-timeout 0.02", "hello-timeout 0.02")
    try await Served.run(settings) { served in
      let long = try await served.connect()
      try await long.write([0, 0, 2, 0x59])
      while !(try await long.read().isEmpty) {}
      let late = try await served.connect()
      try await late.write([0, 2, 0x68])
      while !(try await late.read().isEmpty) {}
      let speechless = try await served.connect()
      try await speechless.write(NativePreface.bytes(.plain))
      while !(try await speechless.read().isEmpty) {}
      let silent = try await served.enter(.line, "silent")
      var limits = served.server.limits
      try LimitTable.set("idle", to: "0.02", in: &limits)
      served.server.setLimits(limits)
      _ = await served.server.counts()
      #expect(try await silent.rest().last == .words("* You were silent for too long."))
      await served.reports.waitForClosing(4)
      let counts = await served.server.counts()
      #expect(counts.hits == [.maxFrame: 1, .frameTimeout: 1, .helloTimeout: 1, .idle: 1])
      #expect(counts.closes == ["misbehaved": 1, "unfinished": 2, "timed-out": 1])
    }
  }

  @Test("what the kernel keeps for one who does not read")
  func sendBuffer() async throws {
    let settings = Self.with("send-buffer 4096", "max-sendq 0", "max-sendq-total 0")
    try await Served.run(settings) { served in
      _ = try await served.enter(.line, "slow")
      let reader = try await served.enter(.line, "reader")
      let writer = try await served.enter(.native, "writer")
      let text = String(repeating: "x", count: 16_000)
      let count = 250
      for number in 0..<count {
        try await writer.say("\(number)\(text)")
        _ = try await reader.texts(until: "\(number)\(text)")
      }
      let counts = await served.server.counts()
      #expect(counts.queued > (count - 50) * text.utf8.count)
      #expect(counts.hits[.sendBuffer] ?? 0 > 0)
    }
  }

  @Test("how long somebody may leave what it was sent unacknowledged")
  func timeout() async throws {
    try await Served.run(Self.with("timeout 0.1", "max-sendq 0", "max-sendq-total 0")) { served in
      _ = try await served.enter(.line, "slow")
      let reader = try await served.enter(.line, "reader")
      let writer = try await served.enter(.line, "writer")
      let text = String(repeating: "x", count: 4000)
      var number = 0
      while await served.server.counts().hits[.timeout] == nil {
        try await writer.say("\(number)\(text)")
        _ = try await reader.texts(until: "\(number)\(text)")
        number += 1
      }
      #expect(await served.server.counts().closes == ["lost": 1])
    }
  }

  @Test("what waits for all: who lets the most wait goes first")
  func total() async throws {
    let configure = { (options: inout ServerOptions) in
      options.limits.maximumQueueTotal = 1 << 20
      options.limits.maximumQueue = 1 << 30
      Served.onFile(&options)
    }
    try await Served.run(configure) { served in
      let slow = try await served.enter(.line, "slow")
      let reader = try await served.enter(.line, "reader")
      let writer = try await served.enter(.line, "writer")
      let line = String(repeating: "x", count: 4000)
      var sent = 0
      while await served.server.counts().hits[.maxSendqTotal] == nil {
        // More than its share will wait for this one as well, but less.
        if sent == 100 { _ = try await served.enter(.line, "later") }
        try await writer.say("\(sent) \(line)")
        _ = try await reader.texts(until: "\(sent) \(line)")
        sent += 1
      }
      #expect(sent > 150 && sent < 1000)
      await served.reports.wait {
        if case .left(_, nick: "slow", _, .slow) = $0 { true } else { false }
      }
      try await writer.say("end")
      _ = try await reader.texts(until: "end")
      let counts = await served.server.counts()
      #expect(counts.closes == ["slow": 1])
      #expect(counts.queued > 1 << 18 && counts.queued < 1 << 20)
      slow.close()
    }
  }

  @Test("what waits for all: who reads stays, also while what was cut is still there")
  func totalSparesReaders() async throws {
    let configure = { (options: inout ServerOptions) in
      options.limits.maximumQueueTotal = 1 << 18
      options.limits.maximumQueue = 1 << 30
      Served.onFile(&options)
    }
    try await Served.run(configure) { served in
      var slow: [Peer] = []
      for number in 1...8 { slow.append(try await served.enter(.line, "slow-\(number)")) }
      let reader = try await served.enter(.native, "reader")
      let writer = try await served.enter(.line, "writer")
      let line = String(repeating: "x", count: 4000)
      var sent = 0
      while await served.server.counts().hits[.maxSendqTotal] ?? 0 < 8 {
        try await writer.say("\(sent) \(line)")
        _ = try await reader.texts(until: "\(sent) \(line)")
        sent += 1
      }
      try await writer.say("end")
      _ = try await reader.texts(until: "end")
      #expect(await served.server.counts().closes == ["slow": 8])
      for peer in slow { peer.close() }
    }
  }

  @Test("what loops have counted is added up; the largest queue is the largest of all")
  func sums() {
    var sum = ServerCounts()
    for number in 1...3 {
      var counts = ServerCounts()
      counts.clients = number
      counts.queued = 10 * number
      counts.largestQueue = 10 - number
      counts.doors = [.line: number, .native: 1]
      counts.hit(.flood)
      counts.close("quit")
      counts.refuse("\(number)")
      sum += counts
    }
    #expect(sum.clients == 6 && sum.queued == 60 && sum.largestQueue == 9)
    #expect(sum.doors == [.line: 6, .native: 3] && sum.hits == [.flood: 3])
    #expect(sum.closes == ["quit": 3] && sum.refusals == ["1": 1, "2": 1, "3": 1])
  }

  @Test("what is counted is what happened")
  func counts() async throws {
    try await Served.run(Self.with(loops: 2)) { served in
      let ann = try await served.enter(.line, "ann")
      let bob = try await served.enter(.native, "bob")
      let carl = try await served.enter(.dec10, "carl")
      for number in 0..<10 { try await ann.say("\(number)") }
      _ = try await bob.texts(until: "9")
      _ = try await carl.texts(until: "9")
      let waiting = try await served.connect()
      await served.reports.wait(4) { if case .connected = $0 { true } else { false } }
      var counts = await served.server.counts()
      #expect(counts.clients == 4 && counts.waiting == 1 && counts.connections == 4)
      #expect(counts.doors == [.line: 1, .native: 1, .dec10: 1] && counts.rooms == 1)
      // Ten texts for two, at best in one piece, bob's coming for one and carl's for two.
      #expect(counts.messages == 10 && (5...23).contains(counts.deliveries))
      #expect(counts.bytesIn > 0 && counts.bytesOut > counts.bytesIn && counts.queued == 0)
      let clients = await served.server.clients()
      #expect(clients.map(\.nick).prefix(3) == ["ann", "bob", "carl"])
      #expect(clients.map(\.door) == [.line, .native, .dec10, nil])
      #expect(clients.map(\.rooms) == [["lobby"], ["lobby"], ["lobby"], []])
      #expect(zip(clients, clients.dropFirst()).allSatisfy { $0.id.rawValue < $1.id.rawValue })
      waiting.close()
      try await carl.command("/quit")
      _ = try await carl.rest()
      await served.reports.waitForClosing(2)
      counts = await served.server.counts()
      #expect(counts.closes == ["quit": 1, "ended": 1])
      _ = ann
    }
  }
}
