import Glibc
import Rooms
import Sockets
import Testing
import Wire

@testable import Chat

@Suite("the end of a server", .timeLimit(.minutes(1)))
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
