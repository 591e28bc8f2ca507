import Glibc
import Rooms
import Sockets
import Testing
import Wire

@testable import Chat

@Suite("the end of a server", .timeLimit(.minutes(5)))
struct EndingTests {
  @Test(
    "tells everybody goodbye, gives them what is queued, and removes its socket files",
    arguments: [1, 2, 3])
  func inOrder(loops: Int) async throws {
    let loop = try EventLoop(name: "clients", defaultTimeout: .seconds(30))
    try loop.start()
    defer { loop.stop() }
    var options = ServerOptions()
    Served.onFile(&options)
    options.loops = loops
    options.grace = .milliseconds(20)
    let reports = Reports()
    let address = options.listening[0].address
    let peers = try await ChatServer.run(options, report: reports.add) { _ in
      try await loop.perform {
        var peers: [Peer] = []
        for kind in DoorKind.allCases {
          let connection = try await Connect.open(
            Address(address), on: loop, resolver: Resolver(threads: 1))
          let peer = Peer(connection, kind, nick: "\(kind)")
          try await peer.enter()
          await reports.waitForEntry(of: peer.nick)
          peers.append(peer)
        }
        try await peers[0].say("last words")
        for peer in peers.dropFirst() { _ = try await peer.texts(until: "last words") }
        // Reads to the end on its own, so that the server need not be patient.
        return peers.map { peer in Task(executorPreference: loop) { try await peer.parting() } }
      }
    }
    for task in peers { #expect(try await task.value) }
    #expect(access(try #require(address.socketPath), F_OK) != 0)
    let leavings = reports.events.count {
      if case .left(_, _, _, .closing) = $0 { true } else { false }
    }
    #expect(leavings == DoorKind.allCases.count)
    guard case .stopped = reports.events.last else { throw Ended() }
  }

  @Test(
    "after the last words each request is refused for that reason, until the goodbye",
    arguments: [1, 2])
  func refusing(loops: Int) async throws {
    try await Served.run {
      $0.loops = loops
    } _: { served in
      let native = try await served.enter(.native, "native")
      let line = try await served.enter(.line, "line")
      try await native.say("last words")
      _ = try await line.texts(until: "last words")
      for loop in served.server.loops { try await loop.loop.perform { loop.beginToRefuse() } }
      try await native.say("too late")
      let who = try await native.ask(.who(room: ""))
      let codes = try await native.read {
        if case .native(.refused(who, _, _)) = $0 { true } else { false }
      }.compactMap { heard -> UInt8? in
        guard case .native(.refused(_, let code, _)) = heard else { return nil }
        return code
      }
      #expect(codes == [RefusalCode.closing.rawValue, RefusalCode.closing.rawValue])
      try await line.say("too late")
      let words = Heard.words("* The server is closing: nothing more is said.")
      let heard = try await line.read { $0 == words }
      #expect(heard.last == words)
      #expect(!heard.contains { $0.text == "too late" })
    }
  }

  @Test("gives everybody on every loop the last text that was accepted on any", arguments: [2, 3])
  func settles(loops: Int) async throws {
    // The body ends at once after each text: so it is still under way between the loops.
    for _ in 0..<10 {
      let loop = try EventLoop(name: "clients", defaultTimeout: .seconds(30))
      try loop.start()
      defer { loop.stop() }
      var options = ServerOptions()
      Served.onFile(&options)
      options.loops = loops
      options.grace = .zero
      let reports = Reports()
      let address = options.listening[0].address
      let readers = try await ChatServer.run(options, report: reports.add) { _ in
        try await loop.perform {
          var peers: [Peer] = []
          for index in 0..<6 {
            let connection = try await Connect.open(
              Address(address), on: loop, resolver: Resolver(threads: 1))
            peers.append(Peer(connection, .native, nick: "n\(index)"))
            try await peers[index].enter()
            await reports.waitForEntry(of: "n\(index)")
          }
          for peer in peers { for text in 0..<20 { try await peer.say("\(text)") } }
          return peers.map { peer in
            Task(executorPreference: loop) {
              defer { peer.close() }
              return try await peer.rest()
            }
          }
        }
      }
      var heads: Set<Int> = []
      for reader in readers {
        var numbers = 0
        for heard in try await reader.value {
          switch heard {
          case .said, .native(.accepted): numbers += 1
          case .native, .words, .end: break
          }
        }
        heads.insert(numbers)
      }
      #expect(heads.count == 1, "\(heads)")
    }
  }

  @Test("leaves no descriptor and no thread behind, also with several loops")
  func leavesNothing() async throws {
    await #expect(processExitsWith: .success) {
      // The first run starts what the process keeps for good, such as the tasks' threads.
      for loops in [2, 1, 2, 3, 3] {
        try await Served.run {
          $0.loops = loops
        } _: { served in
          for round in 0..<10 {
            for kind in DoorKind.allCases {
              let peer = try await served.enter(kind, "\(kind)\(round)")
              try await peer.say("hello")
              if round % 2 == 0 { peer.close() }
            }
          }
        }
      }
      let before = openDescriptors()
      for loops in [1, 2, 3, 3, 3] {
        try await Served.run {
          $0.loops = loops
        } _: { served in
          for kind in DoorKind.allCases { _ = try await served.enter(kind, "\(kind)") }
        }
      }
      #expect(openDescriptors() == before)
    }
  }

  @Test("of its descriptors is survived: it accepts again when there are some")
  func exhausted() async throws {
    await #expect(processExitsWith: .success) {
      try await Served.run { served in
        let first = try await served.enter(.line, "first")
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        // The client's socket is made before there are none left, and connects then.
        let client = try Descriptor.socket(
          family: AF_INET, type: CInt(bitPattern: SOCK_STREAM.rawValue))
        var hoard: [CInt] = []
        limit.rlim_cur = 256
        #expect(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        while case let copy = dup(0), copy >= 0 { hoard.append(copy) }
        _ = served.server.addresses[0].address.withSockaddr { address, length in
          connect(client.rawValue, address.assumingMemoryBound(to: sockaddr.self), length)
        }
        await served.reports.wait { if case .exhausted = $0 { true } else { false } }
        for copy in hoard { Glibc.close(copy) }
        await served.reports.wait(2) { if case .connected = $0 { true } else { false } }
        let second = try await served.enter(.line, "second")
        try await second.say("hello")
        #expect(try await first.texts(until: "hello") == ["hello"])
        let reports = served.reports.events.count {
          if case .exhausted = $0 { true } else { false }
        }
        #expect(reports == 1)
      }
    }
  }
}

extension Peer {
  /// Whether the next that comes is a goodbye, then the end.
  func parting() async throws -> Bool {
    let rest = try await rest()
    close()
    guard case .native(.bye(let bye))? = rest.last else {
      let words = kind == .u16 || kind == .u32 ? "server The server is closing." : nil
      return rest.last == .words(words ?? "* The server is closing.")
    }
    return bye.reason == ByeReason.closing.rawValue
  }
}

extension SocketAddress {
  var socketPath: String? { socketFile.map { String(decoding: $0, as: UTF8.self) } }
}

/// How many descriptors this process has open.
func openDescriptors() -> Int {
  guard let directory = opendir("/proc/self/fd") else { return -1 }
  defer { closedir(directory) }
  var count = 0
  while readdir(directory) != nil { count += 1 }
  return count
}
